import FrameEngine

extension Disk {
  /// Up to `count` bytes from `offset` in an array of their own; fewer only at the end of the
  /// file. For small files: `count` bytes are cleared first.
  public func read(_ handle: Handle, at offset: Int64, count: Int) throws(DiskError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var span = bytes.mutableSpan
    var buffer = unsafe span.mutableBytes
    let done = try read(handle, at: offset, into: &buffer)
    bytes.removeSubrange(done...)
    return bytes
  }

  /// Writes all of an array at `offset`.
  public func write(_ handle: Handle, at offset: Int64, _ bytes: [UInt8]) throws(DiskError) {
    try write(handle, at: offset, unsafe bytes.span.bytes)
  }

  /// Closes a handle on the way out of another failure, which is the one to tell: nothing written
  /// through it is trusted any more.
  public func abandon(_ handle: Handle) {
    do throws(DiskError) { try close(handle) } catch { return }
  }
}
