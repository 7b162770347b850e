import FrameEngine
import Glibc

// From completions to results.
extension RingLane {
  /// Takes one completion; the last of an operation settles it.
  func finish(_ tag: Flight.Tag, _ value: Int, of batch: inout Batch) {
    switch tag.part {
    case .open: flights[tag.slot].openError = Int32(truncatingIfNeeded: min(value, 0))
    case .transfer: flights[tag.slot].value = value
    }
    flights[tag.slot].pending -= 1
    if flights[tag.slot].pending == 0 { settle(tag.slot, of: &batch) }
  }

  /// Decides on an operation that has nothing in flight: it is done, has failed, or goes on.
  private func settle(_ slot: Int, of batch: inout Batch) {
    let flight = flights[slot]
    let operation = batch.operations[flight.index]
    if flight.openError < 0 {
      settleOpen(slot, operation, of: &batch)
    } else if flight.value < 0 {
      settleFailure(slot, operation, Int32(truncatingIfNeeded: -flight.value), of: &batch)
    } else {
      settleTransfer(slot, operation, flight.value, of: &batch)
    }
  }

  private func settleOpen(_ slot: Int, _ operation: BulkOperation, of batch: inout Batch) {
    let code = -flights[slot].openError
    flights[slot].openError = 0
    if code == EPERM, flights[slot].keepsAccessTime {
      flights[slot].keepsAccessTime = false
      goOn(slot, operation, of: &batch)
    } else if code == EINTR || code == EAGAIN {
      goOn(slot, operation, of: &batch)
    } else {
      land(slot, .failure(DiskError(.open, code: code, name: operation.name)), in: &batch)
    }
  }

  private func settleFailure(
    _ slot: Int, _ operation: BulkOperation, _ code: Int32, of batch: inout Batch
  ) {
    switch code {
    case EINTR: goOn(slot, operation, of: &batch)
    // The file knows no waiting in the ring (some FUSE and network mounts): a plain call waits.
    case EAGAIN: land(slot, operation.run(), in: &batch)
    default: land(slot, .failure(operation.failure(code)), in: &batch)
    }
  }

  private func settleTransfer(
    _ slot: Int, _ operation: BulkOperation, _ count: Int, of batch: inout Batch
  ) {
    flights[slot].done += count
    let done = flights[slot].done
    if done == operation.byteCount {
      land(slot, .bytes(done), in: &batch)
    } else if operation.isWrite {
      // A write of nothing is no error number, and would repeat for ever.
      if count > 0 {
        goOn(slot, operation, of: &batch)
      } else {
        land(slot, .failure(operation.failure(EIO)), in: &batch)
      }
    } else if Kernel.endsFile(count, at: operation.offset + Int64(done)) {
      land(slot, .bytes(done), in: &batch)
    } else {
      goOn(slot, operation, of: &batch)
    }
  }

  /// Queues what is left of an operation.
  private func goOn(_ slot: Int, _ operation: BulkOperation, of batch: inout Batch) {
    if !queue(operation, in: slot) { land(slot, operation.run(), in: &batch) }
  }

  /// Stores a result and frees the slot.
  func land(_ slot: Int, _ outcome: BulkOperation.Outcome, in batch: inout Batch) {
    batch.finish(flights[slot].index, outcome)
    freeSlots.append(slot)
  }
}
