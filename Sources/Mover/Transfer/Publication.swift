import FrameEngine
import Synchronization

// Write order of a copied file: temporary name, bytes, metadata, durable, checked, final name. The
// middle step is taken for many files at once, since syncing each alone would cost more than all
// the rest.
extension TransferRun {
  /// Adds a complete file to those that wait on this thread; publishes them when they are enough.
  func add(_ file: ReadyFile, _ worker: TransferWorker) {
    file.folder.hold()
    let isSameFolder = worker.ready.last?.folder === file.folder
    worker.readyWeight += isSameFolder ? 1 : TransferSizes.folderWeight
    worker.ready.append(file)
    worker.readyBytes += file.byteCount
    if options.durability != .batch || worker.readyWeight >= readyWeight
      || worker.readyBytes >= readyBytes
    {
      publish(worker)
    }
  }

  /// Makes all that wait on a thread durable and gives them their names.
  func publish(_ worker: TransferWorker) {
    if worker.ready.isEmpty { return }
    let files = worker.ready
    worker.ready.removeAll(keepingCapacity: true)
    worker.readyWeight = 0
    worker.readyBytes = 0
    do throws(TransferFailure) {
      if options.durability == .batch, !files.allSatisfy(\.isDurable) {
        try located(files[0].fullPath) { () throws(DiskError) in
          try disk.syncFileSystem(files[0].folder.target!.handle)
        }
      }
      for file in files { publish(file, worker) }
    } catch {
      // Nobody knows which of them are whole: none gets its name.
      for file in files { drop(file, TransferFailure(file.fullPath, error.reason), worker) }
    }
  }

  private func publish(_ file: ReadyFile, _ worker: TransferWorker) {
    if let staging = file.folder.staging { return publish(staged: file, staging, worker) }
    let folder = file.folder.target!.handle
    do throws(TransferFailure) {
      if !file.digests.isEmpty {
        try verify(file.part, file.digests, in: file.folder, file.fullPath, worker)
      }
      try located(file.fullPath) { () throws(DiskError) in
        try disk.rename(file.part, in: folder, to: file.name, in: folder)
      }
      if let journal = file.journal { discard(journal, in: folder) }
      switch file.kind {
      case .regular:
        worker.summary.filesCopied += 1
        worker.summary.bytesCopied += file.byteCount
      case .folder: break
      case .special: worker.summary.specialsMade += 1
      }
      progress.filesDone.add(1, ordering: .relaxed)
      release(file.folder, worker)
    } catch {
      drop(file, error, worker)
    }
  }

  /// A batch of a staged folder is done; the last one completes the folder.
  func closeBatch(_ folder: TargetFolder, _ worker: TransferWorker) {
    guard let staging = folder.staging, staging.closeBatch() else { return }
    setMetadata(of: folder, worker)
    add(
      ReadyFile(
        folder: folder, part: staging.part, name: staging.name, kind: .folder,
        byteCount: staging.collected.bytes), worker)
  }

  /// Gives a staged folder its name.
  private func publish(staged file: ReadyFile, _ staging: Staging, _ worker: TransferWorker) {
    let contents = staging.collected
    for (name, digest) in contents.digests {
      do throws(TransferFailure) {
        try verify(
          name, [digest], in: file.folder, file.folder.fullPath.appending(name), worker)
      } catch {
        discard(name, in: file.folder.target!.handle)
        fail(error, worker)
      }
    }
    let above = staging.parent.target!.handle
    do throws(TransferFailure) {
      try located(file.folder.fullPath) { () throws(DiskError) in
        try disk.rename(file.part, in: above, to: file.name, in: above)
      }
      worker.summary.filesCopied += contents.files
      worker.summary.bytesCopied += contents.bytes
      worker.summary.specialsMade += contents.specials
      progress.filesDone.add(contents.files + contents.specials, ordering: .relaxed)
    } catch {
      discardFolder(file.part, in: above)
      fail(error, worker)
    }
    release(file.folder, worker)
    release(staging.parent, worker)
  }

  /// Reads a file back and compares it with what was read from its source.
  private func verify(
    _ name: FileName, _ digests: [RangeDigest], in folder: TargetFolder,
    _ path: @autoclosure () -> FileName, _ worker: TransferWorker
  ) throws(TransferFailure) {
    let isIntact = try located(path()) { () throws(DiskError) in
      let handle = try disk.open(name, in: folder.target!.handle, .read(direct: true))
      defer { closeReadOnly(handle) }
      return try data.isIntact(handle, digests, worker)
    }
    if !isIntact { throw TransferFailure(path(), .differs) }
  }

  private func drop(_ file: ReadyFile, _ failure: TransferFailure, _ worker: TransferWorker) {
    if let staging = file.folder.staging {
      discardFolder(file.part, in: staging.parent.target!.handle)
      release(staging.parent, worker)
    } else {
      discard(file.part, in: file.folder.target!.handle)
    }
    if let journal = file.journal { discard(journal, in: file.folder.target!.handle) }
    fail(failure, worker)
    release(file.folder, worker)
  }
}
