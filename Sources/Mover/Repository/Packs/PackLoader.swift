import FrameEngine

/// Fills a table and a catalog from index segments and, where those lack a pack that the listing
/// shows, from the pack's own end.
struct PackLoader: ~Copyable {
  private let repository: Repository
  private let condemned: Set<PackName>
  private let forReading: Bool
  /// Packs that exist and are not in the catalog yet, with their sizes.
  private var missing: [PackName: Int64]
  private let segments: [StoredObject]
  private var ledger: ChunkLedger
  private var lastResort: [(part: IndexSegment.Part, source: PackCatalog.Source)] = []
  private(set) var faults: [RepositoryError] = []

  init(
    _ repository: Repository, condemned: Set<PackName>, forReading: Bool, doomed: Set<PackName>,
    rotten: [PackName: Set<Digest>]
  ) throws(RepositoryError) {
    // Segments first: a pack listed after them may be missing from them, never the reverse.
    let segments = try repository.list("index/").sorted { $0.name < $1.name }
    var missing = [PackName: Int64]()
    for object in try repository.list("packs/") {
      if let name = PackName(object: object.name), !doomed.contains(name) {
        missing[name] = object.size
      }
    }
    self.repository = repository
    self.condemned = condemned
    self.forReading = forReading
    self.segments = segments
    self.missing = missing
    let bytes = segments.reduce(0) { $0 + Int($1.size) }
    ledger = ChunkLedger(
      capacity: bytes / PackRecord.entryByteCount * 17 / 16 + 1024,
      cachedRecords: repository.tuning.cachedRecords, without: rotten)
  }

  mutating func load() throws(RepositoryError) {
    for segment in segments { try load(segment) }
    for (name, size) in missing.sorted(by: { $0.key < $1.key }) {
      do throws(RepositoryError) {
        try add(try repository.packEnd(name, byteCount: size), .pack, in: name.object)
      } catch {
        try note(error)
      }
    }
    for (part, source) in lastResort {
      try insert(part, source, in: part.header.name.object, isCondemned: true)
    }
    lastResort = []
  }

  consuming func finish() -> ChunkLedger { ledger }

  private mutating func load(_ segment: StoredObject) throws(RepositoryError) {
    do throws(RepositoryError) {
      try loadParts(of: segment)
    } catch {
      // What stands between may have hurt it. Packs that were added already are not added twice.
      let mayHelp =
        error.code == .damaged && segment.size > 0
        && repository.store.distrust(segment.name, 0..<segment.size)
      guard mayHelp else { return try note(error) }
      do throws(RepositoryError) { try loadParts(of: segment) } catch { try note(error) }
    }
  }

  private mutating func loadParts(of segment: StoredObject) throws(RepositoryError) {
    let store = repository.store
    let bytes = try storing { () throws(StoreError) in
      try store.get(segment.name, limit: Limits.segmentBytes)
    }
    // Gone since it was listed: a collector replaced it, and the packs' own ends remain.
    guard let bytes else { return }
    let decoded = try parsing(segment.name) { () throws(FormatError) in
      try IndexSegment(decoding: bytes.rawBytes)
    }
    var offset = IndexSegment.headerByteCount
    for part in decoded.parts {
      try add(part, .segment(segment.name, offset: offset), in: segment.name)
      offset += PackHeader.byteCount + PackTrailer.byteCount + part.storedFooter.count
    }
  }

  private mutating func add(
    _ part: IndexSegment.Part, _ source: PackCatalog.Source, in object: String
  ) throws(RepositoryError) {
    let name = part.header.name
    guard let size = missing[name] else { return }
    guard UInt64(size) == part.trailer.packByteCount else {
      throw RepositoryError(
        .damaged, name.object,
        "the pack has \(size) bytes, its list says \(part.trailer.packByteCount)")
    }
    if condemned.contains(name) {
      missing[name] = nil
      if forReading { lastResort.append((part, source)) }
      return
    }
    try insert(part, source, in: object, isCondemned: false)
    missing[name] = nil
  }

  private mutating func insert(
    _ part: IndexSegment.Part, _ source: PackCatalog.Source, in object: String, isCondemned: Bool
  ) throws(RepositoryError) {
    let records = try repository.records(of: part, in: object)
    let number = ledger.catalog.add(
      PackCatalog.Pack(
        name: part.header.name, kind: part.header.kind,
        byteCount: Int64(part.trailer.packByteCount), recordCount: records.count, source: source,
        isCondemned: isCondemned))
    try ledger.insert(records, of: number, repository)
  }

  /// Damage is noted and worked around; a disk or wire that fails stops the loading.
  private mutating func note(_ error: RepositoryError) throws(RepositoryError) {
    guard error.code == .damaged || error.code == .newer || error.code == .foreign else {
      throw error
    }
    faults.append(error)
  }
}
