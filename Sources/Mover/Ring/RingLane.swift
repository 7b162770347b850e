import CLinux
import CUring
import FrameEngine
import Glibc

/// Runs batches over one io_uring, at most `depth` operations in flight.
///
/// A load is two linked operations: open into a file slot of the ring, and read from that slot. A
/// failed open cancels its read. There is no close: the next open into the slot replaces the
/// file, and one call at the end of the batch empties all slots. So a short read breaks no chain
/// and leaks nothing.
final class RingLane: Lane {
  private let depth: Int
  private let workerLimit: Int?
  let cancellation: CancelToken?
  let scratch: RingScratch
  private(set) var ring: Ring
  /// The kernel's number of the thread that enabled the ring; no other may use it.
  private var user: Int?
  private(set) var fixed = FixedBuffers()

  /// The slots from the first on that may hold an open file.
  var openSlotCount = 0
  var flights: [Flight]
  var freeSlots: [Int]

  init(depth: Int, workerLimit: Int?, cancellation: CancelToken?) throws(DiskError) {
    self.depth = depth
    self.workerLimit = workerLimit
    self.cancellation = cancellation
    scratch = RingScratch(slots: depth)
    flights = Array(repeating: Flight(), count: depth)
    freeSlots = Array((0..<depth).reversed())
    ring = try RingLane.makeRing(depth: depth, workerLimit: workerLimit)
  }

  /// Each slot has at most two entries waiting for submission.
  private static func makeRing(depth: Int, workerLimit: Int?) throws(DiskError) -> Ring {
    let ring = try Ring(entries: powerOfTwo(atLeast: depth * 2), fileSlots: depth)
    if let workerLimit { try ring.limitWorkers(workerLimit) }
    return ring
  }

  private static func powerOfTwo(atLeast count: Int) -> Int {
    1 << (Int.bitWidth - (count - 1).leadingZeroBitCount)
  }

  func register(_ buffers: [UnsafeMutableRawBufferPointer]) {
    unsafe fixed.register(buffers, with: ring)
  }

  func perform(_ batch: inout Batch) {
    batch.prepareResults()
    guard isWorthwhile(batch) else {
      for index in batch.operations.indices {
        batch.finish(index, batch.operations[index].run(unless: cancellation))
      }
      return
    }
    do throws(DiskError) { try takeRing() } catch {
      // The lane came to another thread, and no second ring is to be had: plain calls do it.
      for index in batch.operations.indices {
        batch.finish(index, batch.operations[index].run())
      }
      return
    }
    var next = 0
    while next < batch.operations.count || freeSlots.count < depth {
      while next < batch.operations.count, let slot = freeSlots.popLast() {
        start(next, of: &batch, in: slot)
        next += 1
      }
      finishSome(of: &batch)
    }
    if openSlotCount > 0 { ring.closeFiles(openSlotCount) }
    openSlotCount = 0
  }

  /// Loads that are as fast by plain calls: most folders of a scene hold a file or two, and the
  /// ring's own calls are shared by too few.
  private static let plainLoads = 4

  /// Whether a batch has anything that the ring does better than plain calls.
  private func isWorthwhile(_ batch: borrowing Batch) -> Bool {
    var loads = 0
    for operation in batch.operations {
      switch operation {
      case .status: break
      case .load: loads += 1
      case .read, .write: return true
      }
    }
    return loads > RingLane.plainLoads
  }

  /// Makes the ring this thread's. A ring that another thread has used is replaced.
  private func takeRing() throws(DiskError) {
    let thread = farmio_thread_id()
    if user == thread { return }
    if user != nil {
      ring = try RingLane.makeRing(depth: depth, workerLimit: workerLimit)
      user = nil
      fixed.register(with: ring)
    }
    try ring.enable()
    user = thread
  }

  private func finishSome(of batch: inout Batch) {
    let flying = depth - freeSlots.count
    if flying == 0 { return }
    // Waiting for a few at once saves wake-ups, and leaves the disk enough to do meanwhile.
    ring.submit(waitingFor: min(flying, max(1, depth / 8)))
    let count = unsafe ring.drain(into: scratch.completions)
    for index in 0..<count {
      let completion = unsafe scratch.completions[index]
      finish(Flight.Tag(completion.user_data), Int(completion.value), of: &batch)
    }
  }
}
