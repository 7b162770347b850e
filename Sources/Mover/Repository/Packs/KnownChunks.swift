import FrameEngine
import Synchronization

/// Every chunk and metadata record that the repository holds, as one run sees it, and those that
/// the run adds.
///
/// The packs that exist are what a listing says; the index only saves reading each pack's end. So
/// a lost segment costs time and nothing else, and finished packs of a killed run are found again.
final class KnownChunks: Sendable {
  let repository: Repository
  /// What could not be read when the packs were loaded: packs and segments that `check` will name.
  let faults: [RepositoryError]
  private let state: Mutex<ChunkLedger>
  private let damage = Mutex<[PackName: RepositoryError]>([:])

  /// Loads what the repository holds. Packs of `condemned` are never offered to `claim`; with
  /// `forReading` they are found as a last resort, after every other copy. Packs of `doomed` count
  /// as gone already, records in `rotten` as missing from their packs.
  init(
    _ repository: Repository, avoiding condemned: Set<PackName>, forReading: Bool,
    without doomed: Set<PackName> = [], rotten: [PackName: Set<Digest>] = [:]
  ) throws(RepositoryError) {
    self.repository = repository
    var loader = try PackLoader(
      repository, condemned: condemned, forReading: forReading, doomed: doomed, rotten: rotten)
    try loader.load()
    faults = loader.faults
    state = Mutex(loader.finish())
  }

  /// Chunks and metadata records in packs.
  var count: Int { state.withLock { $0.table.count } }

  /// Bytes of the table that finds them.
  var tableByteCount: Int { state.withLock { $0.table.byteCount } }

  /// Whether the caller must store `id`: `true` once for a record that no usable pack holds, and
  /// from then on this run counts on the caller to `place` it.
  func claim(_ id: Digest) throws(RepositoryError) -> Bool {
    try state.withLock { (state: inout ChunkLedger) throws(RepositoryError) -> Bool in
      if state.claimed.contains(id) { return false }
      if try state.find(id, in: repository) != nil { return false }
      state.claimed.insert(id)
      return true
    }
  }

  /// Whether a usable pack holds `id`, or this run is about to store it.
  func contains(_ id: Digest) throws(RepositoryError) -> Bool {
    try state.withLock { (state: inout ChunkLedger) throws(RepositoryError) -> Bool in
      if state.claimed.contains(id) { return true }
      return try state.find(id, in: repository) != nil
    }
  }

  /// Where `id` can be read; `nil` if no finished pack holds it.
  func locate(_ id: Digest) throws(RepositoryError) -> StoredChunk? {
    try state.withLock { (state: inout ChunkLedger) throws(RepositoryError) -> StoredChunk? in
      guard let location = try state.find(id, in: repository) else { return nil }
      return try state.stored(location, in: repository)
    }
  }

  /// Every place in a finished pack where `id` can be read.
  func copies(of id: Digest) throws(RepositoryError) -> [StoredChunk] {
    try state.withLock { (state: inout ChunkLedger) throws(RepositoryError) -> [StoredChunk] in
      var copies = [StoredChunk]()
      for location in try state.all(id, in: repository) {
        copies.append(try state.stored(location, in: repository))
      }
      return copies
    }
  }

  /// Notes damage of a pack that another copy made good. The first of each pack is kept.
  func bypass(_ pack: PackName, _ fault: RepositoryError) {
    damage.withLock { $0[pack] = $0[pack] ?? .bypassed(pack, fault) }
  }

  /// The packs whose damage another copy made good, in the order of their names, each once.
  var bypassed: [RepositoryError] {
    damage.withLock { $0 }.sorted { $0.key < $1.key }.map(\.value)
  }

  /// The pack and record numbers of `id`; `nil` if no pack holds it.
  func location(_ id: Digest) throws(RepositoryError) -> ChunkLocation? {
    try state.withLock { (state: inout ChunkLedger) throws(RepositoryError) in
      try state.find(id, in: repository)
    }
  }

  /// What lies at a location.
  func stored(_ location: ChunkLocation) throws(RepositoryError) -> StoredChunk {
    try state.withLock { (state: inout ChunkLedger) throws(RepositoryError) in
      try state.stored(location, in: repository)
    }
  }

