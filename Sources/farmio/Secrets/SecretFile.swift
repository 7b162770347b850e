import FrameEngine
import CLinux
import Glibc
import Mover

/// Reads and makes the small files that hold secrets.
enum SecretFile {
  /// Whether there is anything of this name.
  static func exists(_ path: FileName) throws(CommandError) -> Bool {
    let result = unsafe path.withCString { unsafe access($0, F_OK) == 0 ? 0 : errno }
    switch result {
    case 0: return true
    case ENOENT: return false
    default: throw failure(path, "look for the key file", result)
    }
  }

  /// All bytes of a file, pipe or process substitution.
  static func readWhole(_ path: FileName) throws(CommandError) -> [UInt8] {
    let file = unsafe path.withCString {
      unsafe farmio_openat(AT_FDCWD, $0, O_RDONLY | O_CLOEXEC, 0)
    }
    guard file >= 0 else { throw failure(path, "read the secret", -file) }
    defer { close(file) }
    let bytes: [UInt8]
    do throws(SystemError) {
      bytes = try readAll(file)
    } catch {
      throw failure(path, "read the secret", error.code)
    }
    guard !bytes.isEmpty else {
      throw CommandError(at: path, "read the secret", "the file is empty")
    }
    return bytes
  }

  /// Makes a file of random bytes that only its owner can read, durably: whoever loses it loses the
  /// repository.
  static func make(_ path: FileName, byteCount: Int) throws(CommandError) -> [UInt8] {
    var key = [UInt8](repeating: 0, count: byteCount)
    let filled = unsafe key.withUnsafeMutableBytes { unsafe getrandom($0.baseAddress, $0.count, 0) }
    precondition(filled == byteCount, "the kernel gives no random bytes")
    let file = unsafe path.withCString {
      unsafe farmio_openat(AT_FDCWD, $0, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    }
    guard file >= 0 else { throw failure(path, "make the key file", -file) }
    defer { close(file) }
    let written = unsafe key.withUnsafeBytes { unsafe write(file, $0.baseAddress, $0.count) }
    guard written == byteCount, fsync(file) == 0 else {
      let code = errno
      _ = unsafe path.withCString { unsafe unlink($0) }
      throw failure(path, "write the key file", code)
    }
    return key
  }

  /// The bytes up to the end of the open file, of which there may be `SecretSource.secretBytes`.
  static func readAll(_ file: Int32) throws(SystemError) -> [UInt8] {
    var bytes = [UInt8]()
    var buffer = [UInt8](repeating: 0, count: 4_096)
    while true {
      let count = unsafe buffer.withUnsafeMutableBytes {
        unsafe read(file, $0.baseAddress, $0.count)
      }
      if count == 0 { return bytes }
      if count < 0 {
        guard errno == EINTR else { throw SystemError(code: errno) }
        continue
      }
      bytes += buffer[..<count]
      guard bytes.count <= SecretSource.secretBytes else { throw SystemError(code: EFBIG) }
    }
  }

  private static func failure(_ path: FileName, _ tried: String, _ code: Int32) -> CommandError {
    CommandError(at: path, tried, SystemError(code: code).cause)
  }
}
