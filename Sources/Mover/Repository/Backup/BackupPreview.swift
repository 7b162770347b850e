public import FrameEngine
import Synchronization

extension Backup {
  /// What a backup would do.
  public struct Forecast: Hashable, Sendable {
    /// Absolute, sorted.
    public var paths: [FileName] = []
    /// Regular files, and their bytes.
    public var files = 0
    /// Bytes of all regular files.
    public var bytes: Int64 = 0
    /// Folders that would be in the snapshot.
    public var folders = 0
    /// Links, devices, FIFOs, sockets.
    public var others = 0
    /// Files that would be taken from the parent snapshot, and their bytes; the rest would be read.
    public var unchangedFiles = 0
    /// Bytes of the files that would be taken over unread.
    public var unchangedBytes: Int64 = 0
    /// The repository's own folder, where it lies among them: it would be left out.
    public var ownFolder: FileName?
    /// Files and folders that cannot be looked at.
    public var failures: [ScanFailure] = []
  }

  /// Walks the trees as `run` does, and says what it would read. `visit` takes the full path of
  /// each file that would be read, from any thread. Nothing is written, not even a lease: a
  /// collection at the same time can make the forecast fail.
  public func preview(
    _ options: Options, _ visit: @escaping @Sendable (FileName) -> Void = { _ in }
  ) throws(RepositoryError) -> Forecast {
    let roots = try BackupRoots(options.paths, on: disk)
    try verifyApart(roots)
    let parent = try parentSnapshot(options, roots: roots)
    let known = try KnownChunks(
      repository, avoiding: try repository.condemnedPacks(), forReading: true)
    let preview = try BackupPreview(
      repository, known, options, own: repository.store.folder, parent: parent, roots: roots,
      cancellation: cancellation,
      visit: visit)
    return try preview.run(on: disk)
  }
}

/// A backup's walk without its work.
private final class BackupPreview: TreeVisitor {
  private let options: Backup.Options
  /// The repository's own folder.
  private let own: FileIdentity?
  private let roots: BackupRoots
  private let unchanged: UnchangedRule
  private let top: [TreeEntry]
  private let trees: Mutex<TreeReader>
  private let forecast = Mutex(Backup.Forecast())
  private let firstError = Mutex<RepositoryError?>(nil)
  private let cancellation: CancelToken
  private let visit: @Sendable (FileName) -> Void

  init(
    _ repository: Repository, _ known: KnownChunks, _ options: Backup.Options,
    own: FileIdentity?, parent: Snapshot?, roots: BackupRoots, cancellation: CancelToken,
    visit: @escaping @Sendable (FileName) -> Void
  ) throws(RepositoryError) {
    self.options = options
    self.own = own
    self.roots = roots
    self.cancellation = cancellation
    self.visit = visit
    unchanged = UnchangedRule(parent: options.readsAll ? nil : parent)
    var trees = TreeReader(repository, known: known)
    top = try trees.entries(of: unchanged.parent?.record.pages ?? [])
    self.trees = Mutex(trees)
  }

  func run(on disk: any Disk) throws(RepositoryError) -> Backup.Forecast {
    for root in roots.roots where root.status.kind != .folder {
      count(root.status, before: entry(named: root.name, in: top), at: root.source)
    }
    let folders = roots.folders
    if !folders.isEmpty {
      var scanOptions = ScanOptions(threads: options.threads ?? BackupJob.defaultThreads)
      scanOptions.filter = options.filter
      scanOptions.oneFileSystem = options.oneFileSystem
      do throws(DiskError) {
        let scanner = Scanner(
          disk: disk, options: scanOptions, visitor: self, cancel: cancellation)
        _ = try scanner.run(folders.map { roots.roots[$0].source })
      } catch {
        throw RepositoryError(error)
      }
    }
    try cancellation.check()
    if let error = firstError.withLock({ $0 }) { throw error }
    return forecast.withLock { forecast in
      forecast.paths = roots.paths
      forecast.failures.sort { $0.path < $1.path }
      return forecast
    }
  }

  /// The folder's entries in the parent snapshot are its state.
  func enter(
    _ folder: ScannedFolder, under parent: [TreeEntry]?, _ work: FolderWork, _ worker: WalkWorker
  ) -> [TreeEntry]? {
    if let own, FileIdentity(folder.status) == own {
      forecast.withLock { $0.ownFolder = folder.fullPath }
      return nil
    }
    let name =
      parent == nil ? roots.roots[roots.folders[folder.root]].name : folder.path.lastComponent
    let previous = entries(of: entry(named: name, in: parent ?? top))
    forecast.withLock { $0.folders += 1 }
    for item in folder.entries where item.status.kind != .folder {
      count(
        item.status, before: entry(named: item.name, in: previous),
        at: folder.fullPath.appending(item.name))
    }
    return previous
  }

  func leave(_ folder: [TreeEntry], _ worker: WalkWorker) {}

  func failed(_ failure: ScanFailure) {
    forecast.withLock { $0.failures.append(failure) }
  }

  private func count(_ status: FileStatus, before: TreeEntry?, at path: FileName) {
    let isUnchanged = before.map { unchanged.holds($0, status) } ?? false
    let isFile = status.kind == .regular
    forecast.withLock { forecast in
      guard isFile else { return forecast.others += 1 }
      forecast.files += 1
      forecast.bytes += status.size
      guard isUnchanged else { return }
      forecast.unchangedFiles += 1
      forecast.unchangedBytes += status.size
    }
    if isFile, !isUnchanged { visit(path) }
  }

  /// What the parent snapshot has in a folder; nothing where that is damaged, as in a backup.
  private func entries(of folder: TreeEntry?) -> [TreeEntry] {
    guard case .folder(let pages)? = folder?.content else { return [] }
    do throws(RepositoryError) {
      return try trees.withLock { (trees: inout TreeReader) throws(RepositoryError) in
        try trees.entries(of: pages)
      }
    } catch {
      if error.code != .damaged { firstError.withLock { $0 = $0 ?? error } }
      return []
    }
  }

  /// By binary search.
  private func entry(named name: FileName, in entries: [TreeEntry]) -> TreeEntry? {
    var low = 0
    var high = entries.count
    while low < high {
      let middle = (low + high) / 2
      if entries[middle].name < name { low = middle + 1 } else { high = middle }
    }
    return low < entries.count && entries[low].name == name ? entries[low] : nil
  }
}
