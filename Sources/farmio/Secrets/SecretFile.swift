import CLinux
import FrameEngine
import Glibc

/// Reads and makes the small files that hold secrets.
enum SecretFile {
  /// Whether there is anything of this name.
  static func exists(_ path: FileName) throws(CommandError) -> Bool {
    let result = unsafe path.withCString { unsafe access($0, F_OK) == 0 ? 0 : errno }
    switch result {
    case 0: return true
    case ENOENT: return false
    default: throw SmallFile.failure(path, "look for the key file", result)
    }
  }

  /// All bytes of a file, which holds at least one.
  static func readWhole(_ path: FileName) throws(CommandError) -> [UInt8] {
    let bytes = try SmallFile.read(path, "read the secret", limit: SecretSource.secretBytes)
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
    guard file >= 0 else { throw SmallFile.failure(path, "make the key file", -file) }
    defer { close(file) }
    let written = unsafe key.withUnsafeBytes { unsafe write(file, $0.baseAddress, $0.count) }
    guard written == byteCount, fsync(file) == 0 else {
      let code = errno
      _ = unsafe path.withCString { unsafe unlink($0) }
      throw SmallFile.failure(path, "write the key file", code)
    }
    return key
  }
}
