import FrameEngine
import Glibc
import Mover

extension CommandError {
  /// A file operation that failed, and what to do about it.
  init(_ error: DiskError) {
    if error.code == ECANCELED {
      self = .interrupted
      return
    }
    self.init(
      at: error.name.bytes.isEmpty ? nil : error.name, error.operation.rawValue, error.cause,
      // Who told the cause in his own words told what to do as well.
      remedy: error.detail == nil ? CommandError.remedy(code: error.code) : nil)
  }

  /// A store operation that failed, and what to do about it.
  init(_ error: StoreError) {
    if error.code == .interrupted {
      self = .interrupted
      return
    }
    self.init(
      at: FileName(error.object), error.operation, error.cause,
      remedy: error.remedy ?? CommandError.remedy(error.code))
  }

  /// What a person can do about a kernel's error; `nil` where nothing general can be said.
  static func remedy(code: Int32) -> String? {
    switch code {
    case ENOENT, ENOTDIR: "Check that the path is spelt right and its disk is mounted."
    case EACCES, EPERM: "Run as a user who may do this, or change the permissions."
    case EROFS: "The file system is mounted read-only: mount it for writing, or choose another."
    case ENOSPC, EDQUOT: "Make room there, then run the same command again: it goes on."
    case EIO, EUCLEAN: "The disk reports a fault: see 'dmesg', and copy what is on it elsewhere."
    case ESTALE, ETIMEDOUT, EHOSTDOWN, EHOSTUNREACH, ENOTCONN, ECONNABORTED, ECONNREFUSED,
      ECONNRESET:
      "The server is away: when it is back, run the same command again."
    case EMFILE, ENFILE: "Raise the limit of open files (ulimit -n), then run it again."
    case EFBIG: "The file system cannot hold a file of this size; choose another."
    case ENAMETOOLONG: "The file system cannot hold so long a name; choose another, or rename it."
    case EILSEQ:
      "Rename it: servers of SMB take UTF-8 without \\ : * ? \" < > | and no dot or space at the end."
    case EBUSY: "Somebody has it open: run the same command again when it is closed."
    default: nil
    }
  }

  private static func remedy(_ code: StoreError.Code) -> String? {
    switch code {
    case .missing: "Check that the place is spelt right; 'farmio check' tells what is missing."
    case .refused: "Run as a user who may do this, or change the permissions."
    case .full: "Make room there, then run the same command again: it goes on."
    case .limit: "It is larger than any farmio writes: 'farmio check' tells if it is damaged."
    case .interrupted, .failed: nil
    }
  }
}
