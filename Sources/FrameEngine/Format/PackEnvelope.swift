/// The first 64 bytes of a pack.
public struct PackHeader: Hashable, Sendable {
  /// What a pack's records are: bytes of files, or trees and chunk lists. Listing, comparing and
  /// collecting never read data packs.
  public enum Kind: UInt8, Hashable, Sendable {
    case data = 1
    case metadata = 2

    /// Bytes of the largest record, before compression.
    var recordLimit: Int {
      switch self {
      case .data: Limits.chunkBytes
      case .metadata: Limits.metadataBytes
      }
    }
  }

  /// The pack's own name.
  public let name: PackName
  /// What its records are.
  public let kind: Kind
  /// Whether payloads and footer are sealed with AES-256-GCM.
  public let isEncrypted: Bool
  /// The repository it belongs to.
  public let repository: RunID

  /// Bytes of the header.
  public static let byteCount = 64
  static let magic = Array("FARMPAK1".utf8)
  static let version: UInt16 = 1

  /// A header with every field given.
  public init(name: PackName, kind: Kind, isEncrypted: Bool, repository: RunID) {
    self.name = name
    self.kind = kind
    self.isEncrypted = isEncrypted
    self.repository = repository
  }

  /// The 64 bytes.
  public var encoded: [UInt8] {
    var writer = ByteWriter(capacity: PackHeader.byteCount)
    writer.append(contentsOf: PackHeader.magic)
    writer.append(PackHeader.version)
    writer.append(kind.rawValue)
    writer.append(UInt8(isEncrypted ? 2 : 0))
    writer.append(UInt32(0))
    writer.append(name)
    writer.append(UInt32(0))
    writer.append(repository)
    writer.append(UInt32(0))
    writer.append(CRC32C.checksum(writer.bytes.rawBytes))
    return writer.bytes
  }

  /// Reads a header, proving its checksum.
  public init(decoding bytes: RawSpan) throws(FormatError) {
    var reader = ByteReader(bytes)
    guard try reader.bytes(8) == PackHeader.magic else {
      throw FormatError(.foreign, at: 0, "this is no farmio pack")
    }
    let version = try reader.u16()
    let kind = try reader.u8()
    let flags = try reader.u8()
    let zero1 = try reader.u32()
    let name = try reader.packName()
    let zero2 = try reader.u32()
    let repository = try reader.runID()
    let zero3 = try reader.u32()
    let covered = CRC32C.checksum(bytes.extracting(first: PackHeader.byteCount - 4))
    guard proves(try reader.u32(), covered) else {
      throw FormatError(.corrupt, at: 60, "the pack's header does not match its checksum")
    }
    guard version == PackHeader.version else {
      throw FormatError(.newer, at: 8, "pack format version \(version) is not known")
    }
    guard let kind = Kind(rawValue: kind), flags & ~2 == 0, zero1 | zero2 | zero3 == 0 else {
      throw FormatError(.malformed, at: 10, "the pack's header holds unknown values")
    }
    self.init(name: name, kind: kind, isEncrypted: flags == 2, repository: repository)
  }
}

/// The last 64 bytes of a pack: how to find and prove its footer.
public struct PackTrailer: Hashable, Sendable {
  /// The number of records.
  public let recordCount: UInt32
  /// Bytes of the footer as stored, with its tag if encrypted.
  public let footerByteCount: UInt32
  /// Bytes of the whole pack.
  public let packByteCount: UInt64
  /// Keyed BLAKE3 over header and stored footer.
  public let digest: Digest

  /// Bytes of the trailer.
  public static let byteCount = 64
  static let magic = Array("FARMEND1".utf8)

  /// A trailer with every field given.
  public init(
    recordCount: UInt32, footerByteCount: UInt32, packByteCount: UInt64, digest: Digest
  ) {
    self.recordCount = recordCount
    self.footerByteCount = footerByteCount
    self.packByteCount = packByteCount
    self.digest = digest
  }

