import FrameEngine
import Glibc
import Synchronization

// Parts: made, completed, and at the end given their names.
extension WindowRestore {
  /// Parts that are held open at once; beyond it a part is opened for each write.
  private static let openLimit = 512

  /// Runs `body` with the file's part, which is made by whoever comes first.
  func withPart<R>(
    _ file: RestoreFile, _ body: (Handle) throws(DiskError) -> R
  ) throws(DiskError) -> R {
    let (handle, isKept) = try file.handle(
      make: { () throws(DiskError) in try makePart(file) },
      reopen: { () throws(DiskError) in
        try job.disk.open(
          file.partName, in: try file.folder.opened(on: job.disk).handle, .update())
      },
      mayKeep: { openCount.add(1, ordering: .relaxed).newValue <= WindowRestore.openLimit })
    defer {
      if !isKept {
        openCount.subtract(1, ordering: .relaxed)
        close(handle, of: file)
      }
    }
    return try body(handle)
  }

  /// The part for writing around the page cache, if it may have one.
  func directHandle(_ file: RestoreFile) throws(DiskError) -> Handle? {
    try file.directHandle { () throws(DiskError) in
      let folder = try file.folder.opened(on: job.disk).handle
      return try job.disk.open(file.partName, in: folder, .update(direct: true))
    }
  }

  private func makePart(
    _ file: RestoreFile
  ) throws(DiskError) -> (handle: Handle, mode: UInt32?, holdsData: Bool) {
    let folder = try file.folder.opened(on: job.disk).handle
    let disk = job.disk
    do throws(DiskError) {
      let mode = file.entry.creationMode
      let handle = try disk.open(file.partName, in: folder, .create(mode: mode))
      if !file.isOnePiece, file.entry.size > 0 {
        try disk.setSize(handle, to: file.entry.size)
      }
      return (handle, mode, false)
    } catch {
      guard error.code == EEXIST else { throw error.at(file.path) }
    }
    do throws(DiskError) {
      let handle = try disk.open(file.partName, in: folder, .update())
      let status = try disk.status(of: handle)
      if status.size == file.entry.size, status.size >= WindowRestore.resumeSize {
        return (handle, nil, true)
      }
      try disk.setSize(handle, to: 0)
      try disk.setSize(handle, to: file.entry.size)
      return (handle, nil, false)
    } catch {
      throw error.at(file.path)
    }
  }

  /// All bytes are written: sets the metadata and closes the part. Its name comes later.
  func complete(_ file: RestoreFile) {
    do throws(DiskError) {
      if file.fault == nil {
        try withPart(file) { (handle) throws(DiskError) in
          if job.metadata.attributes, try file.folder.passesOnList(job.disk) {
            job.results.note(
              try file.entry.metadata.removeExtraAttributes(of: handle, on: job.disk),
              at: file.path)
          }
          let current =
            if let mode = file.creationMode {
              try file.folder.looks(ofNew: handle, madeWith: mode, on: job.disk)
            } else { FileMetadata.Current(try job.disk.status(of: handle)) }
          let notes = try file.entry.metadata.apply(
            to: handle, current: current, on: job.disk, policy: job.metadata)
          job.results.note(notes, at: file.path)
        }
      }
    } catch {
      file.fail(error.description, isDamage: false)
    }
    release(file)
    if file.fault != nil { discard(file) }
  }

  func release(_ file: RestoreFile) {
    let handles = file.takeHandles()
    if handles.isEmpty { return }
    openCount.subtract(1, ordering: .relaxed)
    for handle in handles { close(handle, of: file) }
  }

  private func close(_ handle: Handle, of file: RestoreFile) {
    do throws(DiskError) { try job.disk.close(handle) } catch {
      file.fail("close: \(error.cause)", isDamage: false)
    }
  }

  private func discard(_ file: RestoreFile) {
    job.progress.errors.add(1, ordering: .relaxed)
    if let fault = file.fault {
      job.results.fail(file.path, fault.reason, isDamage: fault.isDamage)
    }
    do throws(DiskError) {
      let folder = try file.folder.opened(on: job.disk).handle
      try job.disk.removeIfPresent(file.partName, in: folder)
    } catch {
      job.results.note("\(file.path): its part is left behind: \(error.cause)")
    }
  }

  /// One sync for all, then the names. Until here nothing has its name that is not durable.
  func publish() throws(RepositoryError) {
    let files = files.filter(\.isWhole)
    guard let any = files.first else { return }
    do throws(DiskError) {
      try job.disk.syncFileSystem(try any.folder.opened(on: job.disk).handle)
    } catch {
      throw failure(error, at: any)
    }
    // Neighbours lie in one folder, which takes one new name at a time.
    let share = max(64, files.count / (job.threads * 8))
    let next = Atomic<Int>(0)
    runWorkers(count: job.threads, name: "farmio publish") { _ in
      while true {
        let start = next.add(share, ordering: .relaxed).oldValue
        guard start < files.count else { return }
        for file in files[start..<min(start + share, files.count)] { self.publish(file) }
      }
    }
  }

  private func publish(_ file: RestoreFile) {
    do throws(DiskError) {
      let folder = try file.folder.opened(on: job.disk).handle
      try job.disk.rename(file.partName, in: folder, to: file.entry.name, in: folder)
      job.results.countFile(file.entry.size)
      job.progress.filesDone.add(1, ordering: .relaxed)
    } catch {
      job.results.fail(file.path, error.description, isDamage: false)
    }
  }
}

extension TreeEntry {
  /// The mode to make a part with: its own, so that most need no second call, if that shows its
  /// bytes to nobody whom owner, group or an ACL would keep out later; else the owner's alone.
  fileprivate var creationMode: UInt32 {
    let (owner, group, others) = (mode >> 6 & 7, mode >> 3 & 7, mode & 7)
    let isOpen = group & ~others == 0 && others & ~group == 0 && owner & 0o6 == 0o6
    return isOpen && attributes.isEmpty ? mode & 0o777 : 0o600
  }
}
