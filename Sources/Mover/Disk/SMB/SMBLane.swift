import FrameEngine
import Glibc

/// Runs a batch on all connections at once.
final class SMBLane: Lane {
  private let disk: SMBDisk

  init(disk: SMBDisk) { self.disk = disk }

  func perform(_ batch: inout Batch) {
    batch.prepareResults()
    guard let threads = disk.threads, batch.operations.count > 1 else {
      for index in batch.operations.indices {
        batch.finish(index, disk.run(batch.operations[index]))
      }
      return
    }
    let outcomes = threads.outcomes(of: batch.operations) { [disk] in disk.run($0) }
    for index in outcomes.indices { batch.finish(index, outcomes[index]) }
  }
}

extension SMBDisk {
  /// Does one operation of a batch, unless the run was asked to stop.
  fileprivate func run(_ operation: BulkOperation) -> BulkOperation.Outcome {
    if cancellation?.isCancelled == true { return .failure(operation.failure(ECANCELED)) }
    do throws(DiskError) {
      switch operation {
      case .load(let name, let folder, let buffer):
        return .bytes(try unsafe load(name, in: folder, into: buffer))
      case .read(let file, let offset, let buffer):
        var span = unsafe MutableRawSpan(_unsafeBytes: buffer)
        return .bytes(try read(file, at: offset, into: &span))
      case .write(let file, let offset, let bytes):
        try write(file, at: offset, unsafe RawSpan(_unsafeBytes: bytes))
        return .bytes(bytes.count)
      case .status(let name, let folder):
        return .status(try status(of: name, in: folder))
      }
    } catch {
      return .failure(error)
    }
  }
}
