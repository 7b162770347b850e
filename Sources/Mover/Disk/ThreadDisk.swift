import FrameEngine

/// The kernel's disk with plain blocking calls in its lanes: the fastest executor for cached small
/// files (on the calling thread) and for slow mounts (spread over many threads).
public final class ThreadDisk: KernelDisk {
  private let pool: ThreadPool?

  /// A disk whose lanes run on `width` threads: 1 runs every batch on the calling thread, more
  /// spread each batch over one pool that all lanes of this disk share. On mounts where an
  /// operation takes a millisecond, 64 is right; put operations on different folders side by side
  /// in the batch, since a server makes names in one folder one after the other.
  public init(width: Int = 1) {
    precondition((1...1024).contains(width), "a disk works with 1 to 1024 threads")
    pool = width > 1 ? ThreadPool(width: width, name: "farmio disk") : nil
  }

  /// A lane for batches of bulk operations, to be used by one thread.
  public func makeLane() throws(DiskError) -> any Lane {
    ThreadLane(pool: pool)
  }
}

/// Runs a batch by plain calls, in order on the calling thread or spread over a pool.
final class ThreadLane: Lane {
  private let pool: ThreadPool?

  init(pool: ThreadPool?) {
    self.pool = pool
  }

  func perform(_ batch: inout Batch) {
    batch.prepareResults()
    guard let pool, batch.operations.count > 1 else {
      for index in batch.operations.indices {
        let outcome = batch.operations[index].run()
        batch.finish(index, outcome)
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
      pool.run(count: operations.count) { index in board.run(index) }
      count = operations.count
    }
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

  func run(_ index: Int) {
    unsafe outcomes.initializeElement(at: index, to: operations[index].run())
  }
}

extension BulkOperation {
  /// What one operation came to.
  enum Outcome {
    case bytes(Int)
    case status(FileStatus)
    case failure(DiskError)
  }

  /// Does the operation by plain calls on this thread.
  func run() -> Outcome {
    do throws(DiskError) {
      switch self {
      case .load(let name, let folder, let buffer):
        return .bytes(try unsafe Kernel.load(name, in: folder, into: buffer))
      case .read(let handle, let offset, let buffer):
        return .bytes(try unsafe Kernel.read(handle, at: offset, into: buffer))
      case .write(let handle, let offset, let bytes):
        try unsafe Kernel.write(handle, at: offset, from: bytes)
        return .bytes(bytes.count)
      case .status(let name, let folder):
        return .status(try Kernel.status(of: name, in: folder))
      }
    } catch {
      return .failure(error)
    }
  }
}

extension Batch {
  /// What a result holds before its operation has run.
  private static let unfinished = Result<Int, DiskError>.failure(DiskError(.ring, code: 0))

  /// Makes room for one result an operation.
  mutating func prepareResults() {
    statuses.removeAll(keepingCapacity: true)
    results.removeAll(keepingCapacity: true)
    results.append(contentsOf: repeatElement(Batch.unfinished, count: operations.count))
  }

  /// Stores what operation `index` came to.
  mutating func finish(_ index: Int, _ outcome: BulkOperation.Outcome) {
    switch outcome {
    case .bytes(let count): results[index] = .success(count)
    case .failure(let error): results[index] = .failure(error)
    case .status(let status):
      results[index] = .success(statuses.count)
      statuses.append(status)
    }
  }
}
