import FrameEngine

/// Copying what is needed out of packs that are mostly not.
extension Collector {
  /// Copies the live records of `numbers` into new packs of this run, durable and indexed. Each is
  /// decoded and proved on the way: damage is never copied.
  mutating func rewrite(
    _ numbers: [Int], live: LiveRecords, known: KnownChunks, run: Run
  ) throws(RepositoryError) {
    guard !numbers.isEmpty else { return }
    var parts = [IndexSegment.Part]()
    for kind in [PackHeader.Kind.data, .metadata] {
      let packs = PackWriter(
        repository, known: known, run: run.id, kind: kind, numbers: run.numbers)
      var copier = RecordCopier(repository, known: known, packs: packs, run: run.id, kind: kind)
      for number in numbers where known.pack(number).kind == kind {
        try cancellation.check()
        try run.renew()
        try copier.copy(number, live: live)
        summary.rewrittenPacks += 1
      }
      try copier.flush()
      try packs.finish()
      summary.rewrittenBytes += Int64(packs.storedBytes)
      parts += packs.takeParts()
    }
    _ = try IndexWriter(repository, run: run.id, numbers: run.numbers).write(parts)
  }
}

/// Copies records from pack to pack: as they are stored, or under the new run's key.
struct RecordCopier: ~Copyable {
  private let repository: Repository
  private let known: KnownChunks
  private let packs: PackWriter
  private let kind: PackHeader.Kind
  private let payloadKey: [UInt8]?
  private let stagedLimit: Int
  private var reader: ChunkReader
  private var seal = Seal()
  private var staged = StagedRecords()
  /// What this copier has copied: under one run's key no name may be sealed twice.
  private var copied: Set<Digest> = []

  init(
    _ repository: Repository, known: KnownChunks, packs: PackWriter, run: RunID,
    kind: PackHeader.Kind
  ) {
    self.repository = repository
    self.known = known
    self.packs = packs
    self.kind = kind
    payloadKey = repository.keys.payloadKey(of: run)
    stagedLimit = min(StagedRecords.fullByteCount, repository.tuning.packByteCount)
    reader = ChunkReader(repository)
  }

  /// Copies the live records of one pack.
  mutating func copy(_ number: Int, live: LiveRecords) throws(RepositoryError) {
    let pack = known.pack(number)
    for (index, record) in try known.records(of: number).enumerated()
    where live.contains(pack: number, record: index) {
      let payload = try repository.bytes(
        of: pack.name.object, at: record.payloadOffset, count: Int(record.storedCount))
      try copy(record, payload: payload, from: pack.name)
    }
  }

  /// Proves one record and stages a copy of it, once for all packs that have it.
  mutating func copy(
    _ record: PackRecord, payload: [UInt8], from pack: PackName
  ) throws(RepositoryError) {
    _ = try reader.decode(payload.rawBytes, of: record, in: pack, kind: kind)
    guard copied.insert(record.id).inserted, known.claimCopy(record.id) else { return }
    if let payloadKey {
      try stageSealed(record, payload: payload, from: pack, key: payloadKey)
    } else {
      staged.append(record, payload: payload.rawBytes, isEncrypted: false)
    }
    if staged.bytes.count >= stagedLimit { try flush() }
  }

  mutating func flush() throws(RepositoryError) {
    try packs.append(staged)
    staged.removeAll()
  }

  private mutating func stageSealed(
    _ record: PackRecord, payload: [UInt8], from pack: PackName, key: [UInt8]
  ) throws(RepositoryError) {
    let associated = record.header(isEncrypted: true, payloadChecksum: nil)
    let nonce = record.id.sealNonce
    guard let oldKey = repository.keys.payloadKey(of: pack.run),
      let plain = seal.open(
        payload.rawBytes, key: oldKey, nonce: nonce, associated: associated)
    else { throw RepositoryError(.damaged, pack.object, "the seal of a chunk is broken") }
    let sealed = seal.seal(plain.rawBytes, key: key, nonce: nonce, associated: associated)
    staged.append(record, payload: sealed.rawBytes, isEncrypted: true)
  }
}
