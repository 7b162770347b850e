import FrameEngine
import Glibc
import Synchronization

/// One backup at work: takes what the scan finds, and gives each folder to its parent when all in
/// it is stored.
final class BackupJob: TreeVisitor {
  let repository: Repository
  let disk: any Disk
  let run: Run
  let known: KnownChunks
  let failures = BackupFailures()
  let counters = BackupCounters()
  let progress: ProgressCounters
  let unchanged: UnchangedRule
  /// What serves the source best; `nil` before a folder was opened.
  let sourcePolicy: DiskPolicy?
  /// Cuts joined small files.
  let smallChunker: Chunker
  private let chunkers: [ChunkClass: Chunker]
  private let options: Backup.Options
  private let roots: BackupRoots
  private let dataPacks: PackWriter
  private let metadataPacks: PackWriter
  private let workers: [BackupWorker]
  /// Holds one entry for each path.
  private let top: BackupFolder
  private let cancellation: CancelToken
  private let limiter: RateLimiter?
  /// Stops the scan: on request, or because the repository takes no more.
  private let stop = CancelToken()
  private let firstError = Mutex<RepositoryError?>(nil)
  /// Where the repository's own folder was met and left out.
  let ownFolder = Mutex<FileName?>(nil)

  init(
    repository: Repository, disk: any Disk, run: Run, known: KnownChunks,
    options: Backup.Options, parent: Snapshot?, roots: BackupRoots, cancellation: CancelToken,
    progress: ProgressCounters
  ) throws(RepositoryError) {
    self.repository = repository
    self.disk = disk
    self.run = run
    self.known = known
    self.options = options
    self.roots = roots
    self.cancellation = cancellation
    limiter = options.limiter
    self.progress = progress
    let key = repository.keys.cut
    chunkers = Dictionary(
      uniqueKeysWithValues: ChunkClass.allCases.map { ($0, Chunker(class: $0, key: key)) })
    smallChunker = Chunker(class: repository.config.chunkClass ?? .k64, key: key)
    unchanged = UnchangedRule(parent: options.readsAll ? nil : parent)
    sourcePolicy = try BackupJob.policy(of: roots, on: disk)
    dataPacks = PackWriter(
      repository, known: known, run: run.id, kind: .data, numbers: run.numbers)
    metadataPacks = PackWriter(
      repository, known: known, run: run.id, kind: .metadata, numbers: run.numbers)
    let (data, metadata) = (dataPacks, metadataPacks)
    workers = (0..<(options.threads ?? BackupJob.defaultThreads)).map { _ in
      BackupWorker(
        repository, run: run.id, known: known, data: data, metadata: metadata,
        level: options.level)
    }
    top = BackupFolder(
      fullPath: "", name: "", status: .unknown, attributes: [], open: nil, parent: nil, slot: 0,
      previous: try BackupJob.previous(unchanged.parent?.record.pages, workers[0], failures),
      names: roots.roots.map(\.name))
  }

  /// Judged by the first path alone: shows lie on one mount.
  private static func policy(
    of roots: BackupRoots, on disk: any Disk
  ) throws(RepositoryError) -> DiskPolicy? {
    guard let root = roots.roots.first else { return nil }
    let path = root.status.kind == .folder ? root.source : root.source.splittingLast().folder
    do throws(DiskError) {
      let folder = try OpenFolder(at: path, on: disk)
      return DiskPolicy(
        fileSystem: try disk.fileSystem(of: folder.handle), coreCount: defaultThreads,
        medianOpen: nil)
    } catch {
      throw RepositoryError(error.at(path))
    }
  }

  static var defaultThreads: Int { max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }

  /// Stores everything; all of it is durable and indexed when this returns. Returns the pages of
  /// the top folder.
  func store() throws(RepositoryError) -> [Digest] {
    try storeLoneRoots()
    try scanFolders()
    if let error = firstError.withLock({ $0 }) { throw error }
    try cancellation.check()
    let pages = try storePages(of: top, workers[0])
    for worker in workers { try worker.flush() }
    // Data before metadata, and both before the index: what is reachable is there.
    try dataPacks.finish()
    try metadataPacks.finish()
    try IndexWriter(repository, run: run.id, numbers: run.numbers)
      .write(dataPacks.takeParts() + metadataPacks.takeParts())
    return pages
  }

