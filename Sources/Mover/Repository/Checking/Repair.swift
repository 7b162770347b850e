import FrameEngine

/// Mends what there is a second copy of, and saves what is whole out of broken packs.
///
/// Nothing is written over: good records go into new packs, the index is written anew, and broken
/// packs are retired the way a collection retires packs, so that whoever reads them can finish.
struct Repair {
  private let repository: Repository
  private let run: Run
  private let cancellation: CancelToken

  init(_ repository: Repository, run: Run, cancellation: CancelToken) {
    self.repository = repository
    self.run = run
    self.cancellation = cancellation
  }

  /// Saves the records of a pack whose list cannot be read: by the list's copy in the index, by
  /// the pack's own copy, or by looking for record headers. Returns the records found whole.
  func rescue(_ pack: PackName, byteCount: Int64) throws(RepositoryError) -> Rescued {
    if let part = try indexPart(of: pack, byteCount: byteCount) {
      let records = try repository.records(of: part, in: pack.object)
      return try copyGood(
        records, of: pack, kind: part.header.kind, byteCount: byteCount)
    }
    let copy = pack.copyObject
    if let size = try size(of: copy),
      let part = try? repository.packEnd(pack, in: copy, byteCount: size),
      let records = try? repository.records(of: part, in: copy)
    {
      return try copyGood(records, of: pack, kind: part.header.kind, byteCount: byteCount)
    }
    let found = try scavenge(pack, byteCount: byteCount)
    return try copyGood(found, of: pack, kind: nil, byteCount: byteCount)
  }

  /// Saves the good records of a pack whose list is whole.
  func rescue(_ pack: PackScan.Pack) throws(RepositoryError) -> Rescued {
    try copyGood(
      pack.records, of: pack.name, kind: pack.part.header.kind,
      byteCount: Int64(pack.part.trailer.packByteCount))
  }

  /// What came of a broken pack.
  struct Rescued {
    /// Records copied to new packs.
    var saved = 0
    /// Records that are lost.
    var lost: Set<Digest> = []
  }

  // MARK: Copying

  private func copyGood(
    _ records: [PackRecord], of pack: PackName, kind: PackHeader.Kind?, byteCount: Int64
  ) throws(RepositoryError) -> Rescued {
    var rescued = Rescued()
    var left = records
    // Without a header nothing says whether they are data or trees: the names tell.
    for kind in kind.map({ [$0] }) ?? [PackHeader.Kind.data, .metadata] {
      guard !left.isEmpty else { break }
      let known = try KnownChunks(repository, avoiding: [], forReading: false)
      let packs = PackWriter(
        repository, known: known, run: run.id, kind: kind, numbers: run.numbers)
      var copier = RecordCopier(repository, known: known, packs: packs, run: run.id, kind: kind)
      var failed = [PackRecord]()
      for record in left {
        try cancellation.check()
        if try copy(record, of: pack, &copier) { rescued.saved += 1 } else { failed.append(record) }
      }
      try copier.flush()
      try packs.finish()
      try IndexWriter(repository, run: run.id, numbers: run.numbers).write(packs.takeParts())
      left = failed
    }
    rescued.lost = Set(left.map(\.id))
    return rescued
  }

  /// Copies one record from the pack, or else from the pack's copy.
  private func copy(
    _ record: PackRecord, of pack: PackName, _ copier: inout RecordCopier
  ) throws(RepositoryError) -> Bool {
    for object in [pack.object, pack.copyObject] {
      do throws(RepositoryError) {
        let payload = try repository.bytes(
          of: object, at: record.payloadOffset, count: Int(record.storedCount))
        try copier.copy(record, payload: payload, from: pack)
        return true
      } catch {
        guard error.isDamage else { throw error }
      }
    }
    return false
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
