import CLinux
import FrameEngine
import Glibc

/// The system calls under `ThreadDisk` and `RingDisk`: EINTR is repeated here, short transfers are
/// continued here, and nothing else is decided here.
enum Kernel {
  /// Makes a call that answers a negative error number, again while a signal interrupts it.
  @inline(__always)
  @discardableResult
  static func call(
    _ operation: DiskError.Operation, _ name: FileName = "", _ body: () -> Int
  ) throws(DiskError) -> Int {
    while true {
      let value = body()
      if value >= 0 { return value }
      if value != -Int(EINTR) {
        throw DiskError(operation, code: Int32(truncatingIfNeeded: -value), name: name)
      }
    }
  }

  /// Closes a descriptor. Never repeated: Linux lets go of the number even where it reports EINTR.
  static func close(_ descriptor: Int32, _ name: FileName = "") throws(DiskError) {
    let value = farmio_close(descriptor)
    if value < 0, value != -Int(EINTR) {
      throw DiskError(.close, code: Int32(truncatingIfNeeded: -value), name: name)
    }
  }

  /// Closes a descriptor that was only read, after another failure that is the one to report.
  static func discard(_ descriptor: Int32) {
    _ = farmio_close(descriptor)
  }
}