  /// What was seen and done; final once `store` has returned.
  func statistics() -> SnapshotRecord.Statistics {
    var statistics = counters.statistics()
    statistics.newBytes = workers.reduce(0) { $0 + $1.newBytes }
    statistics.storedBytes = dataPacks.storedBytes + metadataPacks.storedBytes
    statistics.failures = UInt64(failures.all().count)
    return statistics
  }

  /// Cuts a file of this name.
  func chunker(for name: FileName) -> Chunker {
    guard repository.config.chunkClass == nil else { return smallChunker }
    return chunkers[ChunkClass.suited(to: name)] ?? smallChunker
  }

  func worker(of walker: WalkWorker) -> BackupWorker { workers[walker.index] }

  private func scanFolders() throws(RepositoryError) {
    let folders = roots.folders
    guard !folders.isEmpty else { return }
    var scanOptions = ScanOptions(threads: workers.count)
    scanOptions.filter = options.filter
    scanOptions.oneFileSystem = options.oneFileSystem
    do throws(DiskError) {
      let scanner = Scanner(disk: disk, options: scanOptions, visitor: self, cancel: stop)
      _ = try scanner.run(folders.map { roots.roots[$0].source })
    } catch {
      throw RepositoryError(error)
    }
  }

  // MARK: What the scan calls

  func enter(
    _ folder: ScannedFolder, under parent: BackupFolder?, _ work: FolderWork, _ walker: WalkWorker
  ) -> BackupFolder? {
    if let own = repository.store.folder, FileIdentity(folder.status) == own {
      ownFolder.withLock { $0 = folder.fullPath }
      return nil
    }
    return guarded { () throws(RepositoryError) in
      let state = try begin(folder, under: parent, worker(of: walker))
      try take(folder.entries, into: state, work, worker(of: walker))
      return state
    }
  }

  func leave(_ folder: BackupFolder, _ walker: WalkWorker) {
    guarded { () throws(RepositoryError) in
      let pages = try storePages(of: folder, worker(of: walker))
      let entry = TreeEntry(
        folder.name, folder.status, attributes: folder.attributes, content: .folder(pages))
      (folder.parent ?? top).set(entry, at: folder.slot)
      counters.folders.add(1, ordering: .relaxed)
      progress.bytesStored.store(
        Int64(dataPacks.storedBytes + metadataPacks.storedBytes), ordering: .relaxed)
      try run.renew()
    }
  }

  func failed(_ failure: ScanFailure) {
    failures.add(failure)
    progress.errors.add(1, ordering: .relaxed)
  }

  /// Waits until as many bytes may be read.
  func waitToRead(_ byteCount: Int) { limiter?.pass(byteCount, cancel: cancellation) }

  /// Runs a piece of work unless the backup is over. A failure of the repository ends it.
  @discardableResult
  func guarded<R>(_ body: () throws(RepositoryError) -> R) -> R? {
    if cancellation.isCancelled { stop.cancel() }
    guard !stop.isCancelled else { return nil }
    do throws(RepositoryError) {
      return try body()
    } catch {
      firstError.withLock { first in first = first ?? error }
      stop.cancel()
      return nil
    }
  }

  // MARK: Folders

  private func begin(
    _ folder: ScannedFolder, under parent: BackupFolder?, _ worker: BackupWorker
  ) throws(RepositoryError) -> BackupFolder {
    let slot: Int
    if let parent {
      slot = parent.slot(of: folder.path.lastComponent)
    } else {
      slot = roots.folders[folder.root]
    }
    let above = parent ?? top
    let name = above.names[slot]
    let before = above.previous.entry(named: name)
    var pages: [Digest]?
    if case .folder(let known)? = before?.content { pages = known }
    return BackupFolder(
      fullPath: folder.fullPath, name: name, status: folder.status,
      attributes: attributes(of: folder, before: before), open: folder.folder, parent: parent,
      slot: slot, previous: try BackupJob.previous(pages, worker, failures),
      names: folder.entries.map(\.name))
  }

