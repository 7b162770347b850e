import FrameEngine

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
    if let last = try repository.generations().last, !last.hasVerdict {
      guard try conclude(last.generation, own: run) else { return }
    }
    guard let generation = try condemn(run) else { return try sweepMarks() }
    guard try conclude(generation, own: run) else { return }
    try sweepMarks()
  }

  private mutating func preview() throws(RepositoryError) {
    let condemned = try repository.condemnedPacks()
    let known = try KnownChunks(repository, avoiding: condemned, forReading: true)
    let plan = try CollectionPlan(
      known, live: try markAll(known), ended: try endedOwners(of: known),
      tolerance: options.tolerance)
    summary.deletedPacks = plan.unused.count + plan.rewritten.count
    summary.deletedBytes = (plan.unused + plan.rewritten).reduce(0) {
      $0 + known.pack($1).byteCount
    }
    summary.rewrittenPacks = plan.rewritten.count
    summary.liveBytes = plan.liveBytes
  }

  // MARK: C1, C2

  /// Chooses what to condemn, rewrites what is mostly unused, and creates the tombstones. `nil` if
  /// there is nothing to condemn.
  private mutating func condemn(_ run: Run) throws(RepositoryError) -> UInt64? {
    // A lease that stood before the last generation ended may still avoid what was kept since.
    let known = try KnownChunks(
      repository, avoiding: try repository.condemnedPacks(), forReading: true)
    let live = try markAll(known)
    let plan = try CollectionPlan(
      known, live: live, ended: try endedOwners(of: known), tolerance: options.tolerance)
    summary.liveBytes = plan.liveBytes
    try rewrite(plan.rewritten, live: live, known: known, run: run)
    let condemned = (plan.unused + plan.rewritten).map { known.pack($0).name }.sorted()
    return condemned.isEmpty ? nil : try bury(condemned, run)
  }

  /// Creates the tombstones of the next generation; `nil` if an earlier one is still open.
  private mutating func bury(
    _ condemned: [PackName], _ run: Run
  ) throws(RepositoryError) -> UInt64? {
    while true {
      try cancellation.check()
      let generation = try repository.newestGeneration() + 1
      let tombstones = TombstoneRecord(
        collector: run.id, time: clock.now(), condemned: condemned)
      let isNew = try repository.create(
        Repository.tombstoneName(generation), kind: .tombstones, body: tombstones.encoded)
      if isNew { return generation }
      // Another collector was first: its generation is finished before this one is begun.
      guard try conclude(generation, own: run) else { return nil }
    }
  }

  /// The first copy of everything that snapshots need.
  private func markAll(_ known: KnownChunks) throws(RepositoryError) -> LiveRecords {
    var marking = Marking(repository, known: known)
    for snapshot in try repository.snapshots() {
      try cancellation.check()
      try marking.mark(snapshot.record.pages, of: snapshot.id.short)
    }
    try refuse(marking.missing)
    return marking.live
  }

  /// A damaged repository is not collected: what looks unneeded may be what a repair needs.
  private func refuse(_ missing: [Marking.Missing]) throws(RepositoryError) {
    guard let fault = missing.first else { return }
    throw RepositoryError(
      .damaged, fault.path.description,
      "snapshot \(fault.snapshot) needs \(fault.id.hex.prefix(16)): \(fault.reason)",
      remedy: "nothing was deleted; run farmio check --repair first")
  }

  /// Condemns and deletes broken packs whose whole records have been copied already. Records in
  /// `rotten` count as missing from their packs, and what is missing anyhow is no reason to keep
  /// one. `false` if runs are at work that must end first; the next collection decides then.
  mutating func retire(
    _ packs: [PackName], rotten: [PackName: Set<Digest>], run: Run
  ) throws(RepositoryError) -> Bool {
    if let last = try repository.generations().last, !last.hasVerdict {
      guard try conclude(last.generation, own: run) else { return false }
    }
    guard let generation = try bury(packs.sorted(), run) else { return false }
    return try conclude(generation, own: run, rotten: rotten, toleratesLoss: true)
  }

  // MARK: C3 to C6

  /// Finishes a generation; `false` if runs are at work that must end first.
  private mutating func conclude(
    _ generation: UInt64, own run: Run, rotten: [PackName: Set<Digest>] = [:],
    toleratesLoss: Bool = false
  ) throws(RepositoryError) -> Bool {
    guard let tombstones = try repository.tombstones(generation) else { return true }
    guard try waitForRuns(before: generation, own: run) else { return false }
    let deleted = try judge(tombstones, rotten: rotten, toleratesLoss: toleratesLoss)
    let verdict = VerdictRecord(time: clock.now(), deleted: deleted)
    let isNew = try repository.create(
      Repository.verdictName(generation), kind: .verdict, body: verdict.encoded)
    // Whoever was first decides: the packs it kept may be borrowed from already.
    let binding = isNew ? deleted : try repository.verdict(generation)?.deleted ?? []
    try sweep(Set(binding), run: run)
    return true
  }

  /// Marks again, and returns the condemned packs that nothing needs.
  private func judge(
    _ tombstones: TombstoneRecord, rotten: [PackName: Set<Digest>], toleratesLoss: Bool
  ) throws(RepositoryError) -> [PackName] {
    // References first, then pins: a reader that pinned too late to be seen here saw its
    // reference after it was listed, and then the reference keeps what it needs.
    let known = try KnownChunks(
      repository, avoiding: try repository.condemnedPacks(), forReading: true, without: rotten)
    var marking = Marking(repository, known: known)
    for snapshot in try repository.snapshots() {
      try marking.mark(snapshot.record.pages, of: snapshot.id.short)
    }
    for lease in try leases() { try marking.mark(lease.record.pins, of: "a running restore") }
    if !toleratesLoss { try refuse(marking.missing) }
    let needed = Set(
      known.packs().enumerated().compactMap { number, pack in
        pack.isCondemned && marking.live.count(pack: number) > 0 ? pack.name : nil
      })
    return tombstones.condemned.filter { !needed.contains($0) }
  }

  /// C6. Idempotent: names are never used twice.
  private mutating func sweep(
    _ deleted: Set<PackName>, run: Run
  ) throws(RepositoryError) {
    try repository.rewriteIndex(without: deleted, run: run)
    for object in try repository.list("packs/") {
      guard let name = PackName(object: object.name), deleted.contains(name) else { continue }
      try cancellation.check()
      try repository.delete(name.copyObject)
      try repository.delete(object.name)
      summary.deletedPacks += 1
      summary.deletedBytes += object.size
    }
  }
}
