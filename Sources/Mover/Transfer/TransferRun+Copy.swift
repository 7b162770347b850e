import FrameEngine
import Glibc
import Synchronization

// Copying one file by one thread: temporary name, bytes, metadata, and then it is ready to be made
// durable and renamed.
extension TransferRun {
  func copy(
    _ step: TransferPlan.Step, _ folder: TargetFolder, _ worker: TransferWorker
  ) throws(TransferFailure) {
    // Paths are for messages only, and so made only where one is told.
    var path: FileName { folder.fullPath.appending(step.source.name) }
    if options.dryRun {
      planned?(.copy, path)
      return
    }
    guard let target = folder.target?.handle else { return }
    let sourceName = sourceName(of: step.source.name)
    var sourcePath: FileName { folder.sourcePath.appending(sourceName) }
    var status = step.source.status
    for _ in 0..<TransferSizes.attempts {
      let source = try located(sourcePath) { () throws(DiskError) in
        try disk.open(sourceName, in: folder.source.handle, .read())
      }
      defer { closeReadOnly(source) }
      let metadata = try located(sourcePath) { () throws(DiskError) in
        try FileMetadata.capture(source, status, on: disk)
      }
      let part = folder.staging == nil ? partName() : step.source.name
      let handle = try located(path) { () throws(DiskError) in
        try disk.open(part, in: target, .create(mode: metadata.creationMode))
      }
      do throws(TransferFailure) {
        let ends = DataCopier.Ends(source: source, status: status, target: handle)
        let digest = try located(source: sourcePath, target: path) { () throws(DiskError) in
          try fill(ends, worker)
        }
        let after = try located(sourcePath) { () throws(DiskError) in
          try disk.status(of: source)
        }
        if let digest, status.isUnchanged(in: after) {
          let current = try located(path) { () throws(DiskError) in
            try folder.status(ofNew: handle, metadata, umask, on: disk)
          }
          try finish(handle, metadata, current, path, worker)
          if let staging = folder.staging {
            return staging.add { contents in
              contents.files += 1
              contents.bytes += status.size
              if options.verify { contents.digests.append((step.source.name, digest)) }
            }
          }
          var ready = ReadyFile(
            folder: folder, part: part, name: step.source.name, kind: .regular,
            byteCount: status.size)
          if options.verify { ready.digests = [digest] }
          ready.isDurable = options.durability == .eachFile
          return add(ready, worker)
        }
        abandon(handle, part, in: target)
        guard goesOn else { return }
        status = after
      } catch {
        abandon(handle, part, in: target)
        throw error
      }
    }
    throw TransferFailure(sourcePath, .keepsChanging)
  }

  /// Brings all bytes over; `nil` if the source ended early.
  private func fill(_ ends: DataCopier.Ends, _ worker: TransferWorker) throws(DiskError)
    -> RangeDigest?
  {
    let whole = 0..<ends.status.size
    if !whole.isEmpty, try data.clone(ends) {
      progress.bytesDone.add(ends.status.size, ordering: .relaxed)
      return RangeDigest(range: whole, digest: .zero)
    }
    if ends.isSparse { try disk.setSize(ends.target, to: ends.status.size) }
    return try data.copy(whole, ends, worker)
  }

  /// Sets the metadata of a filled file and closes it.
  func finish(
    _ handle: Handle, _ metadata: FileMetadata, _ current: FileMetadata.Current,
    _ path: @autoclosure () -> FileName, _ worker: TransferWorker
  ) throws(TransferFailure) {
    try located(path()) { () throws(DiskError) in
      let notes = try metadata.apply(
        to: handle, current: current, on: disk, policy: options.metadata)
      worker.summary.note(notes, at: path())
      if options.durability == .eachFile { try disk.sync(handle) }
    }
    try located(path()) { () throws(DiskError) in try disk.close(handle) }
  }

  private func abandon(_ handle: Handle, _ part: FileName, in folder: Handle) {
    closeReadOnly(handle)
    discard(part, in: folder)
  }
}

extension FileMetadata {
  /// The mode to create a file with: its own without set-user bits, and writable for its owner
  /// while attributes are set, so that most files need no second call.
  var creationMode: UInt32 { mode & 0o777 | (attributes.isEmpty ? 0 : 0o200) }
}

extension FileStatus {
  /// Whether a file that looked like this before it was read still did afterwards.
  func isUnchanged(in after: FileStatus) -> Bool {
    size == after.size && modified == after.modified && inode == after.inode
      && volume == after.volume && changed == after.changed
  }
}
