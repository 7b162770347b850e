/// What a pack says of one of its records: which chunk, where, and how it is stored.
///
/// The same facts stand twice: in the 64-byte header before the payload, from which a pack without
/// a footer is rescued, and as 48 bytes of the footer, which one read finds at the pack's end.
public struct PackRecord: Hashable, Sendable {
  /// The chunk's or metadata record's name.
  public var id: Digest
  /// Offset in bytes of the record's header from the start of the pack.
  public var offset: UInt32
  /// Bytes of the payload as stored, with the tag of an encrypted one.
  public var storedCount: UInt32
  /// Bytes of the plain content.
  public var plainCount: UInt32
  /// How the plain content became the payload.
  public var encoding: Encoding

  /// Bytes of a record's header.
  public static let headerByteCount = 64
  /// Bytes of a footer entry.
  public static let entryByteCount = 48
  /// Records start at multiples of this.
  public static let alignment = 8

  /// A record with every field given.
  public init(
    id: Digest, offset: UInt32, storedCount: UInt32, plainCount: UInt32, encoding: Encoding
  ) {
    self.id = id
    self.offset = offset
    self.storedCount = storedCount
    self.plainCount = plainCount
    self.encoding = encoding
  }

  /// Offset of the payload from the start of the pack.
  public var payloadOffset: Int { Int(offset) + PackRecord.headerByteCount }

  /// Offset of the first byte after the record and its padding.
  public var endOffset: Int {
    let end = payloadOffset + Int(storedCount)
    return (end + PackRecord.alignment - 1) / PackRecord.alignment * PackRecord.alignment
  }
}

extension PackRecord {
  static let magic: UInt32 = 0x3143_5246  // "FRC1"

  /// The 64 bytes before the payload. With `checksum` nil both CRC fields stay zero: that form is
  /// the associated data of an encrypted payload.
  public func header(isEncrypted: Bool, payloadChecksum checksum: UInt32?) -> [UInt8] {
    var writer = ByteWriter(capacity: PackRecord.headerByteCount)
    writer.append(PackRecord.magic)
    writer.append(encoding.codec.rawValue)
    writer.append(encoding.stride)
    writer.append(flags(isEncrypted: isEncrypted))
    writer.append(UInt8(0))
    writer.append(plainCount)
    writer.append(storedCount)
    writer.append(id)
    writer.append(UInt64(0))
    writer.append(checksum ?? 0)
    writer.append(checksum == nil ? 0 : CRC32C.checksum(writer.bytes.rawBytes))
    return writer.bytes
  }

  /// Reads a record's header that starts at `offset` of its pack, proving its checksum. Returns
  /// the record, whether its payload is encrypted, and the payload's CRC32C.
  public static func readHeader(
    _ bytes: RawSpan, at offset: UInt32
  ) throws(FormatError) -> (record: PackRecord, isEncrypted: Bool, payloadChecksum: UInt32) {
    guard bytes.byteCount >= headerByteCount else {
      throw FormatError(.truncated, at: 0, "a record's header is cut short")
    }
    var reader = ByteReader(bytes.extracting(first: headerByteCount))
    guard try reader.u32() == magic else {
      throw FormatError(.foreign, at: 0, "no record starts here")
    }
    let codec = try reader.u8()
    let stride = try reader.u8()
    let flags = try reader.u8()
    let reserved = try reader.u8()
    let plainCount = try reader.u32()
    let storedCount = try reader.u32()
    let id = try reader.digest()
    let reservedWord = try reader.u64()
    let payloadChecksum = try reader.u32()
    let covered = CRC32C.checksum(bytes.extracting(first: headerByteCount - 4))
    guard proves(try reader.u32(), covered) else {
      throw FormatError(.corrupt, at: 60, "a record's header does not match its checksum")
    }
    guard reserved == 0, reservedWord == 0 else {
      throw FormatError(.malformed, at: 7, "a reserved field of a record is not zero")
    }
    let record = PackRecord(
      id: id, offset: offset, storedCount: storedCount, plainCount: plainCount,
      encoding: try Encoding(codec: codec, stride: stride, flags: flags & ~encryptedFlag))
    try record.checkLimits()
    return (record, flags & encryptedFlag != 0, payloadChecksum)
  }

  /// Appends the 48 bytes of the footer's entry.
  func appendEntry(to writer: inout ByteWriter, isEncrypted: Bool) {
    writer.append(id)
    writer.append(offset)
    writer.append(storedCount)
    writer.append(plainCount)
    writer.append(encoding.codec.rawValue)
    writer.append(encoding.stride)
    writer.append(flags(isEncrypted: isEncrypted))
    writer.append(UInt8(0))
  }

  /// Reads 48 bytes of a footer.
  static func readEntry(_ reader: inout ByteReader) throws(FormatError) -> PackRecord {
    let id = try reader.digest()
    let offset = try reader.u32()
    let storedCount = try reader.u32()
    let plainCount = try reader.u32()
    let codec = try reader.u8()
    let stride = try reader.u8()
    let flags = try reader.u8()
    guard try reader.u8() == 0 else {
      throw FormatError(.malformed, at: reader.offset - 1, "a reserved byte is not zero")
    }
    let record = PackRecord(
      id: id, offset: offset, storedCount: storedCount, plainCount: plainCount,
      encoding: try Encoding(codec: codec, stride: stride, flags: flags & ~encryptedFlag))
    try record.checkLimits()
    return record
  }

  /// Declared sizes are the classic attack: nothing is allocated for a record that fails this.
  private func checkLimits() throws(FormatError) {
    guard plainCount >= 1, plainCount <= Limits.metadataBytes else {
      throw FormatError(.limit, at: Int(offset), "a record claims \(plainCount) bytes")
    }
    guard storedCount >= 1, storedCount <= Int(plainCount) + Limits.sealBytes else {
      throw FormatError(
        .limit, at: Int(offset), "a record of \(plainCount) bytes claims \(storedCount) stored")
    }
    guard endOffset <= Limits.packBytes, Int(offset) % PackRecord.alignment == 0 else {
      throw FormatError(.limit, at: Int(offset), "a record lies outside of any pack")
    }
  }

  private static let encryptedFlag: UInt8 = 2

  private func flags(isEncrypted: Bool) -> UInt8 {
    encoding.flags | (isEncrypted ? PackRecord.encryptedFlag : 0)
  }
}
