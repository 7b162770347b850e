/// An index segment: copies of the ends of packs, so that one read tells what many packs hold.
///
/// Advisory: losing one costs a read of each pack's own footer, no data. And the other way round: a
/// pack whose end was damaged is mended from its copy here. Each part carries the pack's trailer,
/// whose digest proves it; encrypted footers are copied as they are, so a segment needs no key of
/// its own.
public struct IndexSegment: Sendable {
  /// One pack's part.
  public struct Part: Hashable, Sendable {
    /// The pack's 64-byte header, which names it.
    public let header: PackHeader
    /// The pack's trailer.
    public let trailer: PackTrailer
    /// The footer as the pack stores it.
    public let storedFooter: [UInt8]

    /// A part with every field given.
    public init(header: PackHeader, trailer: PackTrailer, storedFooter: [UInt8]) {
      self.header = header
      self.trailer = trailer
      self.storedFooter = storedFooter
    }
  }

  static let magic = Array("FARMIDX1".utf8)
  static let version: UInt16 = 1
  /// Bytes before the first part.
  public static let headerByteCount = 64

  /// One part a pack.
  public let parts: [Part]

  /// A segment of these parts.
  public init(_ parts: [Part]) { self.parts = parts }

  /// The segment's bytes: a 64-byte header, then for each pack its header, trailer and footer.
  public func encoded(repository: RunID) -> [UInt8] {
    let body = parts.reduce(0) {
      $0 + PackHeader.byteCount + PackTrailer.byteCount + $1.storedFooter.count
    }
    var writer = ByteWriter(capacity: IndexSegment.headerByteCount + body)
    writer.append(contentsOf: IndexSegment.magic)
    writer.append(IndexSegment.version)
    writer.append(UInt16(0))
    writer.append(UInt32(parts.count))
    writer.append(UInt64(body))
    writer.append(repository)
    writer.append(zeros: 20)
    writer.append(CRC32C.checksum(writer.bytes.rawBytes))
    for part in parts {
      writer.append(contentsOf: part.header.encoded)
      writer.append(contentsOf: part.trailer.encoded)
      writer.append(contentsOf: part.storedFooter)
    }
    return writer.bytes
  }

  /// Reads a segment. Every part's own checksums are proved here; its digest is proved when its
  /// footer is opened, which needs the repository's key.
  public init(decoding bytes: RawSpan) throws(FormatError) {
    var reader = ByteReader(bytes)
    let count = try IndexSegment.readHeader(&reader, bytes)
    var parts = [Part]()
    parts.reserveCapacity(count)
    for _ in 0..<count {
      let header = try PackHeader(decoding: try reader.raw(PackHeader.byteCount))
      let trailer = try PackTrailer(decoding: try reader.raw(PackTrailer.byteCount))
      let footer = try reader.bytes(Int(trailer.footerByteCount))
      parts.append(Part(header: header, trailer: trailer, storedFooter: footer))
    }
    try reader.expectEnd()
    self.init(parts)
  }

  private static func readHeader(
    _ reader: inout ByteReader, _ bytes: RawSpan
  ) throws(FormatError) -> Int {
    guard bytes.byteCount <= Limits.segmentBytes else {
      throw FormatError(.limit, at: 0, "an index segment of \(bytes.byteCount) bytes")
    }
    guard try reader.bytes(8) == magic else {
      throw FormatError(.foreign, at: 0, "this is no farmio index segment")
    }
    let version = try reader.u16()
    let zero = try reader.u16()
    let count = try reader.u32()
    let body = try reader.u64()
    _ = try reader.runID()
    let rest = try reader.bytes(20)
    let covered = CRC32C.checksum(bytes.extracting(first: headerByteCount - 4))
    guard proves(try reader.u32(), covered) else {
      throw FormatError(.corrupt, at: 60, "the segment's header does not match its checksum")
    }
    guard version == IndexSegment.version else {
      throw FormatError(.newer, at: 8, "index format version \(version) is not known")
    }
    guard zero == 0, rest.allSatisfy({ $0 == 0 }), body == UInt64(reader.remaining) else {
      throw FormatError(.truncated, at: 16, "the segment's size does not match its header")
    }
    let smallest = PackHeader.byteCount + PackTrailer.byteCount + PackRecord.entryByteCount
    guard Int(count) <= reader.remaining / smallest else {
      throw FormatError(.limit, at: 12, "the segment claims \(count) packs")
    }
    return Int(count)
  }
}
