import FrameEngine

/// One worker's way into a repository: names a chunk, and if it is new compresses, seals and
/// stages it while it is hot in cache.
struct ChunkWriter: ~Copyable {
  private let repository: Repository
  private let known: KnownChunks
  private let packs: PackWriter
  private let kind: PackHeader.Kind
  private let nameKey: BLAKE3Key
  private let payloadKey: [UInt8]?
  private let stagedLimit: Int
  private var compressor: Compressor
  private var seal = Seal()
  private var staged = StagedRecords()
  /// Plain bytes of chunks that were new.
  private(set) var newBytes: UInt64 = 0

  init(
    _ repository: Repository, run: RunID, known: KnownChunks, packs: PackWriter,
    kind: PackHeader.Kind, level: Int32
  ) {
    self.repository = repository
    self.known = known
    self.packs = packs
    self.kind = kind
    nameKey = kind == .data ? repository.keys.chunk : repository.keys.metadata
    payloadKey = repository.keys.payloadKey(of: run)
    stagedLimit = min(StagedRecords.fullByteCount, repository.tuning.packByteCount)
    compressor = Compressor(level: level)
  }

  /// Makes sure that the repository will hold `bytes`, and returns their name.
  mutating func store(_ bytes: RawSpan, hint: inout StrideHint) throws(RepositoryError) -> Digest {
    let id = BLAKE3.keyedHash(bytes, key: nameKey)
    guard try known.claim(id) else { return id }
    newBytes += UInt64(bytes.byteCount)
    let encoding =
      kind == .data ? compressor.encode(bytes, hint: &hint) : compressor.encodePlain(bytes)
    let record = PackRecord(
      id: id, offset: 0, storedCount: 0, plainCount: UInt32(bytes.byteCount), encoding: encoding)
    if encoding.codec == .raw {
      staged.append(record, payload: bytes, key: payloadKey, &seal)
    } else {
      ChunkWriter.stage(record, compressor, key: payloadKey, &seal, &staged)
    }
    if staged.bytes.count >= stagedLimit { try flush() }
    return id
  }

  /// Apart from `self`, whose compressor lends the payload.
  private static func stage(
    _ record: PackRecord, _ compressor: borrowing Compressor, key: [UInt8]?,
    _ seal: inout Seal, _ staged: inout StagedRecords
  ) {
    staged.append(record, payload: compressor.payload, key: key, &seal)
  }

  /// Hands everything staged to the pack. Must be called before the worker ends.
  mutating func flush() throws(RepositoryError) {
    try packs.append(staged)
    staged.removeAll()
  }
}

extension StagedRecords {
  /// Appends a record with its payload as encoded, sealed if there is a key.
  fileprivate mutating func append(
    _ record: PackRecord, payload: RawSpan, key: [UInt8]?, _ seal: inout Seal
  ) {
    var record = record
    guard let key else {
      record.storedCount = UInt32(payload.byteCount)
      append(record, payload: payload, isEncrypted: false)
      return
    }
    record.storedCount = UInt32(payload.byteCount + Seal.tagByteCount)
    // A run stores a name once, so its key never meets the same nonce twice.
    let sealed = seal.seal(
      payload, key: key, nonce: record.id.sealNonce,
      associated: record.header(isEncrypted: true, payloadChecksum: nil))
    append(record, payload: sealed.rawBytes, isEncrypted: true)
  }
}

extension Digest {
  /// The first 12 bytes.
  var sealNonce: [UInt8] { Array(bytes.prefix(Seal.nonceByteCount)) }
}
