import FrameEngine

/// The notes beside the part of a large file: which source it comes from, and which ranges of it are
/// durable. A range is noted only after its bytes were synced, so a journal never promises more
/// than the disk has.
///
/// A header of 80 bytes and the final name: magic `FARMJRN1`; i64 size; i64 seconds and u32
/// nanoseconds of the modification; u32 length of the name; u64 inode; u64 volume; 24 zero bytes;
/// u64 check; then the name. Records of 24 bytes follow: i64 start, i64 end, u64 check. Each check
/// is the first word of the BLAKE3 hash of what is before it, for records also of the header's
/// check, so that a torn or foreign tail ends the journal. All numbers are little-endian.
struct ResumeJournal: Hashable, Sendable {
  private static let magic = Array("FARMJRN1".utf8)
  static let headerBytes = 80
  static let recordBytes = 24
  /// Bytes read of a journal at most: 4 TiB in extents of 8 MiB.
  static let limit = 16 << 20

  /// The source file: another one of this name is no reason to go on.
  struct Source: Hashable, Sendable {
    let size: Int64
    let modified: Timestamp
    let inode: UInt64
    let volume: UInt64

    init(_ status: FileStatus) {
      size = status.size
      modified = status.modified
      inode = status.inode
      volume = status.volume
    }

    fileprivate init(size: Int64, modified: Timestamp, inode: UInt64, volume: UInt64) {
      self.size = size
      self.modified = modified
      self.inode = inode
      self.volume = volume
    }
  }

  let source: Source
  /// The name that the part will get.
  let name: FileName
  /// What is durable.
  private(set) var done = RangeSet()

  init(source: Source, name: FileName) {
    self.source = source
    self.name = name
  }

  /// The bytes before the first record.
  var header: [UInt8] {
    var writer = ByteWriter(capacity: ResumeJournal.headerBytes + name.bytes.count)
    writer.append(contentsOf: ResumeJournal.magic)
    writer.append(source.size)
    writer.append(source.modified.seconds)
    writer.append(source.modified.nanoseconds)
    writer.append(UInt32(name.bytes.count))
    writer.append(source.inode)
    writer.append(source.volume)
    writer.append(zeros: 24)
    writer.append(BLAKE3.hash(writer.bytes + name.bytes).words.0)
    writer.append(contentsOf: name.bytes)
    return writer.bytes
  }

  /// The record of one durable range.
  func record(_ range: Range<Int64>) -> [UInt8] {
    var writer = ByteWriter(capacity: ResumeJournal.recordBytes)
    writer.append(range.lowerBound)
    writer.append(range.upperBound)
    writer.append(check(of: writer.bytes))
    return writer.bytes
  }

  private func check(of record: [UInt8]) -> UInt64 {
    var writer = ByteWriter()
    writer.append(contentsOf: header)
    return BLAKE3.hash(writer.bytes + record).words.0
  }

  /// Reads a journal; `nil` if its header is not whole. Records end at the first that is not.
  init?(_ bytes: [UInt8]) {
    do {
      var reader = unsafe ByteReader(bytes.span.bytes)
      guard try reader.bytes(8) == ResumeJournal.magic else { return nil }
      let size = try reader.i64()
      let modified = Timestamp(seconds: try reader.i64(), nanoseconds: try reader.u32())
      let nameCount = Int(try reader.u32())
      let (inode, volume) = (try reader.u64(), try reader.u64())
      guard size >= 0, nameCount <= Limits.nameBytes else { return nil }
      try reader.skip(32)
      source = Source(size: size, modified: modified, inode: inode, volume: volume)
      name = FileName(try reader.bytes(nameCount))
      guard header.elementsEqual(bytes.prefix(ResumeJournal.headerBytes + nameCount)) else {
        return nil
      }
      while reader.remaining >= ResumeJournal.recordBytes {
        let start = reader.offset
        let (lower, upper) = (try reader.i64(), try reader.i64())
        let check = try reader.u64()
        guard check == self.check(of: Array(bytes[start..<start + 16])), lower >= 0, lower < upper,
          upper <= size
        else { break }
        done.insert(lower..<upper)
      }
    } catch {
      // Cut off inside the header: there is nothing to go on from.
      return nil
    }
  }
}

/// Byte ranges of a file, joined where they touch.
struct RangeSet: Hashable, Sendable {
  /// Sorted, apart from each other.
  private(set) var ranges: [Range<Int64>] = []

  /// The bytes in all ranges.
  var byteCount: Int64 { ranges.reduce(0) { $0 + Int64($1.count) } }

  mutating func insert(_ range: Range<Int64>) {
    if range.isEmpty { return }
    let first = ranges.firstIndex { $0.upperBound >= range.lowerBound } ?? ranges.count
    let last = ranges[first...].firstIndex { $0.lowerBound > range.upperBound } ?? ranges.count
    var joined = range
    for old in ranges[first..<last] {
      joined =
        min(joined.lowerBound, old.lowerBound)..<max(joined.upperBound, old.upperBound)
    }
    ranges.replaceSubrange(first..<last, with: [joined])
  }

  /// The next range at or after `offset` that is missing below `end`, of at most `limit` bytes.
  func nextGap(from offset: Int64, end: Int64, limit: Int64) -> Range<Int64>? {
    var start = offset
    for range in ranges {
      if range.upperBound <= start { continue }
      if range.lowerBound > start {
        return start..<min(range.lowerBound, start + limit, end)
      }
      start = range.upperBound
    }
    return start < end ? start..<min(start + limit, end) : nil
  }
}
