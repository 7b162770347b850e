public import FrameEngine

/// Looks into a repository: lists snapshots' trees, compares them, and counts what is stored.
///
/// Each look is a run under a lease, so that no collector takes away what it reads; at a place that
/// takes no writes it does without. Memory holds a page of each folder on the way down, not the
/// tree. One thread.
public struct Inspector: Sendable {
  let repository: Repository
  let cancellation: CancelToken
  private let host: Host
  private let clock: any Clock
  private let warn: @Sendable (RepositoryError) -> Void

  /// A look into one repository; `cancellation` ends it with `.interrupted`. When a look is over
  /// `warn` is told of each damaged pack whose records other copies made good.
  public init(
    _ repository: Repository, host: Host, clock: any Clock, cancellation: CancelToken,
    warn: @escaping @Sendable (RepositoryError) -> Void = { _ in }
  ) {
    self.warn = warn
    self.repository = repository
    self.host = host
    self.clock = clock
    self.cancellation = cancellation
  }

  /// Runs `body` while all that `snapshots` need is kept from collectors.
  func look<T>(
    at snapshots: [Snapshot], _ body: (Run, KnownChunks) throws(RepositoryError) -> T
  ) throws(RepositoryError) -> T {
    let run = try Run(repository, .look, host: host, clock: clock, readOnlyAllowed: true)
    do throws(RepositoryError) {
      try run.pin(snapshots)
      let known = try KnownChunks(repository, avoiding: run.condemned, forReading: true)
      defer { known.bypassed.forEach(warn) }
      let result = try body(run, known)
      try run.void("the look ended")
      return result
    } catch {
      // The first failure is the one to tell; a reader's lease is found dead by a collection.
      try? run.void("the look failed")
      throw error
    }
  }
}

/// A snapshot, and a path inside it.
public struct SnapshotPath: Hashable, Sendable {
  /// Where the path begins.
  public let snapshot: Snapshot
  /// From the top of the snapshot, without slashes at its ends; empty for the top itself.
  public let path: FileName

  /// What lies at `path` in `snapshot`. Slashes too many say nothing.
  public init(_ snapshot: Snapshot, _ path: FileName) {
    self.snapshot = snapshot
    let slash = UInt8(ascii: "/")
    self.path = FileName(Array(path.bytes.split(separator: slash).joined(separator: [slash])))
  }
}
