public import FrameEngine

/// One file of a sequence, found but not looked into.
public struct FrameFile: Hashable, Sendable {
  /// Its path as a person would type it.
  public let path: FileName
  /// Where to open it: `path`, or what a symbolic link there leads to.
  public let location: FileName
  /// Its frame number; `nil` where the name has none.
  public let frame: Int?
  /// Whether the number is padded as the sequence's pattern says.
  public let isPadded: Bool
  /// Its size; `nil` where it could not be asked for: opening it will tell why.
  public let byteCount: Int64?
  /// When its content last changed; `nil` as above.
  public let modified: Timestamp?

  /// The name without folders.
  public var name: FileName { path.lastName }
}

/// The files of one sequence in one folder, or a single file without a number.
public struct FrameSequence: Hashable, Sendable {
  /// The folder's path, empty for the current one.
  public let folder: FileName
  /// The pattern of the names; `nil` for a single file without a frame number.
  public let pattern: FramePattern?
  /// The files to look at, by frame number, then by name.
  public let files: [FrameFile]
  /// Files of the pattern outside the frames that were asked for.
  public let outside: [FrameFile]
  /// The frames that were asked for and are not there.
  public let missing: FrameRange

  /// The path and the pattern for a person: `renders/shot.####.exr`.
  public var title: String {
    guard let pattern else { return files.first?.path.description ?? folder.description }
    return folder.appending(FileName(pattern.description)).description
  }
}

/// Why frames could not be listed.
public struct FrameListError: Error, Hashable, Sendable {
  /// What was asked for, or the folder that could not be read.
  public let place: FileName
  /// What is wrong.
  public let reason: String
  /// What a person can do; empty if there is nothing to say.
  public let remedy: String

  /// A failure about `place`.
  public init(_ place: FileName, _ reason: String, remedy: String = "") {
    self.place = place
    self.reason = reason
    self.remedy = remedy
  }

  /// A folder or file that the disk refuses.
  init(_ error: DiskError, at place: FileName, remedy: String = "") {
    self.init(place, "cannot \(error.operation.rawValue): \(error.cause)", remedy: remedy)
  }
}

extension FrameListError: CustomStringConvertible {
  /// The place and the reason; the remedy is apart.
  public var description: String { "\(place): \(reason)" }
}

extension FileName {
  /// The bytes behind the last slash.
  var lastName: FileName {
    FileName(Array(bytes[(bytes.lastIndex(of: UInt8(ascii: "/")).map { $0 + 1 } ?? 0)...]))
  }

  /// The bytes before the last slash; `/` for a name right below the root, empty without a slash.
  var parentPath: FileName {
    guard let slash = bytes.lastIndex(of: UInt8(ascii: "/")) else { return "" }
    return slash == 0 ? "/" : FileName(Array(bytes[..<slash]))
  }
}
