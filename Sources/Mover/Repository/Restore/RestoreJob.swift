import FrameEngine
import Glibc
import Synchronization

/// One restore at work: reads the tree, makes folders, and restores files in windows of bounded
/// size, so that a snapshot of any size takes the same memory.
final class RestoreJob {
  let repository: Repository
  let disk: any Disk
  let run: Run
  let known: KnownChunks
  let options: Restore.Options
  let cancellation: CancelToken
  let progress: ProgressCounters
  let results = RestoreResults()
  let limiter: RateLimiter?
  /// Whether the target takes writes around the page cache well.
  private(set) var allowsDirect = false
  /// What the target is like.
  private var system = FileSystem(magic: 0, isRemote: false)
  private var trees: TreeReader
  private var window = RestoreWindow()
  /// Folders whose metadata is set when all is in them, in the order they were made.
  private var folders: [RestoreFolder] = []
  private var links = RestoredLinks()
  private var inclusion: Inclusion?
  private var extras: [(folder: RestoreFolder, name: FileName)] = []

  init(
    repository: Repository, disk: any Disk, run: Run, known: KnownChunks,
    options: Restore.Options, cancellation: CancelToken, progress: ProgressCounters
  ) {
    self.repository = repository
    self.disk = disk
    self.run = run
    self.known = known
    self.options = options
    self.cancellation = cancellation
    self.progress = progress
    limiter = options.limiter
    trees = TreeReader(repository, known: known)
  }

  func restore(_ snapshot: Snapshot) throws(RepositoryError) -> Restore.Outcome {
    let top = try trees.entry(at: SnapshotPath(snapshot, options.path))
    var entries = [top]
    if case .folder(let pages) = top.content { entries = try trees.entries(of: pages) }
    try resolveInclusion(in: entries, of: snapshot)
    let target = try openTarget()
    progress.isCounting.store(true, ordering: .relaxed)
    var waiting = [(folder: target, entries: entries, depth: 0)]
    while let (folder, entries, depth) = waiting.popLast() {
      try cancellation.check()
      try run.renew()
      guard depth <= Limits.treeDepth else {
        throw RepositoryError(.damaged, folder.path.description, "the tree is too deep")
      }
      for inner in try take(entries, into: folder) {
        guard case .folder(let pages)? = inner.entry?.content else { continue }
        if let entries = try readable(pages, at: inner.path) {
          waiting.append((inner, entries, depth + 1))
        }
      }
      folder.release()
    }
    progress.isCounting.store(false, ordering: .relaxed)
    try finishWindow()
    makeLinks()
    removeExtras()
    setFolderMetadata()
    // A folder that was asked for by its path is the target itself.
    if !options.path.bytes.isEmpty, top.kind == .folder { setMetadata(of: target, to: top) }
    try makeDurable(target)
    return results.outcome()
  }

  // MARK: The tree

  private func resolveInclusion(
    in entries: [TreeEntry], of snapshot: Snapshot
  ) throws(RepositoryError) {
    guard !options.inclusion.isEmpty else { return }
    let inclusion = try Inclusion(
      options.inclusion, without: options.filter, in: entries, &trees, cancellation)
    guard !inclusion.isEmpty else {
      throw RepositoryError(
        .noPath, "snapshot \(snapshot.id.short)",
        "nothing that was asked for is matched by the patterns to include")
    }
    self.inclusion = inclusion
  }

  private func isWanted(_ entry: TreeEntry, in folder: RestoreFolder) -> Bool {
    let isFolder = entry.kind == .folder
    return !options.filter.excludes(entry.name, in: folder.path, isFolder: isFolder)
      && inclusion?.takes(entry.name, in: folder.path, isFolder: isFolder) ?? true
  }

  /// A folder's entries; `nil` where they are damaged, which is a failure of that folder.
  private func readable(
    _ pages: [Digest], at path: FileName
  ) throws(RepositoryError) -> [TreeEntry]? {
    do throws(RepositoryError) {
      return try trees.entries(of: pages)
    } catch {
      guard error.code == .damaged else { throw error }
      results.fail(path, error.description, isDamage: true)
      return nil
    }
  }

  private func openTarget() throws(RepositoryError) -> RestoreFolder {
    do throws(DiskError) {
      if !options.isDryRun { try disk.makeFolders(options.target) }
      let open = try OpenFolder(at: options.target, on: disk)
      system = disk.assumedFileSystem(of: open.handle)
      allowsDirect =
        DiskPolicy(
          fileSystem: system, coreCount: BackupJob.defaultThreads,
          medianOpen: nil
        ).allowsDirect
      return RestoreFolder(path: "", entry: nil, parent: nil, open: open)
    } catch {
      guard options.isDryRun, error.code == ENOENT else {
        throw RepositoryError(error.at(options.target))
      }
      return RestoreFolder(path: "", entry: nil, parent: nil, open: nil)
    }
  }

