import CNFS
import FrameEngine
import Glibc

/// Runs batches with many calls on the wire at once, and no thread for any of them.
final class NFSLane: Lane {
  /// Operations under way at once.
  private static let depth = 64

  private let disk: NFSDisk
  private let cancellation: CancelToken?

  init(_ disk: NFSDisk) {
    self.disk = disk
    cancellation = disk.server.cancellation
  }

  /// An operation whose first call is on the wire.
  private enum Step {
    case lookup(NFSCall, FileName)
    case found(NFSNode, FileName)
    case read(NFSReading, FileName)
    case write(NFSWriting)
    case done(BulkOperation.Outcome)
  }

  func perform(_ batch: inout Batch) {
    batch.prepareResults()
    let count = batch.operations.count
    for start in stride(from: 0, to: count, by: NFSLane.depth) {
      let window = start..<min(start + NFSLane.depth, count)
      var steps = window.map { begin(batch.operations[$0]) }
      // The files that were found can be read.
      for (step, index) in zip(steps.indices, window) {
        steps[step] = goOn(steps[step], batch.operations[index])
      }
      for (step, index) in zip(steps, window) { batch.finish(index, finish(step)) }
    }
  }

  private func begin(_ operation: BulkOperation) -> Step {
    if cancellation?.isCancelled == true { return .done(.failure(operation.failure(ECANCELED))) }
    do throws(DiskError) {
      switch operation {
      case .status(let name, let folder), .load(let name, let folder, _):
        return try lookup(name, folder, operation.lookup)
      case .read(let handle, let offset, let buffer):
        let file = try disk.files.file(handle, .read)
        return .read(unsafe NFSReading(disk.server, file.file, offset, buffer), "")
      case .write(let handle, let offset, let bytes):
        let file = try disk.files.file(handle, .write)
        return .write(try unsafe NFSWriting(disk, file, offset, bytes))
      }
    } catch {
      return .done(.failure(error))
    }
  }

  /// Looks a name up: many at once where it is one of an open folder, else at once.
  private func lookup(
    _ name: FileName, _ folder: Handle, _ operation: DiskError.Operation
  ) throws(DiskError) -> Step {
    let start = try disk.start(folder, name, operation)
    if name.bytes.contains(UInt8(ascii: "/")) || name.bytes.first == UInt8(ascii: ".") {
      return .found(try disk.server.node(at: name, from: start, operation), name)
    }
    let call = NFSCall(NFS3_LOOKUP, start, name: name.bytes)
    disk.server.send(call)
    return .lookup(call, name)
  }

  private func goOn(_ step: Step, _ operation: BulkOperation) -> Step {
    do throws(DiskError) {
      var step = step
      if case .lookup(let call, let name) = step {
        step = .found(try disk.server.node(from: call, operation.lookup, name), name)
      }
      guard case .found(let node, let name) = step, case .load(_, _, let buffer) = operation else {
        return step
      }
      switch node.kind {
      case .folder: throw DiskError(.read, code: EISDIR, name: name)
      case .symbolicLink: throw DiskError(.open, code: ELOOP, name: name)
      default: return .read(unsafe NFSReading(disk.server, node.file, 0, buffer), name)
      }
    } catch {
      return .done(.failure(error))
    }
  }

  private func finish(_ step: Step) -> BulkOperation.Outcome {
    do throws(DiskError) {
      switch step {
      case .lookup(let call, let name):
        return .status(
          disk.server.status(try disk.server.node(from: call, .status, name).attributes))
      case .found(let node, _): return .status(disk.server.status(node.attributes))
      case .read(let reading, let name): return .bytes(try reading.finish(name))
      case .write(let writing):
        return .bytes(try writing.finish())
      case .done(let outcome): return outcome
      }
    } catch {
      return .failure(error)
    }
  }
}

extension BulkOperation {
  /// What a failing look at the name counts as.
  fileprivate var lookup: DiskError.Operation {
    if case .load = self { .open } else { .status }
  }
}
