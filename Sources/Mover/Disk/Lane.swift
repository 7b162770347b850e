public import FrameEngine

/// Runs batches of bulk operations for one thread: many in flight at once where the executor is a
/// ring or a pool, one after the other where plain calls are fastest.
///
/// A lane never outlives a call: when `perform` returns, nothing is in flight and every operation
/// has its result. One thread uses a lane at a time.
public protocol Lane: AnyObject {
  /// Runs every operation of `batch` and stores its result beside it. Operations run in any
  /// order and must not depend on each other. Never fails as a whole: each result tells its own.
  func perform(_ batch: inout Batch)

  /// Tells the lane which buffers later operations will mostly use, so that it can prepare them
  /// once instead of at every transfer (a ring pins their pages). It helps direct transfers only.
  /// They must stay in place for as long as the lane lives, or until the next call, which replaces
  /// them. Only a hint: nothing fails, and other buffers may be used all the same.
  func register(_ buffers: [UnsafeMutableRawBufferPointer])
}

extension Lane {
  /// Lanes that gain nothing do nothing.
  public func register(_ buffers: [UnsafeMutableRawBufferPointer]) {}
}

/// One bulk operation. Buffers belong to the caller and must stay in place until `perform`
/// returns.
@safe public enum BulkOperation {
  /// Opens `name` in `folder`, reads up to `buffer.count` bytes from its start, and closes it.
  /// The result is the number of bytes read; equal to `buffer.count` means there may be more.
  case load(FileName, in: Handle, into: UnsafeMutableRawBufferPointer)
  /// Fills `buffer` from `offset`. The result is the number of bytes read, fewer only at the end.
  case read(Handle, at: Int64, into: UnsafeMutableRawBufferPointer)
  /// Writes all of `buffer` at `offset`. The result is its byte count.
  case write(Handle, at: Int64, from: UnsafeRawBufferPointer)
  /// The status of `name` in `folder`; the result is an index into the batch's `statuses`.
  case status(FileName, in: Handle)
}

/// Operations to run together, and their results afterwards.
@safe public struct Batch {
  /// What is to be done.
  public private(set) var operations: [BulkOperation] = []
  /// After `perform`: for each operation, in the same order, its value or its error.
  public internal(set) var results: [Result<Int, DiskError>] = []
  /// After `perform`: the statuses that `status` operations found.
  public internal(set) var statuses: [FileStatus] = []

  /// An empty batch.
  public init() {}

  /// Adds an operation.
  public mutating func append(_ operation: BulkOperation) { operations.append(operation) }

  /// Forgets operations and results, keeping the memory.
  public mutating func removeAll() {
    operations.removeAll(keepingCapacity: true)
    results.removeAll(keepingCapacity: true)
    statuses.removeAll(keepingCapacity: true)
  }
}
