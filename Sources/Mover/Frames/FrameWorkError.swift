public import FrameEngine

/// Why work on a frame could not be done.
public struct FrameWorkError: Error, Hashable, Sendable {
  /// The kinds of failure that callers tell apart.
  public enum Code: Hashable, Sendable {
    /// A file could not be read or written.
    case disk(DiskError)
    /// The frame is damaged.
    case damaged
    /// `farmio-decoder` is not there, which the frame's codec needs.
    case decoderMissing
    /// What was asked for cannot be made of this frame.
    case unsuitable
    /// The run was asked to stop.
    case interrupted
  }

  /// What kind of failure it is.
  public let code: Code
  /// The frame.
  public let path: FileName
  /// A sentence.
  public let reason: String

  /// A failure about the frame at `path`.
  public init(_ code: Code, _ path: FileName, _ reason: String) {
    self.code = code
    self.path = path
    self.reason = reason
  }

  /// A file that the disk refuses.
  init(_ error: DiskError, _ path: FileName) {
    self.init(.disk(error.name.bytes.isEmpty ? error.at(path) : error), path, error.cause)
  }
}