  /// Counts on the caller to `place` another copy of `id`; `false` if it does so already.
  func claimCopy(_ id: Digest) -> Bool { state.withLock { $0.claimed.insert(id).inserted } }

  /// Begins a pack; returns its number here.
  func begin(_ name: PackName, kind: PackHeader.Kind) -> Int {
    state.withLock { state in
      state.catalog.add(
        PackCatalog.Pack(
          name: name, kind: kind, byteCount: 0, recordCount: 0, source: .open, isCondemned: false))
    }
  }

  /// Records that now lie in the pack being written, in file order.
  func place(_ records: [PackRecord], in number: Int) throws(RepositoryError) {
    try state.withLock { (state: inout ChunkLedger) throws(RepositoryError) in
      try state.place(records, in: number, repository)
    }
  }

  /// The pack is whole and durable.
  func finish(_ number: Int, byteCount: Int64) {
    state.withLock { $0.catalog.finish(number, byteCount: byteCount) }
  }

  /// The records of a pack that is being written.
  func openRecords(_ number: Int) -> [PackRecord] {
    state.withLock { $0.catalog.list(number) ?? [] }
  }

  /// Every pack, by number.
  func packs() -> [PackCatalog.Pack] { state.withLock { $0.catalog.packs } }

  /// One pack.
  func pack(_ number: Int) -> PackCatalog.Pack { state.withLock { $0.catalog.packs[number] } }

  /// The list of a pack's records.
  func records(of number: Int) throws(RepositoryError) -> [PackRecord] {
    try state.withLock { (state: inout ChunkLedger) throws(RepositoryError) in
      try state.records(of: number, in: repository)
    }
  }
}

/// Where a chunk can be read.
struct StoredChunk: Hashable, Sendable {
  /// The pack's number in the catalog.
  let number: Int
  let pack: PackName
  let record: PackRecord
}

extension Repository {
  /// The list of a pack's records, read from where the catalog says it is. A segment may be gone,
  /// replaced by a collector: the pack itself has the list too.
  func recordList(of pack: PackCatalog.Pack) throws(RepositoryError) -> [PackRecord] {
    switch pack.source {
    case .open:
      preconditionFailure("the list of an open pack is in memory")
    case .pack:
      return try recordListAtEnd(of: pack)
    case .segment(let object, let offset):
      do throws(RepositoryError) {
        return try recordList(of: pack, in: object, at: offset)
      } catch {
        guard error.code == .damaged else { throw error }
        return try recordListAtEnd(of: pack)
      }
    }
  }

  private func recordListAtEnd(
    of pack: PackCatalog.Pack
  ) throws(RepositoryError) -> [PackRecord] {
    let end = try packEnd(pack.name, byteCount: pack.byteCount)
    return try records(of: end, as: pack, in: pack.name.object)
  }

  private func recordList(
    of pack: PackCatalog.Pack, in object: String, at offset: Int
  ) throws(RepositoryError) -> [PackRecord] {
    let ends = PackHeader.byteCount + PackTrailer.byteCount
    let fixed = try bytes(of: object, at: offset, count: ends)
    let (header, trailer) = try parsing(object) { () throws(FormatError) in
      let span = fixed.rawBytes
      return (
        try PackHeader(decoding: span.extracting(first: PackHeader.byteCount)),
        try PackTrailer(decoding: span.extracting(PackHeader.byteCount..<ends))
      )
    }
    let footer = try bytes(of: object, at: offset + ends, count: Int(trailer.footerByteCount))
    return try records(
      of: IndexSegment.Part(header: header, trailer: trailer, storedFooter: footer), as: pack,
      in: object)
  }

  /// The records of a part, if it is the pack's that the catalog means.
  private func records(
    of part: IndexSegment.Part, as pack: PackCatalog.Pack, in object: String
  ) throws(RepositoryError) -> [PackRecord] {
    let records = try records(of: part, in: object)
    guard part.header.name == pack.name, records.count == pack.recordCount else {
      throw RepositoryError(.damaged, object, "it holds another list than that of \(pack.name)")
    }
    return records
  }
}
