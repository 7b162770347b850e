import Glibc

/// The kernel's disk with plain blocking calls in its lanes: the fastest executor for cached small
/// files (on the calling thread) and for slow mounts (spread over many threads).
public final class ThreadDisk: KernelDisk {
  private let pool: ThreadPool?
  private let cancellation: CancelToken?

  /// A disk whose lanes run on `width` threads: 1 runs every batch on the calling thread, more
  /// spread each batch over one pool that all lanes of this disk share. On mounts where an
  /// operation takes a millisecond, 64 is right; put operations on different folders side by side
  /// in the batch, since a server makes names in one folder one after the other.
  ///
  /// A cancelled `cancellation` lets lanes start nothing more: what was not started fails with
  /// ECANCELED.
  public init(width: Int = 1, cancellation: CancelToken? = nil) {
    precondition((1...1024).contains(width), "a disk works with 1 to 1024 threads")
    pool = width > 1 ? ThreadPool(width: width, name: "farmio disk") : nil
    self.cancellation = cancellation
  }

  /// A lane for batches of bulk operations, to be used by one thread at a time.
  public func makeLane() throws(DiskError) -> any Lane {
    ThreadLane(pool: pool, cancellation: cancellation)
  }
}

/// Runs a batch by plain calls, in order on the calling thread or spread over a pool.
final class ThreadLane: Lane {
  private let pool: ThreadPool?
  private let cancellation: CancelToken?

  init(pool: ThreadPool?, cancellation: CancelToken?) {
    self.pool = pool
    self.cancellation = cancellation
  }

  func perform(_ batch: inout Batch) {
    batch.prepareResults()
    guard let pool, batch.operations.count > 1 else {
      for index in batch.operations.indices {
        batch.finish(index, batch.operations[index].run(unless: cancellation))
      }
      return
    }
    let outcomes = pool.outcomes(of: batch.operations) { [cancellation] operation in
      operation.run(unless: cancellation)
    }
    for index in outcomes.indices { batch.finish(index, outcomes[index]) }
  }
}

extension BulkOperation {
  /// Does the operation by plain calls, unless it has been cancelled.
  func run(unless cancellation: CancelToken?) -> Outcome {
    cancellation?.isCancelled == true ? .failure(failure(ECANCELED)) : run()
  }
}
