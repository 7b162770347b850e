import CLinux
import FrameEngine
import Glibc

/// Reads files that a person wrote by hand: passphrases, keys, patterns.
enum SmallFile {
  /// All bytes of a file, pipe or process substitution of at most `limit` bytes; `tried` says what
  /// for.
  static func read(
    _ path: FileName, _ tried: String, limit: Int
  ) throws(CommandError) -> [UInt8] {
    let file = unsafe path.withCString {
      unsafe farmio_openat(AT_FDCWD, $0, O_RDONLY | O_CLOEXEC, 0)
    }
    guard file >= 0 else { throw failure(path, tried, -file) }
    defer { close(file) }
    do throws(SystemError) {
      return try readAll(file, limit: limit)
    } catch {
      throw failure(path, tried, error.code)
    }
  }

  /// The same of a file with a password in it, which nobody but its owner may read.
  static func readPrivate(
    _ path: FileName, _ tried: String, limit: Int
  ) throws(CommandError) -> [UInt8] {
    var status = stat()
    let result = unsafe path.withCString { unsafe stat($0, &status) }
    if result == 0, status.st_mode & S_IFMT == S_IFREG, status.st_mode & 0o077 != 0 {
      throw CommandError(
        at: path, tried, "others may read it",
        remedy: "Take that right from them, and change the password: chmod 600 \(path)")
    }
    return try read(path, tried, limit: limit)
  }

  /// Whether anything has this name.
  static func exists(_ path: FileName) -> Bool {
    unsafe path.withCString { unsafe access($0, F_OK) == 0 }
  }

  /// The bytes up to the end of an open file; EFBIG if there are more than `limit`.
  static func readAll(_ file: Int32, limit: Int) throws(SystemError) -> [UInt8] {
    var bytes = [UInt8]()
    var buffer = [UInt8](repeating: 0, count: 4_096)
    while true {
      let count = unsafe buffer.withUnsafeMutableBytes {
        unsafe Glibc.read(file, $0.baseAddress, $0.count)
      }
      if count == 0 { return bytes }
      if count < 0 {
        guard errno == EINTR else { throw SystemError(code: errno) }
        continue
      }
      bytes += buffer[..<count]
      guard bytes.count <= limit else { throw SystemError(code: EFBIG) }
    }
  }

  /// A failure with the kernel's words.
  static func failure(_ path: FileName, _ tried: String, _ code: Int32) -> CommandError {
    CommandError(
      at: path, tried, SystemError(code: code).cause, remedy: CommandError.remedy(code: code))
  }
}