  private func attributes(
    of folder: ScannedFolder, before: TreeEntry?
  ) -> [ExtendedAttribute] {
    if let before, unchanged.holds(before, folder.status) { return before.attributes }
    do throws(DiskError) {
      return storable(try disk.attributes(of: folder.folder.handle), at: folder.fullPath)
    } catch {
      failures.note("\(folder.fullPath): its extended attributes are not stored: \(error.cause)")
      return []
    }
  }

  /// A folder of the parent snapshot. Where that is damaged everything is read and stored anew: a
  /// backup mends what it can.
  private static func previous(
    _ pages: [Digest]?, _ worker: BackupWorker, _ failures: BackupFailures
  ) throws(RepositoryError) -> PreviousFolder {
    guard let pages else { return .none }
    let entries = try failures.tolerating { () throws(RepositoryError) in
      try worker.trees.entries(of: pages)
    }
    return entries.map { PreviousFolder(pages: pages, entries: $0) } ?? .none
  }

  /// Stores a folder's pages; those of an unchanged folder are taken over as they are.
  private func storePages(
    of folder: BackupFolder, _ worker: BackupWorker
  ) throws(RepositoryError) -> [Digest] {
    let entries = folder.takeEntries()
    if let pages = folder.previous.pages, entries == folder.previous.entries {
      var isKnown = true
      for page in pages where try !known.contains(page) { isKnown = false }
      if isKnown { return pages }
    }
    var pages = [Digest]()
    for page in TreePage.pages(of: entries) {
      pages.append(try worker.storeMetadata(page.encoded))
    }
    return pages
  }
}

// MARK: Files

extension BackupJob {
  /// Takes over what is unchanged, and adds the rest as work.
  private func take(
    _ entries: [ScannedEntry], into folder: BackupFolder, _ work: FolderWork,
    _ own: BackupWorker
  ) throws(RepositoryError) {
    var small = [SlottedEntry]()
    var previous = folder.previous.entries[...]
    for (slot, entry) in entries.enumerated() where entry.status.kind != .folder {
      while let first = previous.first, first.name < entry.name { previous.removeFirst() }
      let item = SlottedEntry(slot: slot, entry: entry)
      progress.found(bytes: item.dataBytes)
      if let before = previous.first, before.name == entry.name,
        try takeOver(before, item, folder, own)
      {
        continue
      }
      switch entry.status.kind {
      case .regular where entry.status.size < SmallFiles.limit: small.append(item)
      case .regular: LargeFile(self, folder, item).schedule(on: work)
      default: storeSpecial(item, in: folder)
      }
    }
    for batch in SmallFiles.batches(of: small) {
      work.add { [self] walker in
        guarded { () throws(RepositoryError) in
          try SmallFiles(self, folder, batch).store(worker(of: walker), walker.lane, work)
        }
      }
    }
  }

  /// Takes an entry over from the parent snapshot if the file is the same and everything it needs
  /// is there to be borrowed.
  private func takeOver(
    _ before: TreeEntry, _ item: SlottedEntry, _ folder: BackupFolder, _ worker: BackupWorker
  ) throws(RepositoryError) -> Bool {
    let status = item.entry.status
    guard unchanged.holds(before, status) else { return false }
    let isWhole = try failures.tolerating { () throws(RepositoryError) in
      try isBorrowable(before, worker)
    }
    guard isWhole == true else { return false }
    var entry = before
    entry.volume = status.volume
    folder.set(entry, at: item.slot)
    if status.kind == .regular { counters.unchangedFiles.add(1, ordering: .relaxed) }
    count(item)
    return true
  }

  private func isBorrowable(
    _ entry: TreeEntry, _ worker: BackupWorker
  ) throws(RepositoryError) -> Bool {
    if case .lists(let lists) = entry.content {
      for list in lists where try !known.contains(list) { return false }
    }
    for segment in try worker.trees.segments(of: entry) where !segment.isHole {
      if try !known.contains(segment.chunk) { return false }
    }
    return true
  }

