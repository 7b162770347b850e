/// Runs batches by the calls of a disk, one after the other: the lane of disks that are made up or
/// decorated, where each operation must pass the same door as any other call.
final class SerialLane: Lane {
  private let disk: any Disk

  init(disk: any Disk) {
    self.disk = disk
  }

  func perform(_ batch: inout Batch) {
    batch.prepareResults()
    for index in batch.operations.indices {
      batch.finish(index, run(batch.operations[index]))
    }
  }

  private func run(_ operation: BulkOperation) -> BulkOperation.Outcome {
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
      return .failure(error)
    }
  }

  private func read(
    _ file: Handle, at offset: Int64, into buffer: UnsafeMutableRawBufferPointer
  ) throws(DiskError) -> Int {
    var span = unsafe MutableRawSpan(_unsafeBytes: buffer)
    return try disk.read(file, at: offset, into: &span)
  }
}
