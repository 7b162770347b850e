/// A page of a folder in a snapshot: some of its entries, sorted by the bytes of their names.
///
/// A folder is the sequence of its pages; a small one has one page, an empty one none. A page's
/// name is the keyed hash of its bytes, so equal folders are equal names, all the way down.
/// Where a page ends depends on the names near it alone: in a folder of 100,000 files, a new file
/// changes one page.
public struct TreePage: Hashable, Sendable {
  /// Sorted by name, no name twice.
  public let entries: [TreeEntry]

  static let version: UInt8 = 1

  /// A page of entries that are sorted already.
  public init(_ entries: [TreeEntry]) { self.entries = entries }

  /// The page's bytes.
  public var encoded: [UInt8] {
    var writer = ByteWriter(capacity: 16 + entries.count * 120)
    writer.append(TreePage.version)
    writer.append(varint: UInt64(entries.count))
    for entry in entries { entry.append(to: &writer) }
    return writer.bytes
  }

  /// Reads a page; names that are not sorted, or could leave their folder, are refused.
  public init(decoding bytes: RawSpan) throws(FormatError) {
    var reader = ByteReader(bytes)
    let version = try reader.u8()
    guard version == TreePage.version else {
      throw FormatError(.newer, at: 0, "tree format version \(version) is not known")
    }
    let count = try reader.count(limit: reader.remaining / 16, "the number of entries")
    var entries = [TreeEntry]()
    entries.reserveCapacity(count)
    for _ in 0..<count {
      let entry = try TreeEntry.read(&reader)
      if let last = entries.last, !(last.name < entry.name) {
        throw FormatError(.malformed, at: reader.offset, "the entries are not in order")
      }
      entries.append(entry)
    }
    try reader.expectEnd()
    self.init(entries)
  }

  /// Cuts a folder's sorted entries into pages. Linear.
  public static func pages(of entries: [TreeEntry]) -> [TreePage] {
    var pages = [TreePage]()
    var current = [TreeEntry]()
    var weight = 0
    for entry in entries {
      current.append(entry)
      weight += entry.approximateByteCount
      let ends = CRC32C.checksum(entry.name.bytes.rawBytes) >> 23 == 0
      if ends && current.count >= 128 || current.count == 4096 || weight >= weightLimit {
        pages.append(TreePage(current))
        current.removeAll(keepingCapacity: true)
        weight = 0
      }
    }
    if !current.isEmpty { pages.append(TreePage(current)) }
    return pages
  }

  /// Far below the record limit: one more entry of any size still fits.
  private static let weightLimit = Limits.metadataBytes / 4
}

extension TreeEntry {
  /// Bytes of the entry in a page, within a few dozen.
  fileprivate var approximateByteCount: Int {
    let attributeBytes = attributes.reduce(0) { $0 + $1.name.count + $1.value.count + 8 }
    let contentBytes =
      switch content {
      case .none: 0
      case .segments(let segments): segments.count * 40
      case .lists(let names), .folder(let names): names.count * 32
      case .link(let target): target.count
      case .device: 8
      }
    return name.bytes.count + 64 + attributeBytes + contentBytes
  }
}
