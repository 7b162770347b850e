import FrameEngine

/// A file of the source, open for reading, and closed when it is let go.
struct SourceFile: ~Copyable {
  private let disk: any Disk
  private let handle: Handle
  private let path: FileName
  /// When it was opened.
  let status: FileStatus

  init(_ step: BucketRun.Step, on disk: any Disk) throws(TransferFailure) {
    let opened = try located(step.path) { () throws(DiskError) in
      try disk.open(step.entry.name, in: step.folder.open.handle, .read())
    }
    let status: FileStatus
    do throws(DiskError) {
      status = try disk.status(of: opened)
    } catch {
      disk.abandon(opened)
      throw TransferFailure(error.at(step.path))
    }
    self.disk = disk
    self.handle = opened
    self.path = step.path
    self.status = status
  }

  deinit { disk.abandon(handle) }

  /// Reads a range into the start of a buffer; `false` if the file ends before it does.
  func read(at offset: Int64, _ count: Int, into buffer: inout Buffer) throws(TransferFailure)
    -> Bool
  {
    if count == 0 { return true }
    return try located(path) { () throws(DiskError) in
      var all = buffer.mutableBytes
      var part = all._mutatingExtracting(first: count)
      return try disk.read(handle, at: offset, into: &part) == count
    }
  }

  /// Whether size and time are still what they were.
  func isUnchanged() throws(TransferFailure) -> Bool {
    try located(path) { () throws(DiskError) in
      let now = try disk.status(of: handle)
      return now.size == status.size && now.modified == status.modified
    }
  }
}
