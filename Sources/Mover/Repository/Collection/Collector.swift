public import FrameEngine

/// Gives back the space of records that no snapshot needs, while writers and readers live.
///
/// Two phases and no lock: a generation of tombstones condemns packs (C1, C2); every run that could
/// have borrowed from them ends, or is fenced off when it is dead (C3); everything is marked again
/// (C4); one verdict says which condemned packs go (C5); only then are they deleted (C6). Every
/// step may be repeated, by this collector or another. `docs/repository-format.md` has the reasons.
public struct Collector: ~Copyable {
  let repository: Repository
  let host: Host
  let clock: any Clock
  let options: Options
  let cancellation: CancelToken
  var summary = Summary()

  /// How to collect.
  public struct Options: Sendable {
    /// Unused bytes that may stay, as a fraction of what is needed: less means more rewriting.
    public var tolerance = 0.05
    /// Snapshots that a dry run takes for forgotten; without it they are looked at like all.
    public var presumedForgotten: Set<RunID> = []
    /// Say what would be done, and do nothing.
    public var isDryRun = false
    /// Nanoseconds to wait for runs that were at work when the tombstones came. When they pass,
    /// the collection stays open, and the next one goes on from there.
    public var patience: UInt64 = 60_000_000_000
    /// Seconds after which a run that shows no sign of life is taken for dead.
    public var silence: Int64 = 24 * 3600

    /// The usual ways.
    public init() {}
  }

  /// What a collection did.
  public struct Summary: Hashable, Sendable {
    /// Packs deleted, and their bytes.
    public var deletedPacks = 0
    /// Bytes of the packs deleted.
    public var deletedBytes: Int64 = 0
    /// Packs of which only the needed records were kept, and the bytes written for it.
    public var rewrittenPacks = 0
    /// Bytes written to keep what was needed of the packs rewritten.
    public var rewrittenBytes: Int64 = 0
    /// Stored bytes of records that snapshots need.
    public var liveBytes: Int64 = 0
    /// Runs at work that the collection would not wait for any longer; it goes on next time.
    public var waitingFor: [String] = []

    /// Nothing done.
    public init() {}
  }

  /// A collector over one repository.
  public init(
    _ repository: Repository, host: Host, clock: any Clock, options: Options,
    cancellation: CancelToken
  ) {
    self.repository = repository
    self.host = host
    self.clock = clock
    self.options = options
    self.cancellation = cancellation
  }

  /// Collects. An open generation of an earlier collector is finished first.
  public consuming func collect() throws(RepositoryError) -> Summary {
    if options.isDryRun {
      try preview()
      return summary
    }
    let run = try Run(repository, .collect, host: host, clock: clock)
    do throws(RepositoryError) {
      try work(run)
    } catch {
      // The first failure is the one to tell; a mark that cannot be set is found by the next.
      try? run.void("the collection failed")
      throw error
    }
    try run.void("the collection ended")
    return summary
  }

  private mutating func work(_ run: Run) throws(RepositoryError) {
    try tendLeases(own: run)
    guard let settled = try settle(run) else { return }
    let condemned = try condemn(run)
    if !condemned.isEmpty {
      try bury(condemned, in: settled + 1, run)
      guard try conclude(settled + 1, own: run) else { return }
    }
    try sweepMarks()
  }

  /// Creates the tombstones of a generation. Whether these or another collector's: one generation
  /// is open at a time, and it is concluded before the next. What was chosen here is dropped if
  /// another was first.
  private func bury(
    _ condemned: [PackName], in generation: UInt64, _ run: Run
  ) throws(RepositoryError) {
    let tombstones = TombstoneRecord(
      collector: run.id, time: clock.now(), condemned: condemned)
    _ = try repository.create(
      Repository.tombstoneName(generation), kind: .tombstones, body: tombstones.encoded)
  }

  /// Condemns and deletes broken packs whose whole records have been copied already. Records in
  /// `rotten` count as missing from their packs, and what is missing anyhow is no reason to keep
  /// one. `false` if runs are at work that must end first; the next collection decides then.
  mutating func retire(
    _ packs: [PackName], rotten: [PackName: Set<Digest>], run: Run
  ) throws(RepositoryError) -> Bool {
    guard let settled = try settle(run) else { return false }
    try bury(packs.sorted(), in: settled + 1, run)
    return try conclude(settled + 1, own: run, rotten: rotten, toleratesLoss: true)
  }

  /// The newest generation, when it has a verdict and what that deletes is gone; `nil` if runs are
  /// at work that must end first.
  private mutating func settle(_ run: Run) throws(RepositoryError) -> UInt64? {
    while let last = try repository.generations().last {
      if last.hasVerdict {
        // A collector may have been killed between its verdict and the last deletion.
        try sweep(run)
        return last.generation
      }
      guard try conclude(last.generation, own: run) else { return nil }
    }
    return 0
  }

  private mutating func preview() throws(RepositoryError) {
    let snapshots = try repository.snapshots().filter { !options.presumedForgotten.contains($0.id) }
    let known = try knownToCollector()
    let live = try mark(snapshots, pins: [], known)
    let plan = try CollectionPlan(
      known, live: live, ended: try endedOwners(of: known), tolerance: options.tolerance)
    summary.deletedPacks = plan.unused.count + plan.rewritten.count
    summary.deletedBytes = (plan.unused + plan.rewritten).reduce(0) {
      $0 + known.pack($1).byteCount
    }
    summary.rewrittenPacks = plan.rewritten.count
    summary.rewrittenBytes = plan.rewritten.reduce(0) { $0 + live.use(ofPack: $1).occupiedBytes }
    summary.liveBytes = plan.liveBytes
  }

