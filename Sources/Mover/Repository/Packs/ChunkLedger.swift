import FrameEngine

/// What a run knows of the repository's chunks: the table, the packs it points into, and what
/// workers have claimed. Used under one lock.
struct ChunkLedger: ~Copyable, Sendable {
  private(set) var table: ChunkTable
  var catalog: PackCatalog
  /// Claimed by a worker, not yet in a pack.
  var claimed: Set<Digest> = []

  /// Records that packs list and do not hold whole: as if they were not listed.
  private let rotten: [PackName: Set<Digest>]

  /// A ledger with room for `capacity` chunks; more make it grow.
  init(capacity: Int, cachedRecords: Int, without rotten: [PackName: Set<Digest>] = [:]) {
    table = ChunkTable(capacity: capacity)
    catalog = PackCatalog(cachedRecordLimit: cachedRecords)
    self.rotten = rotten
  }

  /// Records of a pack that is in the catalog.
  mutating func insert(
    _ records: [PackRecord], of number: Int, _ repository: Repository
  ) throws(RepositoryError) {
    while table.count + records.count > table.capacity { try grow(in: repository, without: number) }
    let excluded = rotten[catalog.packs[number].name]
    for (index, record) in records.enumerated() where excluded?.contains(record.id) != true {
      table.insert(record.id, ChunkLocation(pack: number, record: index))
    }
  }

  /// Records that now lie in a pack being written, in file order. Only claimed ones are found from
  /// here on; another copy of a known chunk stays behind the first.
  mutating func place(
    _ records: [PackRecord], in number: Int, _ repository: Repository
  ) throws(RepositoryError) {
    let first = catalog.packs[number].recordCount
    catalog.append(records, to: number)
    for (index, record) in records.enumerated() {
      if table.isFull { try grow(in: repository, without: -1) }
      guard claimed.remove(record.id) != nil else { continue }
      table.insert(record.id, ChunkLocation(pack: number, record: first + index))
    }
  }

  /// The chunk's location, confirmed against the full name.
  mutating func find(
    _ id: Digest, in repository: Repository
  ) throws(RepositoryError) -> ChunkLocation? {
    var passed = 0
    return try next(id, after: &passed, in: repository)
  }

  /// Every location of the chunk in finished packs, in the order in which `find` prefers them.
  mutating func all(
    _ id: Digest, in repository: Repository
  ) throws(RepositoryError) -> [ChunkLocation] {
    var locations = [ChunkLocation]()
    var passed = 0
    while let location = try next(id, after: &passed, in: repository) {
      if catalog.packs[location.pack].source != .open { locations.append(location) }
    }
    return locations
  }

  /// The next location after `passed` candidates, which counts on.
  private mutating func next(
    _ id: Digest, after passed: inout Int, in repository: Repository
  ) throws(RepositoryError) -> ChunkLocation? {
    while true {
      // Found first: reading a list changes the catalog, which the table's walk must not see.
      var seen = 0
      let candidate = table.find(id) { (_: ChunkLocation) in
        seen += 1
        return seen > passed
      }
      guard let candidate else { return nil }
      passed += 1
      if let records = try readableRecords(of: candidate.pack, in: repository),
        records[candidate.record].id == id
      {
        return candidate
      }
    }
  }

  mutating func stored(
    _ location: ChunkLocation, in repository: Repository
  ) throws(RepositoryError) -> StoredChunk {
    let record = try records(of: location.pack, in: repository)[location.record]
    return StoredChunk(
      number: location.pack, pack: catalog.packs[location.pack].name, record: record)
  }

  /// The list of a pack's records, from memory or from where it is kept.
  mutating func records(
    of number: Int, in repository: Repository
  ) throws(RepositoryError) -> [PackRecord] {
    if let list = catalog.list(number) { return list }
    let list = try repository.recordList(of: catalog.packs[number])
    catalog.keep(list, of: number)
    return list
  }

  /// The list of a pack's records; `nil` where it is gone or damaged since it was loaded: what
  /// cannot be confirmed is not there.
  private mutating func readableRecords(
    of number: Int, in repository: Repository
  ) throws(RepositoryError) -> [PackRecord]? {
    do throws(RepositoryError) {
      return try records(of: number, in: repository)
    } catch {
      guard error.code == .damaged else { throw error }
      return nil
    }
  }

  /// Doubles the table. The names are read again from every pack's list, but for pack `excluded`,
  /// which is about to be inserted.
  private mutating func grow(
    in repository: Repository, without excluded: Int
  ) throws(RepositoryError) {
    var larger = ChunkTable(capacity: table.capacity * 2)
    for (number, pack) in catalog.packs.enumerated()
    where pack.recordCount > 0 && number != excluded {
      guard let records = try growing(number, pack, repository) else { continue }
      let excluded = rotten[pack.name]
      for (index, record) in records.enumerated()
      where !claimed.contains(record.id) && excluded?.contains(record.id) != true {
        larger.insert(record.id, ChunkLocation(pack: number, record: index))
      }
    }
    table = larger
  }

  /// A list to fill a larger table with. Not kept in memory: each is needed once.
  private func growing(
    _ number: Int, _ pack: PackCatalog.Pack, _ repository: Repository
  ) throws(RepositoryError) -> [PackRecord]? {
    if let list = catalog.list(number) { return list }
    do throws(RepositoryError) {
      return try repository.recordList(of: pack)
    } catch {
      guard error.code == .damaged else { throw error }
      return nil
    }
  }
}
