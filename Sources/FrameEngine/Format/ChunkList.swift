/// A run of a large file's segments, stored as a metadata record of its own.
///
/// Kept out of the folder's page, so that a change beside a huge file does not write its list
/// again. Lists end at chunks whose names say so: after an edit in the middle of a file, the lists
/// before and behind are the same records as before.
public struct ChunkList: Hashable, Sendable {
  /// In file order.
  public let segments: [Segment]

  static let version: UInt8 = 1

  /// The largest number of segments that stay inside the folder's page.
  public static let inlineLimit = 32
  /// The largest number of segments of one list.
  public static let segmentLimit = 8192

  /// A list of these segments.
  public init(_ segments: [Segment]) { self.segments = segments }

  /// The list's bytes.
  public var encoded: [UInt8] {
    var writer = ByteWriter(capacity: 16 + segments.count * 38)
    writer.append(ChunkList.version)
    writer.append(varint: UInt64(segments.count))
    for segment in segments { segment.append(to: &writer) }
    return writer.bytes
  }

  /// Reads a list.
  public init(decoding bytes: RawSpan) throws(FormatError) {
    var reader = ByteReader(bytes)
    let version = try reader.u8()
    guard version == ChunkList.version else {
      throw FormatError(.newer, at: 0, "chunk list format version \(version) is not known")
    }
    let count = try reader.count(limit: ChunkList.segmentLimit, "the number of segments")
    var segments = [Segment]()
    segments.reserveCapacity(min(count, reader.remaining / 34))
    for _ in 0..<count { segments.append(try Segment.read(&reader)) }
    try reader.expectEnd()
    self.init(segments)
  }

  /// Cuts a file's segments into lists of about 1,024. Linear.
  public static func lists(of segments: [Segment]) -> [ChunkList] {
    var lists = [ChunkList]()
    var current = [Segment]()
    for segment in segments {
      current.append(segment)
      if segment.chunk.words.2 >> 54 == 0 && !segment.isHole || current.count == segmentLimit {
        lists.append(ChunkList(current))
        current.removeAll(keepingCapacity: true)
      }
    }
    if !current.isEmpty { lists.append(ChunkList(current)) }
    return lists
  }
}