  // MARK: C1, C2

  /// Chooses what to condemn, and copies what is needed out of what is mostly unused. Sorted.
  private mutating func condemn(_ run: Run) throws(RepositoryError) -> [PackName] {
    // Snapshots first: the packs of whatever stands already are seen afterwards.
    let snapshots = try repository.snapshots()
    // A lease that stood before the last generation ended may still avoid what was kept since.
    let known = try knownToCollector()
    let live = try mark(snapshots, pins: [], known)
    let plan = try CollectionPlan(
      known, live: live, ended: try endedOwners(of: known), tolerance: options.tolerance)
    summary.liveBytes = plan.liveBytes
    try rewrite(plan.rewritten, live: live, known: known, run: run)
    return (plan.unused + plan.rewritten).map { known.pack($0).name }.sorted()
  }

  /// All packs but those that a verdict deletes: one that is still there, or still listed, is no
  /// copy to rely on when another is condemned.
  private func knownToCollector(
    rotten: [PackName: Set<Digest>] = [:]
  ) throws(RepositoryError) -> KnownChunks {
    let condemned = try repository.condemnedPacks()
    return try KnownChunks(
      repository, avoiding: condemned, forReading: true,
      without: try repository.deletedPacks(), rotten: rotten)
  }

  /// The first copy of everything live that `snapshots` and `pins` need.
  private func mark(
    _ snapshots: [Snapshot], pins: [Digest], _ known: KnownChunks, toleratesLoss: Bool = false
  ) throws(RepositoryError) -> LiveRecords {
    var marking = Marking(repository, known: known, usesOtherPacks: false)
    for snapshot in snapshots {
      try cancellation.check()
      try marking.mark(snapshot.record.pages, of: snapshot.id.short)
    }
    try marking.mark(pins, of: "a running restore")
    // A damaged repository is not collected: what looks unneeded may be what a repair needs.
    if !toleratesLoss, let fault = marking.missing.first {
      throw RepositoryError(
        .damaged, fault.path.description,
        "snapshot \(fault.snapshot) needs \(fault.id.hex.prefix(16)): \(fault.reason)",
        remedy: "nothing was deleted; run farmio check --repair first")
    }
    return marking.live
  }

  // MARK: C3 to C6

  /// Finishes a generation; `false` if runs are at work that must end first.
  private mutating func conclude(
    _ generation: UInt64, own run: Run, rotten: [PackName: Set<Digest>] = [:],
    toleratesLoss: Bool = false
  ) throws(RepositoryError) -> Bool {
    // Nothing is remembered from before the tombstones: no collector need wait for this one, or
    // two would wait for each other.
    try run.advance(to: generation)
    guard try waitForRuns(before: generation, own: run) else { return false }
    if let deleted = try judge(generation, rotten: rotten, toleratesLoss: toleratesLoss) {
      // Whoever is first decides: the packs it kept may be borrowed from already.
      _ = try repository.create(
        Repository.verdictName(generation), kind: .verdict,
        body: VerdictRecord(time: clock.now(), deleted: deleted).encoded)
    }
    try sweep(run)
    return true
  }

  /// Marks again, and returns the condemned packs that nothing needs; `nil` if another collector
  /// has given its verdict meanwhile.
  private func judge(
    _ generation: UInt64, rotten: [PackName: Set<Digest>], toleratesLoss: Bool
  ) throws(RepositoryError) -> [PackName]? {
    guard try repository.verdict(generation) == nil,
      let tombstones = try repository.tombstones(generation)
    else { return nil }
    // References first, then pins: a reader that pinned too late to be seen here saw its
    // reference after it was listed, and then the reference keeps what it needs. Packs last: those
    // of whatever was seen are there.
    let snapshots = try repository.snapshots()
    let pins = try livingPins()
    let known = try knownToCollector(rotten: rotten)
    do throws(RepositoryError) {
      let live = try mark(snapshots, pins: pins, known, toleratesLoss: toleratesLoss)
      var needed = Set<PackName>()
      for (number, pack) in known.packs().enumerated() where live.use(ofPack: number).count > 0 {
        needed.insert(pack.name)
      }
      return tombstones.condemned.filter { !needed.contains($0) }
    } catch {
      // What was forgotten after it was listed may be deleted by another's verdict already.
      guard error.code == .damaged, try repository.verdict(generation) != nil else { throw error }
      return nil
    }
  }

  /// C6: deletes every pack that a verdict deletes and that is still there. Idempotent: names are
  /// never used twice.
  private mutating func sweep(_ run: Run) throws(RepositoryError) {
    let deleted = try repository.deletedPacks()
    let left = try repository.list("packs/").filter { object in
      PackName(object: object.name).map(deleted.contains) ?? false
    }
    guard !left.isEmpty else { return }
    try repository.rewriteIndex(without: deleted, run: run)
    for pack in left.sorted(by: { $0.name < $1.name }) {
      try cancellation.check()
      try repository.delete("copies/\(pack.name)")
      try repository.delete(pack.name)
      summary.deletedPacks += 1
      summary.deletedBytes += pack.size
    }
  }
}
