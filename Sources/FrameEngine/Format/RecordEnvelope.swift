/// The frame around every small object of a repository: references, leases, tombstones, verdicts.
///
/// 28 bytes of header, the body (plain, or sealed by whoever holds the key), and a keyed digest
/// over the object's own name and all bytes before it: no byte can change, and no object stand
/// under another's name, without being seen.
public struct RecordEnvelope: Hashable, Sendable {
  /// What the object is.
  public enum Kind: UInt8, Hashable, Sendable {
    case lease = 1
    case reference = 2
    case forgotten = 3
    case tombstones = 4
    case verdict = 5
    case watch = 6
  }

  /// What the object is; it must agree with the object's name.
  public let kind: Kind
  /// Twelve random bytes that the body was sealed under; `nil` for a plain body.
  public let nonce: [UInt8]?
  /// The body as stored.
  public let body: [UInt8]

  static let magic = Array("FARMREC1".utf8)
  static let version: UInt16 = 1
  static let headerByteCount = 28
  static let nonceByteCount = 12

  /// An envelope around a body.
  public init(kind: Kind, nonce: [UInt8]?, body: [UInt8]) {
    self.kind = kind
    self.nonce = nonce
    self.body = body
  }

  /// The object's bytes, to be stored under `name`.
  public func encoded(name: String, key: BLAKE3Key) -> [UInt8] {
    var writer = ByteWriter(capacity: RecordEnvelope.headerByteCount + body.count + 32)
    writer.append(contentsOf: RecordEnvelope.magic)
    writer.append(RecordEnvelope.version)
    writer.append(kind.rawValue)
    writer.append(UInt8(nonce == nil ? 0 : 2))
    writer.append(UInt32(body.count))
    writer.append(contentsOf: nonce ?? [UInt8](repeating: 0, count: RecordEnvelope.nonceByteCount))
    writer.append(contentsOf: body)
    writer.append(
      RecordEnvelope.digest(of: writer.bytes.rawBytes, name: name, key: key))
    return writer.bytes
  }

  /// Reads an object that was found under `name`, proving its digest.
  public init(decoding bytes: RawSpan, name: String, key: BLAKE3Key) throws(FormatError) {
    var reader = ByteReader(bytes)
    guard try reader.bytes(8) == RecordEnvelope.magic else {
      throw FormatError(.foreign, at: 0, "this is no farmio record")
    }
    let version = try reader.u16()
    let rawKind = try reader.u8()
    let flags = try reader.u8()
    // Before the digest, which another version may make in another way.
    guard version == RecordEnvelope.version else {
      throw FormatError(.newer, at: 8, "record format version \(version) is not known")
    }
    let count = try reader.u32()
    guard count <= Limits.recordBytes else {
      throw FormatError(.limit, at: 12, "the record claims \(count) bytes")
    }
    let nonce = try reader.bytes(RecordEnvelope.nonceByteCount)
    let body = try reader.bytes(Int(count))
    let covered = reader.offset
    let digest = try reader.digest()
    try reader.expectEnd()
    let computed = RecordEnvelope.digest(of: bytes.extracting(first: covered), name: name, key: key)
    guard proves(digest, computed) else {
      throw FormatError(.corrupt, at: covered, "the record does not match its digest")
    }
    guard let kind = Kind(rawValue: rawKind), flags & ~2 == 0 else {
      throw FormatError(.newer, at: 10, "record kind \(rawKind), flags \(flags)")
    }
    self.init(kind: kind, nonce: flags == 2 ? nonce : nil, body: body)
  }

  private static func digest(of bytes: RawSpan, name: String, key: BLAKE3Key) -> Digest {
    var hasher = BLAKE3Hasher(key: key)
    var prefix = ByteWriter()
    prefix.append(varint: UInt64(name.utf8.count))
    prefix.append(contentsOf: Array(name.utf8))
    hasher.update(prefix.bytes.rawBytes)
    hasher.update(bytes)
    return hasher.finalize()
  }
}
