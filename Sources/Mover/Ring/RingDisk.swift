import FrameEngine
import Glibc

/// The kernel's disk with an io_uring in each lane: many operations in flight from one thread, the
/// cheapest way to keep a fast disk busy with direct I/O. All other calls are plain system calls.
public final class RingDisk: KernelDisk {
  private let depth: Int
  private let workerLimit: Int?
  private let cancellation: CancelToken?

  /// A disk whose lanes keep up to `depth` operations in flight (1 to 1024).
  ///
  /// `workerLimit` bounds the kernel's own threads for what blocks: 2-4 on a local disk, 64 on a
  /// slow mount; without it the kernel takes four a core. A cancelled `cancellation` lets lanes
  /// start nothing more: what was not started fails with ECANCELED.
  ///
  /// Throws `.ring` where io_uring is missing, forbidden (containers, `kernel.io_uring_disabled`)
  /// or older than Linux 6.1: take `ThreadDisk` then.
  public init(
    depth: Int = 64, workerLimit: Int? = nil, cancellation: CancelToken? = nil
  ) throws(DiskError) {
    precondition((1...1024).contains(depth), "a lane keeps 1 to 1024 operations in flight")
    self.depth = depth
    self.workerLimit = workerLimit
    self.cancellation = cancellation
    _ = try makeLane()
  }

  /// A lane with a ring of its own, to be used by one thread at a time.
  public func makeLane() throws(DiskError) -> any Lane {
    try RingLane(depth: depth, workerLimit: workerLimit, cancellation: cancellation)
  }
}
