import CLinux
import FrameEngine
import Glibc

extension Kernel {
  /// Bytes for one copy_file_range call, so that it ends within a second on slow disks.
  private static let copyLimit = 1 << 30

  /// Errors that say "not between these two", after which the caller copies by itself.
  private static func cannotShare(_ code: Int32) -> Bool {
    [EXDEV, EOPNOTSUPP, EINVAL, ENOSYS, ENOTTY].contains(code)
  }

  /// Copies inside the kernel; 0 if the two places cannot, or the source ends at `offset`.
  static func copyRange(
    from source: Handle, at offset: Int64, to target: Handle, at targetOffset: Int64,
    byteCount: Int
  ) throws(DiskError) -> Int {
    var done = 0
    while done < byteCount {
      var from = offset + Int64(done)
      var to = targetOffset + Int64(done)
      let count: Int
      do throws(DiskError) {
        count = try call(.copy) {
          unsafe farmio_copy_file_range(
            source.descriptor, &from, target.descriptor, &to, min(byteCount - done, copyLimit))
        }
      } catch {
        guard cannotShare(error.code) else { throw error }
        return done
      }
      if count == 0 { break }
      done += count
    }
    return done
  }

  /// Shares all blocks of a file with another; `false` where the file system cannot.
  static func clone(_ source: Handle, to target: Handle) throws(DiskError) -> Bool {
    do throws(DiskError) {
      try call(.clone) { farmio_clone(source.descriptor, target.descriptor) }
      return true
    } catch {
      guard cannotShare(error.code) else { throw error }
      return false
    }
  }
}
