import CLinux
import CUring
import FrameEngine
import Glibc

// From an operation to entries of the submission queue.
extension RingLane {
  /// Bytes for one transfer; the kernel takes at most 2 GiB.
  private static let transferLimit = 1 << 30

  /// Starts operation `index` of the batch in a free slot.
  func start(_ index: Int, of batch: inout Batch, in slot: Int) {
    flights[slot] = Flight()
    flights[slot].index = index
    let operation = batch.operations[index]
    if cancellation?.isCancelled == true {
      land(slot, .failure(operation.failure(ECANCELED)), in: &batch)
    } else if !queue(operation, in: slot) {
      land(slot, operation.run(), in: &batch)
    }
  }

  /// Queues an operation from where it stands; `false` for one that plain calls answer at once: a
  /// status, nothing to transfer, or a name that is too long.
  func queue(_ operation: BulkOperation, in slot: Int) -> Bool {
    switch operation {
    case .load(let name, let folder, let buffer):
      guard buffer.count > 0 else { return false }
      if flights[slot].done == 0 {
        guard let path = unsafe scratch.path(name, slot: slot) else { return false }
        unsafe queueOpen(path, in: folder, slot: slot)
      }
      unsafe queueRead(Int32(slot), at: 0, into: buffer, slot: slot, isSlotFile: true)
    case .read(let handle, let offset, let buffer):
      guard buffer.count > 0 else { return false }
      unsafe queueRead(handle.descriptor, at: offset, into: buffer, slot: slot)
    case .write(let handle, let offset, let bytes):
      guard bytes.count > 0 else { return false }
      unsafe queueWrite(handle.descriptor, at: offset, from: bytes, slot: slot)
    case .status:
      // The kernel gives every statx of a ring to a thread of its own: a plain call is faster, on
      // a cold cache too.
      return false
    }
    return true
  }

  private func queueOpen(_ path: UnsafePointer<CChar>, in folder: Handle, slot: Int) {
    // A file without a descriptor cannot be inherited either: the kernel refuses O_CLOEXEC.
    var flags = Kernel.flags(.read()) & ~O_CLOEXEC
    openSlotCount = max(openSlotCount, slot + 1)
    if !flights[slot].keepsAccessTime { flags &= ~farmio_o_noatime }
    unsafe enqueue(slot, .open, flags: farmio_sqe_link) { entry in
      unsafe io_uring_prep_openat_direct(
        entry, folder.descriptor, path, flags, 0, UInt32(slot))
    }
  }

  private func queueRead(
    _ file: Int32, at offset: Int64, into buffer: UnsafeMutableRawBufferPointer, slot: Int,
    isSlotFile: Bool = false
  ) {
    let done = flights[slot].done
    let count = UInt32(min(buffer.count - done, RingLane.transferLimit))
    let place = UInt64(offset) + UInt64(done)
    let number = unsafe fixed.number(of: UnsafeRawBufferPointer(buffer))
    unsafe enqueue(slot, .transfer, flags: isSlotFile ? farmio_sqe_fixed_file : 0) { entry in
      let start = unsafe buffer.baseAddress! + done
      if let number {
        unsafe io_uring_prep_read_fixed(entry, file, start, count, place, Int32(number))
      } else {
        unsafe io_uring_prep_read(entry, file, start, count, place)
      }
    }
  }

  private func queueWrite(
    _ file: Int32, at offset: Int64, from bytes: UnsafeRawBufferPointer, slot: Int
  ) {
    let done = flights[slot].done
    let count = UInt32(min(bytes.count - done, RingLane.transferLimit))
    let place = UInt64(offset) + UInt64(done)
    let number = unsafe fixed.number(of: bytes)
    unsafe enqueue(slot, .transfer) { entry in
      let start = unsafe bytes.baseAddress! + done
      if let number {
        unsafe io_uring_prep_write_fixed(entry, file, start, count, place, Int32(number))
      } else {
        unsafe io_uring_prep_write(entry, file, start, count, place)
      }
    }
  }

  private func enqueue(
    _ slot: Int, _ part: Flight.Part, flags: UInt32 = 0,
    _ prepare: (UnsafeMutablePointer<io_uring_sqe>) -> Void
  ) {
    let entry = unsafe ring.nextEntry()
    unsafe prepare(entry)
    unsafe entry.pointee.user_data = Flight.Tag(slot, part).number
    unsafe entry.pointee.flags |= UInt8(flags)
    flights[slot].pending += 1
  }
}
