import FrameEngine
import Glibc

/// Runs batches by the calls of a disk: one after the other where the disk is made up or decorated
/// and each operation must pass the same door as any other call, spread over the threads of a pool
/// where each waits for a server.
final class DiskLane: Lane {
  private let disk: any Disk
  private let pool: ThreadPool?
  private let cancellation: CancelToken?

  init(disk: any Disk, pool: ThreadPool? = nil, cancellation: CancelToken? = nil) {
    self.disk = disk
    self.pool = pool
    self.cancellation = cancellation
  }

  func perform(_ batch: inout Batch) {
    batch.prepareResults()
    guard let pool, batch.operations.count > 1 else {
      for index in batch.operations.indices { batch.finish(index, run(batch.operations[index])) }
      return
    }
    let outcomes = pool.outcomes(of: batch.operations) { [self] in run($0) }
    for index in outcomes.indices { batch.finish(index, outcomes[index]) }
  }

  private func run(_ operation: BulkOperation) -> BulkOperation.Outcome {
    if cancellation?.isCancelled == true { return .failure(operation.failure(ECANCELED)) }
    do throws(DiskError) {
      switch operation {
      case .load(let name, let folder, let buffer):
        let file = try disk.open(name, in: folder, .read())
        defer { disk.abandon(file) }
        return .bytes(try unsafe read(file, at: 0, into: buffer))
      case .read(let file, let offset, let buffer):
        return .bytes(try unsafe read(file, at: offset, into: buffer))
      case .write(let file, let offset, let bytes):
        try disk.write(file, at: offset, unsafe RawSpan(_unsafeBytes: bytes))
        return .bytes(bytes.count)
      case .status(let name, let folder):
        return .status(try disk.status(of: name, in: folder))
      }
    } catch {
      return .failure(error.name.bytes.isEmpty ? error.at(operation.name) : error)
    }
  }

  private func read(
    _ file: Handle, at offset: Int64, into buffer: UnsafeMutableRawBufferPointer
  ) throws(DiskError) -> Int {
    var span = unsafe MutableRawSpan(_unsafeBytes: buffer)
    return try disk.read(file, at: offset, into: &span)
  }
}

extension ThreadPool {
  /// What each operation comes to when the pool's threads run them side by side.
  func outcomes(
    of operations: [BulkOperation],
    _ body: @escaping (BulkOperation) -> BulkOperation.Outcome
  ) -> [BulkOperation.Outcome] {
    unsafe [BulkOperation.Outcome](unsafeUninitializedCapacity: operations.count) {
      buffer, count in
      let board = unsafe OutcomeBoard(operations: operations, outcomes: buffer, body: body)
      run(count: operations.count) { board.run($0) }
      count = operations.count
    }
  }
}

/// Where the threads of a pool write what they did. Each index is run by one thread only, and the
/// pool has finished before the board is read.
@safe private struct OutcomeBoard: @unchecked Sendable {
  private let operations: [BulkOperation]
  private let outcomes: UnsafeMutableBufferPointer<BulkOperation.Outcome>
  private let body: (BulkOperation) -> BulkOperation.Outcome

  @unsafe init(
    operations: [BulkOperation], outcomes: UnsafeMutableBufferPointer<BulkOperation.Outcome>,
    body: @escaping (BulkOperation) -> BulkOperation.Outcome
  ) {
    self.operations = operations
    unsafe self.outcomes = outcomes
    self.body = body
  }

  func run(_ index: Int) {
    unsafe outcomes.initializeElement(at: index, to: body(operations[index]))
  }
}
