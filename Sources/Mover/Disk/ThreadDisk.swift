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
    let outcomes = performInPool(pool, batch.operations)
    for index in outcomes.indices { batch.finish(index, outcomes[index]) }
  }

  private func performInPool(_ pool: ThreadPool, _ operations: [BulkOperation])
    -> [BulkOperation.Outcome]
  {
    unsafe [BulkOperation.Outcome](unsafeUninitializedCapacity: operations.count) {
      buffer, count in
      let board = unsafe OutcomeBoard(operations: operations, outcomes: buffer)
      pool.run(count: operations.count) { [cancellation] index in
        board.run(index, unless: cancellation)
      }
      count = operations.count
    }
  }
}

extension BulkOperation {
  /// Does the operation by plain calls, unless it has been cancelled.
  func run(unless cancellation: CancelToken?) -> Outcome {
    cancellation?.isCancelled == true ? .failure(failure(ECANCELED)) : run()
  }
}

/// Where the threads of a pool write what they did. Each index is run by one thread only, and the
/// pool has finished before the board is read.
@safe private struct OutcomeBoard: @unchecked Sendable {
  private let operations: [BulkOperation]
  private let outcomes: UnsafeMutableBufferPointer<BulkOperation.Outcome>

  @unsafe init(
    operations: [BulkOperation], outcomes: UnsafeMutableBufferPointer<BulkOperation.Outcome>
  ) {
    self.operations = operations
    unsafe self.outcomes = outcomes
  }

  func run(_ index: Int, unless cancellation: CancelToken?) {
    unsafe outcomes.initializeElement(at: index, to: operations[index].run(unless: cancellation))
  }
}
