import CLinux
public import FrameEngine
import Glibc

/// A file operation that failed: which, on what name, and the kernel's cause.
public struct DiskError: Error, Hashable, Sendable {
  /// The operations of a `Disk`.
  public enum Operation: String, Hashable, Sendable {
    case open, close, status, list, makeFolder = "make folder", makeLink = "make link",
      readLink = "read link", makeNode = "make device", link, rename, remove, read, write,
      setSize = "set size", reserve, seek, copy, clone, sync, setMode = "set mode",
      setOwner = "set owner", setTimes = "set times", attributes = "read attributes",
      setAttribute = "set attribute", fileSystem = "ask file system", ring = "set up io_uring"
  }

  /// What was tried.
  public let operation: Operation
  /// The kernel's error number, such as ENOENT.
  public let code: Int32
  /// The name the operation was given; empty for one on an open handle, until a caller that knows
  /// the path adds it.
  public let name: FileName
  /// The cause in the words of a server, where one tells more than the number does.
  public let detail: String?

  /// A failure of `operation` on `name`.
  public init(_ operation: Operation, code: Int32, name: FileName = "", detail: String? = nil) {
    self.operation = operation
    self.code = code
    self.name = name
    self.detail = detail
  }

  /// The same failure, told with the file's full path.
  public func at(_ path: FileName) -> DiskError {
    DiskError(operation, code: code, name: path, detail: detail)
  }

  /// The server's words for the cause, or the kernel's, such as "No space left on device".
  public var cause: String {
    if let detail { return detail }
    // The kernel's own words for this one, "Invalid or incomplete multibyte or wide character", hide
    // what it says of a file's name.
    if code == EILSEQ { return "The place cannot hold such a name" }
    return unsafe String(cString: strerror(code))
  }
}

extension DiskError: CustomStringConvertible {
  /// Name, operation and cause, as far as they are known.
  public var description: String {
    name.bytes.isEmpty
      ? "\(operation.rawValue): \(cause)" : "\(name): \(operation.rawValue): \(cause)"
  }
}
