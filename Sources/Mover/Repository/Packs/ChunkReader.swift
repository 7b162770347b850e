import FrameEngine

/// Reads records back: fetches, opens, decodes, and proves each against its name. What it returns
/// is what was stored, or an error; never anything else.
struct ChunkReader: ~Copyable {
  private let repository: Repository
  private var decompressor = Decompressor()
  private var seal = Seal()
  private var plain: [UInt8] = []
  private var count = 0
  private var payloadKeys: [RunID: [UInt8]] = [:]

  init(_ repository: Repository) { self.repository = repository }

  /// Decodes and proves the record whose stored payload is `payload`. Its content is `bytes` then,
  /// until the next call.
  mutating func decode(
    _ payload: RawSpan, of record: PackRecord, in pack: PackName, kind: PackHeader.Kind
  ) throws(RepositoryError) {
    count = Int(record.plainCount)
    if plain.count < count { plain = [UInt8](repeating: 0, count: max(count, 1 << 20)) }
    try fill(payload, of: record, in: pack)
    let key = kind == .data ? repository.keys.chunk : repository.keys.metadata
    guard BLAKE3.keyedHash(bytes, key: key) == record.id else {
      count = 0
      throw damaged(record, pack, "its content does not match its name")
    }
  }

  /// The content of the record that was decoded last.
  var bytes: RawSpan {
    @_lifetime(borrow self) borrowing get {
      unsafe _overrideLifetime(plain.rawBytes.extracting(first: count), borrowing: self)
    }
  }

  /// The same content in an array of its own.
  var copiedBytes: [UInt8] { Array(plain[..<count]) }

  private mutating func fill(
    _ payload: RawSpan, of record: PackRecord, in pack: PackName
  ) throws(RepositoryError) {
    guard let key = payloadKey(of: pack.run) else {
      return try decode(payload, record, pack)
    }
    let opened = seal.open(
      payload, key: key, nonce: record.id.sealNonce,
      associated: record.header(isEncrypted: true, payloadChecksum: nil))
    guard let opened else { throw damaged(record, pack, "its seal is broken") }
    try decode(opened.rawBytes, record, pack)
  }

  private mutating func decode(
    _ payload: RawSpan, _ record: PackRecord, _ pack: PackName
  ) throws(RepositoryError) {
    do throws(FormatError) {
      try ChunkReader.decode(payload, record, &decompressor, into: &plain)
    } catch {
      throw damaged(record, pack, error.reason)
    }
  }

  /// Apart from `self`, whose scratch is written while its decompressor works.
  private static func decode(
    _ payload: RawSpan, _ record: PackRecord, _ decompressor: inout Decompressor,
    into plain: inout [UInt8]
  ) throws(FormatError) {
    var target = plain.mutableSpan
    var bytes = unsafe target.mutableBytes
    var exact = bytes._mutatingExtracting(first: Int(record.plainCount))
    try decompressor.decode(payload, record.encoding, into: &exact)
  }

  private mutating func payloadKey(of run: RunID) -> [UInt8]? {
    guard repository.isEncrypted else { return nil }
    if let key = payloadKeys[run] { return key }
    let key = repository.keys.payloadKey(of: run)
    payloadKeys[run] = key
    return key
  }

  private func damaged(_ record: PackRecord, _ pack: PackName, _ why: String) -> RepositoryError {
    RepositoryError(
      .damaged, pack.object, "chunk \(record.id.hex.prefix(16)) at byte \(record.offset): \(why)",
      remedy: "run farmio check --read-data to see how far the damage goes")
  }
}
