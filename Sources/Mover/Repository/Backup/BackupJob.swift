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
  let options: Backup.Options
  let dataPacks: PackWriter
  let metadataPacks: PackWriter
  let failures = BackupFailures()
  let counters = BackupCounters()
  let progress: ProgressCounters
  private let cancellation: CancelToken
  private let unchanged: UnchangedRule
  private let threads: Int
  private let workers: [BackupWorker]
  /// What the parent snapshot's top folder has.
  private let topPrevious: PreviousFolder
  private let roots: BackupRoots
  private let top: BackupFolder
  /// Stops the scan: on request, or because the repository cannot take more.
  private let stop = CancelToken()
  private let firstError = Mutex<RepositoryError?>(nil)

  static var defaultThreads: Int { max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }

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
    self.cancellation = cancellation
    self.progress = progress
    threads = options.threads ?? BackupJob.defaultThreads
    unchanged = UnchangedRule(parent: options.readsAll ? nil : parent)
    func packs(_ kind: PackHeader.Kind) -> PackWriter {
      PackWriter(repository, known: known, run: run.id, kind: kind, numbers: run.numbers)
    }
    dataPacks = packs(.data)
    metadataPacks = packs(.metadata)
    workers = (0..<threads).map { _ in
      BackupWorker(
        repository, run: run.id, known: known, data: dataPacks, metadata: metadataPacks,
        level: options.level)
    }
    self.roots = roots
    top = BackupFolder(
      fullPath: "", name: "", status: .unknown, attributes: [], open: nil, parent: nil, slot: 0,
      previous: .none, names: roots.roots.map(\.name))
    topPrevious = try BackupJob.topFolder(of: unchanged.parent, workers[0], failures)
  }

  /// Stores everything; all of it is durable and indexed when this returns. Returns the pages of
  /// the top folder.
  func store() throws(RepositoryError) -> [Digest] {
    try scanRoots()
    try throwFirstError()
    let pages = try storePages(of: top, workers[0])
    for worker in workers { try worker.flush() }
    // Data before metadata, and both before the index: what is reachable is there.
    try dataPacks.finish()
    try metadataPacks.finish()
    _ = try IndexWriter(repository, run: run.id, numbers: run.numbers)
      .write(dataPacks.takeParts() + metadataPacks.takeParts())
    return pages
  }

  private func scanRoots() throws(RepositoryError) {
    var scanOptions = ScanOptions(threads: threads)
    scanOptions.filter = options.filter
    scanOptions.oneFileSystem = options.oneFileSystem
    let folders = roots.roots.filter { $0.status.kind == .folder }
    do throws(DiskError) {
      for (slot, root) in roots.roots.enumerated() where root.status.kind != .folder {
        try storeLoneRoot(root, at: slot)
      }
      guard !folders.isEmpty else { return }
      let scanner = Scanner(disk: disk, options: scanOptions, visitor: self, cancel: stop)
      _ = try scanner.run(folders.map(\.source))
    } catch {
      throw RepositoryError(error)
    }
  }

  // MARK: Folders

  func enter(
    _ folder: ScannedFolder, under parent: BackupFolder?, _ work: FolderWork, _ worker: WalkWorker
  ) -> BackupFolder? {
    guard goesOn() else { return nil }
    do throws(RepositoryError) {
      let state = try begin(folder, under: parent, worker)
      try take(folder.entries, into: state, work, worker)
      return state
    } catch {
      abort(error)
      return nil
    }
  }

  func leave(_ folder: BackupFolder, _ worker: WalkWorker) {
    guard goesOn() else { return }
    do throws(RepositoryError) {
      let pages = try storePages(of: folder, workers[worker.index])
      let entry = TreeEntry(
        folder.name, folder.status, attributes: folder.attributes, content: .folder(pages))
      (folder.parent ?? top).set(entry, at: folder.slot)
      counters.folders.add(1, ordering: .relaxed)
      try run.renew()
    } catch {
      abort(error)
    }
  }

  func failed(_ failure: ScanFailure) { failures.add(failure) }

  private func begin(
    _ folder: ScannedFolder, under parent: BackupFolder?, _ worker: WalkWorker
  ) throws(RepositoryError) -> BackupFolder {
    let (name, slot) = place(of: folder, under: parent)
    let before = (parent?.previous ?? topPrevious).entry(named: name)
    var pages: [Digest]?
    if case .folder(let known)? = before?.content { pages = known }
    return BackupFolder(
      fullPath: folder.fullPath, name: name, status: folder.status,
      attributes: attributes(of: folder, before: before), open: folder.folder, parent: parent,
      slot: slot, previous: try previousFolder(pages, workers[worker.index]),
      names: folder.entries.map(\.name))
  }

  /// What the parent snapshot has here. Where that is damaged, everything is read anew and stored
  /// again: a backup mends what it can.
  private func previousFolder(
    _ pages: [Digest]?, _ worker: BackupWorker
  ) throws(RepositoryError) -> PreviousFolder {
    guard let pages, unchanged.hasParent else { return .none }
    let entries = try tolerant { () throws(RepositoryError) in
      try worker.trees.entries(of: pages)
    }
    return entries.map { PreviousFolder(pages: pages, entries: $0) } ?? .none
  }

  /// `nil` where the parent snapshot is damaged, which is noted; other failures are thrown.
  func tolerant<T>(_ body: () throws(RepositoryError) -> T) throws(RepositoryError) -> T? {
    do throws(RepositoryError) {
      return try body()
    } catch {
      guard error.code == .damaged else { throw error }
      failures.note("\(error.description); what it held is stored again")
      return nil
    }
  }

  private func place(
    of folder: ScannedFolder, under parent: BackupFolder?
  ) -> (name: FileName, slot: Int) {
    guard let parent else {
      let folders = roots.roots.indices.filter { roots.roots[$0].status.kind == .folder }
      let slot = folders[folder.root]
      return (roots.roots[slot].name, slot)
    }
    let name = FileName(Array(folder.path.bytes.split(separator: UInt8(ascii: "/")).last ?? []))
    return (name, parent.slot(of: name))
  }

  private func attributes(
    of folder: ScannedFolder, before: TreeEntry?
  ) -> [ExtendedAttribute] {
    if let before, unchanged.holds(before, folder.status) { return before.attributes }
    do throws(DiskError) {
      return try disk.attributes(of: folder.folder.handle)
    } catch {
      failures.note("\(folder.fullPath): its extended attributes are not stored: \(error.cause)")
      return []
    }
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
