public import FrameEngine

/// Brings a snapshot, or part of one, back to a folder.
///
/// Planned by pack: the tree says which chunks go where, and packs are read once, in order, by
/// several threads; each chunk is proved against its name and written to every place that needs
/// it. So one huge file is restored as parallel as many small ones. Files appear under their names
/// only when their bytes are on the disk; a restore that was killed goes on when it is run again.
public struct Restore: Sendable {
  /// What and how to restore.
  public struct Options: Sendable {
    /// Path inside the snapshot; empty for all. A folder's contents go into the target.
    public var path = FileName("")
    /// The folder to restore into; made if it is missing.
    public var target = FileName("")
    /// Remove what the snapshot does not have.
    public var deletesExtra = false
    /// What is left out, relative to `path`.
    public var filter = Filter()
    /// What alone is brought back, with the folders on the way to it, relative to `path`; all where
    /// it has no rules. Rules mean here what they leave out in `filter`.
    public var inclusion = Filter()
    /// Say what would be done, and do nothing.
    public var isDryRun = false
    /// What metadata is brought back.
    public var metadata = MetadataPolicy()
    /// What the bytes fetched from the repository must pass; others may share it. `nil` for no
    /// limit.
    public var limiter: RateLimiter?
    /// Threads; `nil` to choose by the places.
    public var threads: Int?

    /// Restores nothing yet.
    public init() {}
  }

  /// What a restore did.
  public struct Outcome: Sendable {
    /// Regular files written, and their bytes.
    public var files = 0
    /// Bytes of the regular files written.
    public var bytes: Int64 = 0
    /// Regular files that were there already, and their bytes.
    public var unchangedFiles = 0
    /// Bytes of the regular files that were there already.
    public var unchangedBytes: Int64 = 0
    /// Folders made, or there already.
    public var folders = 0
    /// Links, devices, FIFOs.
    public var others = 0
    /// Further names of files that became copies: the target's file system has no hard links.
    public var copiedLinks = 0
    /// Names removed, as the snapshot does not have them.
    public var deleted = 0
    /// Files that could not be restored: the path in the snapshot or target, and why.
    public var failures: [Failure] = []
    /// Metadata that the target did not take, and the like.
    public var notes: [String] = []
    /// Damaged packs whose records other copies made good, each once.
    public var faults: [RepositoryError] = []

    /// Nothing done.
    public init() {}
  }

  /// A file that could not be restored.
  public struct Failure: Hashable, Sendable {
    /// The path in the snapshot, or below the target.
    public let path: FileName
    /// Why, in a sentence.
    public let reason: String
    /// Whether the repository's bytes are to blame, not the target.
    public let isDamage: Bool
  }

  private let repository: Repository
  private let disk: any Disk
  private let host: Host
  private let clock: any Clock
  private let cancellation: CancelToken
  private let progress: ProgressCounters

  /// A restore from one repository to one disk.
  public init(
    from repository: Repository, to disk: any Disk, host: Host, clock: any Clock,
    cancellation: CancelToken, progress: ProgressCounters
  ) {
    self.repository = repository
    self.disk = disk
    self.host = host
    self.clock = clock
    self.cancellation = cancellation
    self.progress = progress
  }

  /// Restores. What fails for one file is told in the outcome, and the others are restored.
  public func run(
    _ snapshot: Snapshot, _ options: Options
  ) throws(RepositoryError) -> Outcome {
    let run = try Run(
      repository, .restore, host: host, clock: clock, readOnlyAllowed: true)
    do throws(RepositoryError) {
      try run.pin([snapshot])
      let known = try KnownChunks(repository, avoiding: run.condemned, forReading: true)
      let job = RestoreJob(
        repository: repository, disk: disk, run: run, known: known, options: options,
        cancellation: cancellation, progress: progress)
      var outcome = try job.restore(snapshot)
      outcome.faults = known.bypassed
      try run.void("the restore ended")
      return outcome
    } catch {
      // The first failure is the one to tell; a reader's lease is found dead by a collection.
      try? run.void("the restore failed")
      throw error
    }
  }
}