  /// Offset of the footer from the start of the pack.
  public var footerOffset: Int {
    Int(packByteCount) - PackTrailer.byteCount - Int(footerByteCount)
  }

  /// The 64 bytes.
  public var encoded: [UInt8] {
    var writer = ByteWriter(capacity: PackTrailer.byteCount)
    writer.append(contentsOf: PackTrailer.magic)
    writer.append(recordCount)
    writer.append(footerByteCount)
    writer.append(packByteCount)
    writer.append(digest)
    writer.append(UInt32(0))
    writer.append(CRC32C.checksum(writer.bytes.rawBytes))
    return writer.bytes
  }

  /// Reads a trailer, proving its checksum and its limits.
  public init(decoding bytes: RawSpan) throws(FormatError) {
    var reader = ByteReader(bytes)
    guard try reader.bytes(8) == PackTrailer.magic else {
      throw FormatError(.foreign, at: 0, "the pack does not end with a trailer")
    }
    recordCount = try reader.u32()
    footerByteCount = try reader.u32()
    packByteCount = try reader.u64()
    digest = try reader.digest()
    let zero = try reader.u32()
    let covered = CRC32C.checksum(bytes.extracting(first: PackTrailer.byteCount - 4))
    guard proves(try reader.u32(), covered) else {
      throw FormatError(.corrupt, at: 60, "the pack's trailer does not match its checksum")
    }
    guard zero == 0, recordCount >= 1, recordCount <= Limits.packRecords,
      packByteCount <= Limits.packBytes
    else { throw FormatError(.limit, at: 8, "the pack's trailer exceeds the format's limits") }
    let plain = Int(recordCount) * PackRecord.entryByteCount
    guard footerByteCount == plain || footerByteCount == plain + Limits.sealBytes,
      footerOffset >= PackHeader.byteCount
    else { throw FormatError(.malformed, at: 12, "the footer's size does not fit its records") }
  }
}

/// The list of a pack's records, in file order.
public struct PackFooter: Hashable, Sendable {
  /// The records in the order they lie in the pack.
  public let records: [PackRecord]

  /// A footer of these records.
  public init(_ records: [PackRecord]) { self.records = records }

  /// 48 bytes a record, before encryption.
  public func encoded(isEncrypted: Bool) -> [UInt8] {
    var writer = ByteWriter(capacity: records.count * PackRecord.entryByteCount)
    for record in records { record.appendEntry(to: &writer, isEncrypted: isEncrypted) }
    return writer.bytes
  }

  /// Reads a plain footer of `recordCount` records.
  public init(
    decoding bytes: RawSpan, recordCount: Int, kind: PackHeader.Kind
  ) throws(FormatError) {
    guard recordCount <= Limits.packRecords,
      bytes.byteCount == recordCount * PackRecord.entryByteCount
    else { throw FormatError(.malformed, at: 0, "the footer's size does not fit its records") }
    var reader = ByteReader(bytes)
    var records = [PackRecord]()
    records.reserveCapacity(recordCount)
    var end = PackHeader.byteCount
    for _ in 0..<recordCount {
      let record = try PackRecord.readEntry(&reader)
      guard record.plainCount <= kind.recordLimit else {
        throw FormatError(
          .limit, at: reader.offset, "a record of \(record.plainCount) bytes in this kind of pack")
      }
      guard Int(record.offset) >= end else {
        throw FormatError(.malformed, at: reader.offset, "two records of the pack overlap")
      }
      end = record.endOffset
      records.append(record)
    }
    self.init(records)
  }

  /// What the trailer's digest covers: the header's 64 bytes, then the footer as stored.
  public static func digest(header: [UInt8], storedFooter: [UInt8], key: BLAKE3Key) -> Digest {
    var hasher = BLAKE3Hasher(key: key)
    hasher.update(header.rawBytes)
    hasher.update(storedFooter.rawBytes)
    return hasher.finalize()
  }
}
