import FrameEngine

// Comparing an object with a file by content.
extension BucketRun {
  /// Whether an object holds what a file does: by the checksum that the service keeps of the whole,
  /// or by reading both.
  func holds(_ info: ObjectInfo, _ step: Step, _ worker: TransferWorker) throws(TransferFailure)
    -> Bool
  {
    if step.entry.status.kind == .symbolicLink { return try holdsTarget(info, step) }
    let file = try SourceFile(step, on: disk)
    var offset: Int64 = 0
    var crc: UInt32 = 0
    while offset < info.size {
      let count = Int(min(info.size - offset, Int64(TransferSizes.slice)))
      limiter?.pass(count, cancel: halt)
      guard try file.read(at: offset, count, into: &worker.buffer) else { return false }
      if info.crc32c != nil {
        crc = worker.buffer.withBytes(0..<count) { CRC32C.checksum($0, continuing: crc) }
      } else if try !isEqual(info, offset, count, worker) {
        return false
      }
      offset += Int64(count)
    }
    return info.crc32c.map { $0 == crc } ?? true
  }

  /// Reads a range of an object, and compares it with what lies in the worker's buffer.
  private func isEqual(_ info: ObjectInfo, _ offset: Int64, _ count: Int, _ worker: TransferWorker)
    throws(TransferFailure) -> Bool
  {
    let isRead = try calling(.read, info.key) { () throws(ServiceError) in
      try worker.other.withMutableBytes(count) { (bytes) throws(ServiceError) in
        try service.read(info.key, at: offset, ifTag: info.tag, into: &bytes) == count
      }
    }
    return isRead
      && worker.buffer.withBytes(0..<count) { a in
        worker.other.withBytes(0..<count) { b in a.isEqual(to: b) }
      }
  }

  private func holdsTarget(_ info: ObjectInfo, _ step: Step) throws(TransferFailure) -> Bool {
    let target = try located(step.path) { () throws(DiskError) in
      try disk.readSymbolicLink(step.entry.name, in: step.folder.open.handle)
    }
    if Int64(target.count) != info.size { return false }
    return try calling(.read, info.key) { () throws(ServiceError) in
      try service.get(info.key, limit: max(target.count, 1)).bytes == target
    }
  }
}
