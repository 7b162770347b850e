import CUring
import Glibc

/// One io_uring: the pair of queues that a thread shares with the kernel.
///
/// Made disabled; the thread that enables it is the only one that may use it from then on
/// (`SINGLE_ISSUER`), and completions are produced only while that thread waits for them
/// (`DEFER_TASKRUN`), so they interrupt nothing. Needs Linux 6.1.
@safe struct Ring: ~Copyable {
  /// What the kernel tells about a finished operation.
  typealias Completion = farmio_completion

  private let ring: UnsafeMutablePointer<io_uring>

  /// The operations that lanes use.
  private static let opcodes = [
    IORING_OP_OPENAT, IORING_OP_READ, IORING_OP_WRITE, IORING_OP_READ_FIXED,
    IORING_OP_WRITE_FIXED,
  ]

  /// A ring with room for `entries` operations that wait for submission (a power of two), four
  /// times as many completions, and `fileSlots` files that have no descriptor.
  ///
  /// Throws where the kernel is too old or forbids io_uring: the caller takes threads then.
  init(entries: Int, fileSlots: Int) throws(DiskError) {
    unsafe ring = .allocate(capacity: 1)
    unsafe ring.initialize(to: io_uring())
    var parameters = io_uring_params()
    parameters.flags =
      UInt32(IORING_SETUP_SINGLE_ISSUER) | UInt32(IORING_SETUP_DEFER_TASKRUN)
      | UInt32(IORING_SETUP_CQSIZE) | UInt32(IORING_SETUP_SUBMIT_ALL)
      | UInt32(IORING_SETUP_R_DISABLED)
    parameters.cq_entries = UInt32(entries * 4)
    let code = unsafe io_uring_queue_init_params(UInt32(entries), ring, &parameters)
    if code < 0 {
      unsafe ring.deallocate()
      throw DiskError(.ring, code: -code)
    }
    // From here on `deinit` gives everything back, also when these throw.
    try checkOpcodes()
    try Ring.check(unsafe io_uring_register_files_sparse(ring, UInt32(fileSlots)))
  }

  deinit {
    unsafe io_uring_queue_exit(ring)
    unsafe ring.deallocate()
  }

  private static func check(_ code: Int32) throws(DiskError) {
    if code < 0 { throw DiskError(.ring, code: -code) }
  }

  private func checkOpcodes() throws(DiskError) {
    guard let probe = unsafe io_uring_get_probe_ring(ring) else {
      throw DiskError(.ring, code: ENOSYS)
    }
    defer { unsafe io_uring_free_probe(probe) }
    for opcode in Ring.opcodes
    where unsafe io_uring_opcode_supported(probe, Int32(opcode.rawValue)) == 0 {
      throw DiskError(.ring, code: EOPNOTSUPP)
    }
  }

  /// Makes the calling thread the ring's only user.
  func enable() throws(DiskError) {
    try Ring.check(unsafe farmio_ring_enable(ring))
  }

  /// Bounds the kernel threads that do what cannot be done without blocking.
  func limitWorkers(_ count: Int) throws(DiskError) {
    var limits = (UInt32(count), UInt32(count))
    try Ring.check(
      unsafe withUnsafeMutableBytes(of: &limits) {
        unsafe io_uring_register_iowq_max_workers(
          ring, $0.baseAddress!.assumingMemoryBound(to: UInt32.self))
      })
  }

  /// Pins buffers, so that direct transfers need not look their pages up; `false` where the limit
  /// on locked memory forbids it. Replaces what was registered before.
  func register(_ buffers: [UnsafeMutableRawBufferPointer]) -> Bool {
    _ = unsafe io_uring_unregister_buffers(ring)
    if unsafe buffers.isEmpty { return true }
    let vectors = unsafe buffers.map { buffer in
      unsafe iovec(iov_base: buffer.baseAddress, iov_len: buffer.count)
    }
    return unsafe io_uring_register_buffers(ring, vectors, UInt32(vectors.count)) == 0
  }

  /// Closes the files in the first `count` slots.
  func closeFiles(_ count: Int) {
    let none = [Int32](repeating: -1, count: count)
    // Slots that never held a file are no error, and there is no other.
    _ = unsafe io_uring_register_files_update(ring, 0, none, UInt32(count))
  }

  /// The next free entry of the submission queue; the caller keeps count of the room.
  @unsafe func nextEntry() -> UnsafeMutablePointer<io_uring_sqe> {
    guard let entry = unsafe io_uring_get_sqe(ring) else {
      preconditionFailure("more operations than the ring has room for")
    }
    return unsafe entry
  }

  /// Hands all entries to the kernel and waits for `count` completions.
  func submit(waitingFor count: Int) {
    let code = unsafe io_uring_submit_and_wait(ring, UInt32(count))
    switch -code {
    // After a signal, or with the completion queue full, taking completions off is the cure.
    case ...0, EINTR, EAGAIN, EBUSY: return
    default: preconditionFailure("io_uring refused a submission, error \(-code)")
    }
  }

  /// Takes finished operations off the ring, as many as fit; returns how many.
  func drain(into completions: UnsafeMutableBufferPointer<Completion>) -> Int {
    Int(unsafe farmio_ring_drain(ring, completions.baseAddress!, UInt32(completions.count)))
  }
}
