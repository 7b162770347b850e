import FrameEngine

/// One worker's way into a repository: names a chunk, and if it is new compresses, seals and
/// stages it while it is hot in cache.
struct ChunkWriter: ~Copyable {
  private let repository: Repository
  private let known: KnownChunks
  private let packs: PackWriter
  private let nameKey: BLAKE3Key
  private let payloadKey: [UInt8]?
  private var compressor: Compressor
  private var seal = Seal()
  private var staged = StagedRecords()
  /// Plain bytes of chunks that were new.
  private(set) var newBytes: UInt64 = 0

  init(_ repository: Repository, run: RunID, known: KnownChunks, packs: PackWriter,
    kind: PackHeader.Kind, level: Int32
  ) {
    self.repository = repository
    self.known = known
    self.packs = packs
    nameKey = kind == .data ? repository.keys.chunk : repository.keys.metadata
    payloadKey = repository.keys.payloadKey(of: run)
    compressor = Compressor(level: level)
  }

  /// Makes sure that the repository will hold `bytes`, and returns their name.
  mutating func store(_ bytes: RawSpan, hint: inout StrideHint) throws(RepositoryError) -> Digest {
    let id = BLAKE3.keyedHash(bytes, key: nameKey)
    guard try known.claim(id) else { return id }
    newBytes += UInt64(bytes.byteCount)
    let encoding = compressor.encode(bytes, hint: &hint)
    if encoding.codec == .raw {
      stage(id, bytes, encoding, plainCount: bytes.byteCount)
    } else {
      stage(id, compressor.payload, encoding, plainCount: bytes.byteCount)
    }
    if staged.isFull { try flush() }
    return id
  }

  /// Hands everything staged to the pack. Must be called before the worker ends.
  mutating func flush() throws(RepositoryError) {
    try packs.append(staged)
    staged.removeAll()
  }

  private mutating func stage(
    _ id: Digest, _ payload: RawSpan, _ encoding: Encoding, plainCount: Int
  ) {
    var record = PackRecord(
      id: id, offset: 0, storedCount: UInt32(payload.byteCount), plainCount: UInt32(plainCount),
      encoding: encoding)
    guard let payloadKey else {
      staged.append(record, payload: payload, isEncrypted: false)
      return
    }
    record.storedCount += UInt32(Seal.tagByteCount)
    // A run stores a name once, so its key never meets the same nonce twice.
    let sealed = seal.seal(
      payload, key: payloadKey, nonce: id.sealNonce,
      associated: record.header(isEncrypted: true, payloadChecksum: nil))
    staged.append(record, payload: sealed.rawBytes, isEncrypted: true)
  }
}

extension Digest {
  /// The first 12 bytes.
  var sealNonce: [UInt8] { Array(bytes.prefix(Seal.nonceByteCount)) }
}