  /// Makes and plans what is directly in one folder; returns its subfolders.
  private func take(
    _ entries: [TreeEntry], into folder: RestoreFolder
  ) throws(RepositoryError) -> [RestoreFolder] {
    var existing = existingNames(in: folder)
    var inner = [RestoreFolder]()
    var taken = [FileName: FileName]()
    for entry in entries {
      let before = existing.removeValue(forKey: entry.name)
      guard isWanted(entry, in: folder) else { continue }
      if let reason = whyNot(entry.name, &taken) {
        results.fail(folder.path.appending(entry.name), reason, isDamage: false)
        continue
      }
      do throws(DiskError) {
        switch entry.kind {
        case .folder:
          inner.append(try makeFolder(entry, in: folder, before))
        case .regular:
          try planFile(entry, in: folder, before)
        case .symbolicLink, .fifo, .socket, .characterDevice, .blockDevice:
          try makeSpecial(entry, in: folder, before)
        }
      } catch {
        results.fail(folder.path.appending(entry.name), error.description, isDamage: false)
        if error.endsEverything { throw RepositoryError(error.at(options.target)) }
      }
      if window.isFull { try finishWindow() }
    }
    // Parts of a killed restore that nobody waits for any more, and names to be removed.
    for name in existing.keys where options.deletesExtra || RestoreFile.isPartName(name) {
      if taken[name.folded] == nil, !window.hasPart(name) { extras.append((folder, name)) }
    }
    return inner
  }

  /// What keeps the target from having a file of this name; `nil` if nothing does. Of names that are
  /// one to it, the first is `taken`.
  private func whyNot(_ name: FileName, _ taken: inout [FileName: FileName]) -> String? {
    guard system.holds(name) else { return DiskError(.open, code: EILSEQ).cause }
    if system.isCaseSensitive { return nil }
    if let other = taken[name.folded] { return "the target does not tell it from \(other)" }
    taken[name.folded] = name
    return nil
  }

  private func existingNames(in folder: RestoreFolder) -> [FileName: FileKind?] {
    do throws(DiskError) {
      let open = try folder.opened(on: disk)
      return Dictionary(
        uniqueKeysWithValues: try disk.entries(of: open.handle).map { ($0.name, $0.kind) })
    } catch {
      if !options.isDryRun {
        results.fail(folder.path, error.description, isDamage: false)
      }
      return [:]
    }
  }
}

// MARK: Kinds of entries

extension RestoreJob {
  private func makeFolder(
    _ entry: TreeEntry, in folder: RestoreFolder, _ before: FileKind??
  ) throws(DiskError) -> RestoreFolder {
    let inner = RestoreFolder(
      path: folder.path.appending(entry.name), entry: entry, parent: folder, open: nil)
    results.countFolder()
    guard !options.isDryRun else { return inner }
    let handle = try folder.opened(on: disk).handle
    if let status = try existingStatus(entry.name, in: handle, before) {
      if status.kind != .folder {
        try clear(entry.name, status, in: handle)
        try disk.makeFolder(entry.name, in: handle, mode: 0o700)
      }
    } else {
      // Closed to others until its own mode is set: what is in it may be secret.
      try disk.makeFolder(entry.name, in: handle, mode: 0o700)
    }
    folders.append(inner)
    return inner
  }

  private func planFile(
    _ entry: TreeEntry, in folder: RestoreFolder, _ before: FileKind??
  ) throws(DiskError) {
    progress.found(bytes: entry.size)
    if let first = links.first(of: entry) {
      links.add(LinkedName(first: first, folder: folder, entry: entry))
      progress.finished(bytes: entry.size)
      return
    }
    links.note(entry, at: folder)
    if try takeExisting(entry, in: folder, before) { return }
    guard !options.isDryRun else { return results.countFile(entry.size) }
    let segments: [Segment]
    do throws(RepositoryError) {
      segments = try trees.segments(of: entry)
    } catch {
      return results.fail(
        folder.path.appending(entry.name), error.description, isDamage: error.code == .damaged)
    }
    window.add(entry, segments, in: folder)
  }

  /// A file of the right size and time is not read: only its metadata is put right.
  private func takeExisting(
    _ entry: TreeEntry, in folder: RestoreFolder, _ before: FileKind??
  ) throws(DiskError) -> Bool {
    guard before != nil else { return false }
    let handle = try folder.opened(on: disk).handle
    guard let status = try existingStatus(entry.name, in: handle, before) else { return false }
    guard status.kind == .regular, status.size == entry.size,
      TargetTraits(timeStep: system.timeStep).hold(entry.modified, as: status.modified),
      status.linkCount == 1 || entry.linkCount > 1
    else {
      if status.kind == .folder { try clear(entry.name, status, in: handle) }
      return false
    }
    results.countUnchanged(entry.size)
    progress.finished(bytes: entry.size)
    guard !options.isDryRun, try !entry.hasMetadata(of: status, entry.name, in: handle, on: disk)
    else { return true }
    let file = try disk.open(entry.name, in: handle, .read())
    defer { closeQuietly(file) }
    try setMetadata(entry, of: file, status, at: folder.path.appending(entry.name))
    return true
  }

