import FrameEngine

/// Mends what there is a second copy of, and saves what is whole out of broken packs.
///
/// Nothing is written over: good records go into new packs, the index is written anew, and broken
/// packs are retired the way a collection retires packs, so that whoever reads them can finish.
struct Repair: ~Copyable {
  private let repository: Repository
  private let run: Run
  private let cancellation: CancelToken
  private let dataPacks: PackWriter
  private let metadataPacks: PackWriter
  // One copier for each kind and all packs: a record in two broken packs is saved once.
  private var data: RecordCopier
  private var metadata: RecordCopier

  init(_ repository: Repository, run: Run, cancellation: CancelToken) throws(RepositoryError) {
    let known = try KnownChunks(repository, avoiding: [], forReading: false)
    self.repository = repository
    self.run = run
    self.cancellation = cancellation
    dataPacks = PackWriter(
      repository, known: known, run: run.id, kind: .data, numbers: run.numbers)
    metadataPacks = PackWriter(
      repository, known: known, run: run.id, kind: .metadata, numbers: run.numbers)
    data = RecordCopier(repository, known: known, packs: dataPacks, run: run.id, kind: .data)
    metadata = RecordCopier(
      repository, known: known, packs: metadataPacks, run: run.id, kind: .metadata)
  }

  /// Saves the records of a pack whose list cannot be read: by the list's copy in the index, by
  /// the pack's own copy, or by looking for record headers. Returns the records found whole.
  mutating func rescue(_ pack: PackName, byteCount: Int64) throws(RepositoryError) -> Rescued {
    if let part = try indexPart(of: pack, byteCount: byteCount) {
      let records = try repository.records(of: part, in: pack.object)
      return try copyGood(records, of: pack, kind: part.header.kind)
    }
    let copy = pack.copyObject
    if let size = try size(of: copy),
      let part = try? repository.packEnd(pack, in: copy, byteCount: size),
      let records = try? repository.records(of: part, in: copy)
    {
      return try copyGood(records, of: pack, kind: part.header.kind)
    }
    let found = try scavenge(pack, byteCount: byteCount)
    return try copyGood(found, of: pack, kind: nil)
  }

  /// Saves the good records of a pack whose list is whole.
  mutating func rescue(_ pack: PackScan.Pack) throws(RepositoryError) -> Rescued {
    try copyGood(pack.records, of: pack.name, kind: pack.part.header.kind)
  }

  /// What came of a broken pack.
  struct Rescued {
    /// Records copied to new packs.
    var saved = 0
    /// Records that are lost.
    var lost: Set<Digest> = []
  }

  /// Makes what was saved durable, and indexed. Nothing is saved before this.
  mutating func finish() throws(RepositoryError) {
    try data.flush()
    try metadata.flush()
    try dataPacks.finish()
    try metadataPacks.finish()
    try IndexWriter(repository, run: run.id, numbers: run.numbers)
      .write(dataPacks.takeParts() + metadataPacks.takeParts())
  }

  // MARK: Copying

  private mutating func copyGood(
    _ records: [PackRecord], of pack: PackName, kind: PackHeader.Kind?
  ) throws(RepositoryError) -> Rescued {
    var rescued = Rescued()
    for record in records {
      try cancellation.check()
      if try copy(record, of: pack, kind: kind) {
        rescued.saved += 1
      } else {
        rescued.lost.insert(record.id)
      }
    }
    return rescued
  }

  /// Copies one record from the pack, or else from the pack's copy. Without a header nothing says
  /// whether it is data or a tree: its name tells.
  private mutating func copy(
    _ record: PackRecord, of pack: PackName, kind: PackHeader.Kind?
  ) throws(RepositoryError) -> Bool {
    for object in [pack.object, pack.copyObject] {
      do throws(RepositoryError) {
        let payload = try repository.bytes(
          of: object, at: record.payloadOffset, count: Int(record.storedCount))
        if kind != .metadata, try copyAsData(record, payload, pack) { return true }
        if kind != .data {
          try metadata.copy(record, payload: payload, from: pack)
          return true
        }
      } catch {
        guard error.isDamage else { throw error }
      }
    }
    return false
  }

  private mutating func copyAsData(
    _ record: PackRecord, _ payload: [UInt8], _ pack: PackName
  ) throws(RepositoryError) -> Bool {
    do throws(RepositoryError) {
      try data.copy(record, payload: payload, from: pack)
      return true
    } catch {
      guard error.isDamage else { throw error }
      return false
    }
  }

  // MARK: Finding the list

  private func size(of object: String) throws(RepositoryError) -> Int64? {
    let store = repository.store
    return try storing { () throws(StoreError) in try store.size(object) }
  }

  /// The copy of a pack's end in some index segment.
  private func indexPart(
    of pack: PackName, byteCount: Int64
  ) throws(RepositoryError) -> IndexSegment.Part? {
    for object in try repository.list("index/") {
      let store = repository.store
      let bytes = try storing { () throws(StoreError) in
        try store.get(object.name, limit: Limits.segmentBytes)
      }
      guard let bytes, let segment = try? IndexSegment(decoding: bytes.rawBytes) else { continue }
      for part in segment.parts where part.header.name == pack {
        let isWhole = (try? repository.records(of: part, in: object.name)) != nil
        if isWhole { return part }
      }
    }
    return nil
  }

  /// Looks for record headers at every multiple of eight. Their checksums tell them from data.
  private func scavenge(
    _ pack: PackName, byteCount: Int64
  ) throws(RepositoryError) -> [PackRecord] {
    guard byteCount <= Limits.packBytes else { return [] }
    let bytes = try repository.bytes(of: pack.object, from: 0, upTo: Int(byteCount))
    var records = [PackRecord]()
    var offset = PackHeader.byteCount
    while offset + PackRecord.headerByteCount <= bytes.count {
      let header = bytes.rawBytes.extracting(offset..<offset + PackRecord.headerByteCount)
      if let (record, _, _) = try? PackRecord.readHeader(header, at: UInt32(offset)),
        record.payloadOffset + Int(record.storedCount) <= bytes.count
      {
        records.append(record)
        offset = record.endOffset
      } else {
        offset += PackRecord.alignment
      }
    }
    return records
  }
}
