/// The buffers that a lane was told of, found by address.
@safe struct FixedBuffers {
  private var buffers: [UnsafeMutableRawBufferPointer] = unsafe []
  /// Whether the ring has them, so that operations may name them by number.
  private var isRegistered = false

  /// Takes note of buffers and gives them to a ring, which may have no room for them.
  mutating func register(_ buffers: [UnsafeMutableRawBufferPointer], with ring: borrowing Ring) {
    unsafe self.buffers = buffers
    register(with: ring)
  }

  /// Gives the same buffers to another ring.
  mutating func register(with ring: borrowing Ring) {
    isRegistered = unsafe ring.register(buffers)
  }

  /// The number of the buffer that all of `bytes` lies in; `nil` if none does. A pool has few
  /// buffers: a scan costs less than a table.
  func number(of bytes: UnsafeRawBufferPointer) -> Int? {
    guard isRegistered, let start = bytes.baseAddress else { return nil }
    return unsafe buffers.firstIndex { buffer in
      guard let base = buffer.baseAddress else { return false }
      return unsafe UnsafeRawPointer(base) <= start
        && start + bytes.count <= UnsafeRawPointer(base) + buffer.count
    }
  }
}
