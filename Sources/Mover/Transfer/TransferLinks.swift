import FrameEngine
import Glibc
import Synchronization

/// The files of a source that have several names: the first name met is copied, the others become
/// names of the copy once it is there.
final class TransferLinks: Sendable {
  /// A name in the target.
  struct Name: Sendable {
    let entry: ScannedEntry
    /// The folder below the target's root, and the time it is to keep.
    let folder: FileName
    let modified: Timestamp?
    /// For messages.
    let fullPath: FileName
  }

  private struct State {
    var leaders: [FileIdentity: Name] = [:]
    var failed: Set<FileIdentity> = []
    var followers: [(identity: FileIdentity, name: Name)] = []
  }

  private let state = Mutex(State())

  /// Whether this is the first name of its file, which is to be copied; the others wait.
  func claim(_ identity: FileIdentity, _ entry: ScannedEntry, _ folder: TargetFolder) -> Bool {
    let name = Name(
      entry: entry, folder: folder.path, modified: folder.metadata?.modified,
      fullPath: folder.fullPath.appending(entry.name))
    return state.withLock { state in
      if state.leaders[identity] == nil {
        state.leaders[identity] = name
        return true
      }
      state.followers.append((identity, name))
      return false
    }
  }

  /// The first name could not be copied.
  func fail(_ identity: FileIdentity?) {
    guard let identity else { return }
    _ = state.withLock { $0.failed.insert(identity) }
  }

  /// Each waiting name with the first of its file; `nil` for that if it failed.
  var waiting: [(name: Name, leader: Name?, leaderPath: FileName)] {
    state.withLock { state in
      state.followers.map { identity, name in
        let leader = state.leaders[identity]!
        return (name, state.failed.contains(identity) ? nil : leader, leader.fullPath)
      }
    }
  }
}

extension TransferRun {
  /// Gives copied files their other names.
  func makeLinks() {
    let worker = workers[0]
    for (name, leader, leaderPath) in links.waiting where goesOn {
      do throws(TransferFailure) {
        guard let leader else { throw TransferFailure(name.fullPath, .linkTarget(leaderPath)) }
        try link(name, to: leader, worker)
      } catch {
        fail(error, worker)
      }
    }
    publish(worker)
  }

  private func link(
    _ name: TransferLinks.Name, to leader: TransferLinks.Name, _ worker: TransferWorker
  )
    throws(TransferFailure)
  {
    let isLinked = try located(name.fullPath) { () throws(DiskError) -> Bool in
      guard let folder = try openTarget(name.folder),
        let leaderFolder = try openTarget(leader.folder)
      else { return false }
      let existing = try status(of: name.entry.name, in: folder.handle)
      let shared = try status(of: leader.entry.name, in: leaderFolder.handle)
      guard let shared, existing.map(FileIdentity.init) != FileIdentity(shared) else {
        return shared != nil
      }
      if options.dryRun { return false }
      return try replace(
        name, existing, in: folder.handle, by: leader, shared, in: leaderFolder.handle, worker)
    }
    if isLinked {
      worker.summary.filesUnchanged += 1
    } else if options.dryRun {
      planned?(.link, name.fullPath)
    }
    progress.filesDone.add(1, ordering: .relaxed)
  }

  /// Makes the name and counts it; a copy where the file system has no hard links. `true` if such
  /// a copy is there already.
  private func replace(
    _ name: TransferLinks.Name, _ existing: FileStatus?, in folder: Handle,
    by leader: TransferLinks.Name, _ shared: FileStatus, in leaderFolder: Handle,
    _ worker: TransferWorker
  ) throws(DiskError) -> Bool {
    let part = partName()
    var isCopy = false
    do throws(DiskError) {
      try disk.link(leader.entry.name, in: leaderFolder, to: part, in: folder)
    } catch {
      guard error.meansNoHardLinks, shared.kind == .regular else { throw error }
      if let existing, existing.isCopy(of: shared) { return true }
      try copy(leader.entry.name, shared, in: leaderFolder, to: part, in: folder)
      isCopy = true
    }
    do throws(DiskError) {
      try disk.rename(part, in: folder, to: name.entry.name, in: folder)
    } catch {
      discard(part, in: folder)
      throw error
    }
    if let modified = name.modified { try disk.setTimes(folder, modified: modified) }
    if isCopy { worker.summary.linksCopied += 1 } else { worker.summary.linksMade += 1 }
    return false
  }

  private func copy(
    _ name: FileName, _ status: FileStatus, in leaderFolder: Handle, to part: FileName,
    in folder: Handle
  ) throws(DiskError) {
    let metadata = try FileMetadata.capture(name, in: leaderFolder, status, on: disk)
    try disk.copyFile(name, in: leaderFolder, to: part, in: folder, size: status.size) {
      (target) throws(DiskError) in
      let current = FileMetadata.Current(try disk.status(of: target))
      // What the target does not take was told of the first name.
      _ = try metadata.apply(to: target, current: current, on: disk, policy: options.metadata)
    }
  }

  /// The status of a name; `nil` if there is none.
  func status(of name: FileName, in folder: Handle) throws(DiskError) -> FileStatus? {
    do throws(DiskError) {
      return try disk.status(of: name, in: folder)
    } catch {
      if error.code == ENOENT { return nil }
      throw error
    }
  }

  /// Opens a folder below the target's root, name by name; `nil` in a dry run that would make it.
  func openTarget(_ path: FileName) throws(DiskError) -> OpenFolder? {
    guard var folder = destination.folder else { return nil }
    for component in path.bytes.split(separator: UInt8(ascii: "/")) {
      do throws(DiskError) {
        folder = try OpenFolder(FileName(Array(component)), in: folder.handle, on: disk)
      } catch {
        if options.dryRun, error.code == ENOENT { return nil }
        throw error
      }
    }
    return folder
  }
}
