import CLinux
import FrameEngine
import Glibc

extension Kernel {
  /// The flags for openat. No access follows a link in the last place. Reads leave the access time
  /// alone where the kernel permits it, and a FIFO that took the place of a file blocks nobody.
  static func flags(_ access: Access) -> Int32 {
    let always = O_NOFOLLOW | O_CLOEXEC
    return switch access {
    case .read(let direct):
      always | O_RDONLY | O_NONBLOCK | farmio_o_noatime | (direct ? farmio_o_direct : 0)
    case .update(let direct): always | O_RDWR | (direct ? farmio_o_direct : 0)
    case .create(_, let direct):
      always | O_RDWR | O_CREAT | O_EXCL | (direct ? farmio_o_direct : 0)
    case .folder: always | O_RDONLY | O_DIRECTORY | farmio_o_noatime
    }
  }

  /// Opens a name. Where the file system knows no direct access, the file is opened buffered.
  static func open(_ name: FileName, in folder: Handle, _ access: Access) throws(DiskError)
    -> Handle
  {
    var mode: UInt32 = 0
    if case .create(let asked, _) = access { mode = asked }
    var flags = flags(access)
    return try unsafe name.withCString { path throws(DiskError) in
      while true {
        let value = unsafe farmio_openat(folder.descriptor, path, flags, mode)
        switch -value {
        case ...0: return Handle(value)
        case EINTR: continue
        // Only a file's owner may read without leaving an access time.
        case EPERM where flags & farmio_o_noatime != 0: flags &= ~farmio_o_noatime
        // A failed O_DIRECT open may have made the file: the second attempt must find it.
        case EINVAL where flags & farmio_o_direct != 0:
          flags &= ~(farmio_o_direct | O_EXCL)
        default: throw DiskError(.open, code: -value, name: name)
        }
      }
    }
  }
}