  /// Sets the metadata of a file or folder that was there before.
  private func setMetadata(
    _ entry: TreeEntry, of handle: Handle, _ status: FileStatus, at path: FileName
  ) throws(DiskError) {
    if options.metadata.attributes {
      results.note(try entry.metadata.removeExtraAttributes(of: handle, on: disk), at: path)
    }
    results.note(
      try entry.metadata.apply(to: handle, current: status, on: disk, policy: options.metadata),
      at: path)
  }

  private func makeSpecial(
    _ entry: TreeEntry, in folder: RestoreFolder, _ before: FileKind??
  ) throws(DiskError) {
    results.countOther()
    guard !options.isDryRun else { return }
    let handle = try folder.opened(on: disk).handle
    if let status = try existingStatus(entry.name, in: handle, before) {
      if status.kind == .folder { try clear(entry.name, status, in: handle) }
    }
    let part = RestoreFile(folder: folder, entry: entry, left: 0).partName
    try disk.removeIfPresent(part, in: handle)
    switch entry.content {
    case .link(let target): try disk.makeSymbolicLink(part, in: handle, to: target)
    case .device(let device):
      try disk.makeNode(
        part, in: handle, mode: entry.kind.typeBits | entry.mode, device: device)
    default:
      try disk.makeNode(part, in: handle, mode: entry.kind.typeBits | entry.mode, device: 0)
    }
    let status = try disk.status(of: part, in: handle)
    results.note(
      try entry.metadata.apply(
        to: part, in: handle, current: status, on: disk, policy: options.metadata),
      at: folder.path.appending(entry.name))
    try disk.rename(part, in: handle, to: entry.name, in: handle)
  }

  private func existingStatus(
    _ name: FileName, in handle: Handle, _ before: FileKind??
  ) throws(DiskError) -> FileStatus? {
    before == nil ? nil : try disk.status(of: name, in: handle)
  }

  /// Makes room for a file of another kind. A folder with contents goes only where extras may go.
  private func clear(
    _ name: FileName, _ status: FileStatus, in handle: Handle
  ) throws(DiskError) {
    guard !options.isDryRun else { return }
    if status.kind == .folder, options.deletesExtra {
      results.countDeleted(try disk.removeTree(name, in: handle))
    } else {
      try disk.remove(name, in: handle, isFolder: status.kind == .folder)
    }
  }

  func closeQuietly(_ handle: Handle) {
    do throws(DiskError) { try disk.close(handle) } catch {
      results.note("close: \(error.cause)")
    }
  }
}

// MARK: Windows and the end

extension RestoreJob {
  private func finishWindow() throws(RepositoryError) {
    let full = window
    window = RestoreWindow()
    guard !full.isEmpty else { return }
    try WindowRestore(self, full).run()
  }

  private func makeLinks() {
    guard !options.isDryRun else { return }
    let failed = results.failedPaths
    for name in links.names {
      // What has the first name then is an older file, or nothing.
      if let fault = failed[name.first.path] {
        results.fail(
          name.path, "its other name \(name.first.path) failed: \(fault.reason)",
          isDamage: fault.isDamage)
        continue
      }
      do throws(DiskError) {
        if try name.make(on: disk, policy: options.metadata) { results.countCopiedLink() }
        results.countFile(0)
      } catch {
        results.fail(name.path, error.description, isDamage: false)
      }
    }
  }

  /// Removes what the snapshot does not have; nothing, if any file failed.
  private func removeExtras() {
    guard !options.isDryRun else { return }
    for (folder, name) in extras {
      let isPart = RestoreFile.isPartName(name)
      guard isPart || results.isClean else { continue }
      do throws(DiskError) {
        let removed = try disk.removeTree(name, in: try folder.opened(on: disk).handle)
        if !isPart { results.countDeleted(removed) }
      } catch {
        if error.code != ENOENT {
          results.fail(folder.path.appending(name), error.description, isDamage: false)
        }
      }
    }
  }

  /// The innermost first: setting one changes the times of none above it any more.
  private func setFolderMetadata() {
    for folder in folders.reversed() {
      guard let entry = folder.entry else { continue }
      setMetadata(of: folder, to: entry)
      folder.release()
    }
  }

  private func setMetadata(of folder: RestoreFolder, to entry: TreeEntry) {
    guard !options.isDryRun else { return }
    do throws(DiskError) {
      let handle = try folder.opened(on: disk).handle
      let status = try disk.status(of: handle)
      try setMetadata(entry, of: handle, status, at: folder.path)
    } catch {
      results.fail(folder.path, error.description, isDamage: false)
    }
  }

  private func makeDurable(_ target: RestoreFolder) throws(RepositoryError) {
    guard !options.isDryRun else { return }
    do throws(DiskError) {
      try disk.syncFileSystem(try target.opened(on: disk).handle)
    } catch {
      throw RepositoryError(error.at(options.target))
    }
  }
}

extension DiskError {
  /// Whether no other file will fare better.
  var endsEverything: Bool { code == ENOSPC || code == EDQUOT || code == EROFS || code == EIO }
}