  private func storeSpecial(_ item: SlottedEntry, in folder: BackupFolder) {
    guard let open = folder.open else { return }
    let (name, status) = (item.entry.name, item.entry.status)
    do throws(DiskError) {
      let metadata = try FileMetadata.capture(name, in: open.handle, status, on: disk)
      let content: TreeEntry.Content =
        switch status.kind {
        case .symbolicLink: .link(metadata.linkTarget)
        case .characterDevice, .blockDevice: .device(metadata.device)
        default: .none
        }
      folder.set(
        TreeEntry(
          name, status,
          attributes: storable(metadata.attributes, at: folder.fullPath.appending(name)),
          content: content), at: item.slot)
      count(item)
    } catch {
      failed(ScanFailure(path: folder.fullPath.appending(name), error: error))
    }
  }

  /// Stores a file whose bytes lie in `segments`; its attributes are read last.
  func finish(
    _ item: SlottedEntry, in folder: BackupFolder, status: FileStatus, segments: [Segment],
    _ worker: BackupWorker
  ) throws(RepositoryError) {
    guard let open = folder.open else { return }
    let name = item.entry.name
    var content = TreeEntry.Content.segments(segments)
    if segments.isEmpty {
      content = .none
    } else if segments.count > ChunkList.inlineLimit {
      var lists = [Digest]()
      for list in ChunkList.lists(of: segments) {
        lists.append(try worker.storeMetadata(list.encoded))
      }
      content = .lists(lists)
    }
    var attributes = [ExtendedAttribute]()
    do throws(DiskError) {
      attributes = storable(
        try disk.attributes(of: name, in: open.handle), at: folder.fullPath.appending(name))
    } catch {
      failures.note(
        "\(folder.fullPath.appending(name)): its extended attributes are not stored: \(error.cause)"
      )
    }
    folder.set(
      TreeEntry(name, status, attributes: attributes, content: content), at: item.slot)
    counters.readBytes.add(UInt64(status.size), ordering: .relaxed)
    count(item)
  }

  /// The attributes, unless they are more than a tree may hold: a page with them could never be
  /// read.
  private func storable(
    _ attributes: [ExtendedAttribute], at path: FileName
  ) -> [ExtendedAttribute] {
    let total = attributes.reduce(0) { $0 + $1.name.count + $1.value.count }
    guard total > Limits.attributesBytes else { return attributes }
    failures.note(
      "\(path): its extended attributes are not stored: they take \(total) bytes, more than "
        + "\(Limits.attributesBytes)")
    return []
  }

  private func count(_ item: SlottedEntry) {
    if item.entry.status.kind == .regular {
      counters.files.add(1, ordering: .relaxed)
    } else {
      counters.others.add(1, ordering: .relaxed)
    }
    counters.bytes.add(UInt64(item.dataBytes), ordering: .relaxed)
    progress.finished(bytes: item.dataBytes)
  }

  /// Paths that are not folders: stored without a scan, each into the top folder.
  private func storeLoneRoots() throws(RepositoryError) {
    for (slot, root) in roots.roots.enumerated() where root.status.kind != .folder {
      let (parent, base) = root.source.splittingLast()
      do throws(DiskError) {
        let open = try OpenFolder(at: parent, on: disk)
        let entry = ScannedEntry(name: base, status: root.status)
        let holder = BackupFolder(
          fullPath: parent, name: "", status: .unknown, attributes: [], open: open, parent: nil,
          slot: 0, previous: .none, names: [base])
        try storeLone(SlottedEntry(slot: 0, entry: entry), in: holder, lane: try disk.makeLane())
        for var stored in holder.takeEntries() {
          stored.name = root.name
          top.set(stored, at: slot)
        }
      } catch {
        throw RepositoryError(error.at(root.source))
      }
    }
  }

  private func storeLone(
    _ item: SlottedEntry, in folder: BackupFolder, lane: any Lane
  ) throws(DiskError) {
    progress.found(bytes: item.dataBytes)
    guard item.entry.status.kind == .regular else { return storeSpecial(item, in: folder) }
    guarded { () throws(RepositoryError) in
      try LargeFile(self, folder, item).storeAlone(workers[0], lane)
    }
  }
}
