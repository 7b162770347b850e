public import FrameEngine

/// What one look at a frame brought to light.
public struct FrameReport: Sendable {
  /// How a frame is, in one word.
  public enum Status: String, CaseIterable, Hashable, Sendable {
    /// Nothing but information.
    case sound
    /// Warnings: often right, for a person to decide.
    case doubtful
    /// At least one error: do not use it.
    case bad
    /// The file could not be read, or not be unpacked for want of `farmio-decoder`.
    case unreadable
  }

  /// The file.
  public let file: FrameFile
  /// Bytes of the file.
  public internal(set) var byteCount = 0
  /// What was found, in the order of the looks.
  public internal(set) var findings: [Finding] = []
  /// The parts that could be understood.
  public internal(set) var parts: [PartReport] = []
  /// The digests of file, parts and chunks, if they are taken for a manifest to be written.
  public internal(set) var digests: FrameManifest.Frame?
  /// Why the frame could not be looked at, if so.
  public internal(set) var failure: FrameFailure?
  /// Wall time of the look.
  public internal(set) var duration: Duration = .zero

  /// A report without content yet.
  init(_ file: FrameFile) {
    self.file = file
  }

  /// How the frame is.
  public var status: Status {
    if failure != nil { return .unreadable }
    return switch findings.map(\.severity).max() {
    case .error?: .bad
    case .warning?: .doubtful
    case .information?, nil: .sound
    }
  }

  /// The same without what was kept of its pixels, which takes the most memory.
  public var withoutPixels: FrameReport {
    var report = self
    for index in report.parts.indices {
      report.parts[index].scan = nil
      report.parts[index].thumbnail = nil
    }
    return report
  }
}

/// Why a frame could not be looked at, which says nothing about the frame.
public enum FrameFailure: Error, Hashable, Sendable, CustomStringConvertible {
  /// The file could not be read.
  case disk(DiskError)
  /// The program that unpacks its codec is not there.
  case decoder(DecoderMissing)

  /// What was tried and why it failed.
  public var description: String {
    switch self {
    case .disk(let error): "cannot \(error.operation.rawValue): \(error.cause)"
    case .decoder(let error): error.description
    }
  }

  /// What a person can do; `nil` where nothing general can be said.
  public var remedy: String? {
    if case .decoder = self { DecoderMissing.remedy } else { nil }
  }
}

/// What one part of a frame is.
public struct PartReport: Sendable {
  /// Its header.
  public let part: Part
  /// Chunks that it should have.
  public let chunkCount: Int
  /// Chunks that are missing or do not decode, by number, rising.
  public internal(set) var damaged: [Int] = []
  /// What its pixels are; `nil` where they were not looked at.
  public internal(set) var scan: PartScan?
  /// A small picture, if one was asked for.
  public internal(set) var thumbnail: Thumbnail?

  /// A part, not looked at yet.
  init(_ part: Part, chunkCount: Int) {
    self.part = part
    self.chunkCount = chunkCount
  }

  /// Whether every pixel of the part was looked at.
  public var isComplete: Bool { scan?.chunkCount == chunkCount }
}
