public import FrameEngine
import Synchronization

/// Stores trees as one snapshot.
///
/// One walk, a folder at a time on every core: what the parent snapshot shows unchanged is taken
/// over without being read; small files are joined; large ones are read in blocks, which several
/// threads scan in turn and hash, compress and pack side by side.
public struct Backup: Sendable {
  /// What and how to back up.
  public struct Options: Sendable {
    /// Folders and files, as given.
    public var paths: [FileName] = []
    /// Words to find the snapshot by, each at most 4,096 bytes.
    public var tags: [String] = []
    /// What is left out, relative to each path.
    public var filter = Filter()
    /// Do not enter folders on other volumes than their path.
    public var oneFileSystem = false
    /// The snapshot to take unchanged files from; `nil` for the newest of the same host and paths.
    public var parent: Snapshot?
    /// Read every file, even one that looks unchanged.
    public var readsAll = false
    /// The zstd level of new chunks.
    public var level: Int32 = Compressor.defaultLevel
    /// What the bytes that are read must pass; others may share it. `nil` for no limit.
    public var limiter: RateLimiter?
    /// Threads; `nil` to choose by the places.
    public var threads: Int?
    /// What shows in snapshots as the program that wrote them.
    public var program = "farmio"

    /// Nothing to back up yet.
    public init() {}
  }

  /// A snapshot made, and what could not go into it.
  public struct Outcome: Sendable {
    /// The snapshot that was committed.
    public let snapshot: Snapshot
    /// Files and folders that are not in the snapshot, with the reason.
    public let failures: [ScanFailure]
    /// Sockets and other kinds that are stored as names only, and files that changed while read.
    public let notes: [String]
    /// The repository's own folder, where it lies in what was backed up: it was left out.
    public let ownFolder: FileName?
    /// Damage met in the repository. What this backup needed was stored again.
    public let faults: [RepositoryError]
  }

  let repository: Repository
  let disk: any Disk
  let cancellation: CancelToken
  private let host: Host
  private let clock: any Clock
  private let progress: ProgressCounters

  /// A backup from one disk into one repository.
  public init(
    into repository: Repository, from disk: any Disk, host: Host, clock: any Clock,
    cancellation: CancelToken, progress: ProgressCounters
  ) {
    self.repository = repository
    self.disk = disk
    self.host = host
    self.clock = clock
    self.cancellation = cancellation
    self.progress = progress
  }

  /// Makes the snapshot. If any file could not be stored, the snapshot is made without it and the
  /// outcome says so; it counts as complete only when `failures` is empty.
  public func run(_ options: Options) throws(RepositoryError) -> Outcome {
    let started = clock.now()
    let begun = clock.monotonic()
    let roots = try BackupRoots(options.paths, on: disk)
    try Backup.verify(options, host: host, roots: roots)
    try verifyApart(roots)
    let run = try Run(repository, .backup, host: host, clock: clock)
    do throws(RepositoryError) {
      try repository.removeAbandoned(before: started)
      let parent = try pinParent(options, roots: roots, run)
      let known = try KnownChunks(repository, avoiding: run.condemned, forReading: false)
      let job = try BackupJob(
        repository: repository, disk: disk, run: run, known: known, options: options,
        parent: parent, roots: roots, cancellation: cancellation, progress: progress)
      let pages = try job.store()
      var statistics = job.statistics()
      statistics.nanoseconds = clock.monotonic() - begun
      let record = SnapshotRecord(
        time: started, host: host.name, user: host.user, program: options.program,
        tags: options.tags, paths: roots.paths, parent: parent?.id, pages: pages,
        statistics: statistics)
      try cancellation.check()
      try run.commit(record)
      return Outcome(
        snapshot: Snapshot(id: run.id, record: record), failures: job.failures.all(),
        notes: job.failures.notes(), ownFolder: job.ownFolder.withLock { $0 },
        faults: known.faults + known.bypassed)
    } catch {
      // The first failure is the one to tell. A run that cannot be ended looks killed, and is
      // fenced off by a later collection.
      try? run.void("the backup failed")
      throw error
    }
  }

  /// A reference that no reader accepts would block every later command: refused before anything
  /// is stored.
  private static func verify(
    _ options: Options, host: Host, roots: BackupRoots
  ) throws(RepositoryError) {
    let texts = options.tags + [host.name, host.user, options.program]
    let isShort = texts.allSatisfy { $0.utf8.count <= Limits.textBytes }
    guard isShort, roots.paths.allSatisfy({ $0.bytes.count <= Limits.pathBytes }) else {
      throw RepositoryError(
        .file, "snapshot",
        "a tag, host, user or path is longer than \(Limits.textBytes) bytes",
        remedy: "use a shorter one; nothing was stored")
    }
    let total =
      texts.reduce(0) { $0 + $1.utf8.count } + roots.paths.reduce(0) { $0 + $1.bytes.count }
    guard total <= Limits.recordBytes / 4 else {
      throw RepositoryError(
        .file, "snapshot", "its tags and paths take \(total) bytes together",
        remedy: "use fewer, or back up the folder above; nothing was stored")
    }
  }

  /// The repository is left out of a tree that holds it; by itself it is nothing to back up.
  func verifyApart(_ roots: BackupRoots) throws(RepositoryError) {
    guard let own = repository.store.folder else { return }
    for root in roots.roots where FileIdentity(root.status) == own {
      throw RepositoryError(
        .file, root.source.description, "it is the repository itself",
        remedy: "name what is to be kept; nothing was stored")
    }
  }

  /// Chooses the parent and pins it. One that is forgotten at this moment makes room for another,
  /// unless it was asked for.
  private func pinParent(
    _ options: Options, roots: BackupRoots, _ run: Run
  ) throws(RepositoryError) -> Snapshot? {
    while let parent = try parentSnapshot(options, roots: roots) {
      do throws(RepositoryError) {
        try run.pin([parent])
        return parent
      } catch {
        guard error.code == .noSnapshot, options.parent == nil else { throw error }
        run.unpin()
      }
    }
    return nil
  }

  /// The snapshot that was asked for, or the newest of the same host and paths.
  func parentSnapshot(
    _ options: Options, roots: BackupRoots
  ) throws(RepositoryError) -> Snapshot? {
    if let parent = options.parent { return parent }
    return try repository.snapshotListing().snapshots.last { snapshot in
      snapshot.record.host == host.name && snapshot.record.paths == roots.paths
    }
  }
}
