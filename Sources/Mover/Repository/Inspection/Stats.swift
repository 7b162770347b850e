import FrameEngine

/// What snapshots hold, and what it takes to keep them.
public struct Stats: Hashable, Sendable {
  /// Snapshots looked at.
  public var snapshots = 0
  /// Regular files of all snapshots, each counted as often as it is in one.
  public var files: UInt64 = 0
  /// Folders of all snapshots, counted the same way.
  public var folders: UInt64 = 0
  /// Bytes of all those files.
  public var bytes: UInt64 = 0
  /// Different data chunks behind them.
  public var chunks = 0
  /// Bytes of those chunks before compression.
  public var chunkBytes: Int64 = 0
  /// Bytes of those chunks as stored.
  public var storedBytes: Int64 = 0
  /// Tree pages and chunk lists behind them.
  public var metadataRecords = 0
  /// Bytes of those records as stored.
  public var metadataBytes: Int64 = 0
  /// Chunks and records that could not be found or read; the first place that needs one.
  public var faults: [String] = []
  /// Of the repository as a whole.
  public var repository = RepositorySize()

  /// What a repository takes, whichever snapshots are asked for.
  public struct RepositorySize: Hashable, Sendable {
    /// Packs that exist.
    public var packs = 0
    /// Bytes of all packs.
    public var packBytes: Int64 = 0
    /// Bytes of the index segments.
    public var indexBytes: Int64 = 0
    /// Records that the packs hold.
    public var records = 0
    /// Bytes of the table that finds them in memory.
    public var tableBytes = 0
    /// Bytes of packs that no snapshot needs; `nil` if only some snapshots were looked at.
    public var unusedBytes: Int64?
  }

  /// Nothing counted.
  public init() {}
}

extension Inspector {
  /// Counts what `snapshots` hold, all if `nil`. Reads every tree among them, each part that is
  /// shared once, and no data.
  public func stats(of snapshots: [Snapshot]?) throws(RepositoryError) -> Stats {
    let listing = snapshots == nil ? try repository.snapshotListing() : nil
    let counted = snapshots ?? listing?.snapshots ?? []
    let lost = listing?.lost ?? []
    return try look(at: counted) { (run, known) throws(RepositoryError) in
      var marking = Marking(repository, known: known, usesOtherPacks: true)
      var stats = Stats()
      for snapshot in counted {
        try cancellation.check()
        try run.renew()
        try marking.mark(snapshot.record.pages, of: snapshot.id.short)
        stats.count(snapshot.record.statistics)
      }
      stats.faults =
        (lost.map(\.fault) + known.faults + known.bypassed).map(\.description)
        + marking.missing.map { "\($0.path) of snapshot \($0.snapshot): \($0.reason)" }
      stats.count(marking.live, in: known, isComplete: snapshots == nil && lost.isEmpty)
      for segment in try repository.list("index/") { stats.repository.indexBytes += segment.size }
      return stats
    }
  }
}

extension Stats {
  fileprivate mutating func count(_ statistics: SnapshotRecord.Statistics) {
    snapshots += 1
    files += statistics.files
    folders += statistics.folders
    bytes += statistics.bytes
  }

  fileprivate mutating func count(_ live: LiveRecords, in known: KnownChunks, isComplete: Bool) {
    var unused: Int64 = 0
    for (number, pack) in known.packs().enumerated() {
      let use = live.use(ofPack: number)
      switch pack.kind {
      case .data:
        chunks += use.count
        chunkBytes += use.plainBytes
        storedBytes += use.storedBytes
      case .metadata:
        metadataRecords += use.count
        metadataBytes += use.storedBytes
      }
      repository.packs += 1
      repository.packBytes += pack.byteCount
      unused += use.unusedBytes(ofPackOf: pack.byteCount)
    }
    repository.records = known.count
    repository.tableBytes = known.tableByteCount
    repository.unusedBytes = isComplete ? unused : nil
  }
}
