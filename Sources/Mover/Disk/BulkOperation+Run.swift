import FrameEngine
import Glibc

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

  /// The operation's failure in the words of `Disk`.
  func failure(_ code: Int32) -> DiskError {
    switch self {
    case .load, .read: DiskError(.read, code: code, name: name)
    case .write: DiskError(.write, code: code)
    case .status: DiskError(.status, code: code, name: name)
    }
  }

  /// The name that the operation was given; empty for one on a handle.
  var name: FileName {
    switch self {
    case .load(let name, _, _), .status(let name, _): name
    case .read, .write: ""
    }
  }

  /// Bytes asked for.
  var byteCount: Int {
    switch self {
    case .load(_, _, let buffer), .read(_, _, let buffer): buffer.count
    case .write(_, _, let bytes): bytes.count
    case .status: 0
    }
  }

  /// The file offset that the transfer starts at.
  var offset: Int64 {
    switch self {
    case .read(_, let offset, _), .write(_, let offset, _): offset
    case .load, .status: 0
    }
  }

  /// Whether the operation changes a file.
  var isWrite: Bool {
    if case .write = self { true } else { false }
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
