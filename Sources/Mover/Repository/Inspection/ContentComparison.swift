import FrameEngine

/// Compares the bytes of two files whose segments differ.
///
/// Small files share chunks with their neighbours: stored again beside others, the same bytes lie
/// in other chunks. So segments that differ prove nothing; what they hold does.
struct ContentComparison: ~Copyable {
  private var left: ChunkWindow
  private var right: ChunkWindow

  init(_ repository: Repository, _ known: KnownChunks) {
    left = ChunkWindow(repository, known)
    right = ChunkWindow(repository, known)
  }

  /// Whether two files of one size hold the same bytes. Reads up to the first that differs; what
  /// both take from the same place is not read.
  mutating func areEqual(
    _ before: [Segment], _ after: [Segment]
  ) throws(RepositoryError) -> Bool {
    var old = SegmentWalk(before)
    var new = SegmentWalk(after)
    while let a = old.rest, let b = new.rest {
      let count = min(a.count, b.count)
      guard try areEqual(a, b, count) else { return false }
      old.advance(count)
      new.advance(count)
    }
    return old.rest == nil && new.rest == nil
  }

  private mutating func areEqual(
    _ a: SegmentWalk.Rest, _ b: SegmentWalk.Rest, _ count: Int64
  ) throws(RepositoryError) -> Bool {
    switch (a.isHole, b.isHole) {
    case (true, true):
      return true
    case (true, false):
      let range = try right.load(b, count)
      return right.bytes.extracting(range).isZero
    case (false, true):
      let range = try left.load(a, count)
      return left.bytes.extracting(range).isZero
    case (false, false):
      if a.chunk == b.chunk, a.offset == b.offset { return true }
      let (leftRange, rightRange) = (try left.load(a, count), try right.load(b, count))
      return left.bytes.extracting(leftRange).holdsSame(as: right.bytes.extracting(rightRange))
    }
  }
}

/// A place in a file's segments.
private struct SegmentWalk {
  /// What is left of a segment.
  struct Rest {
    let chunk: Digest
    /// Where it starts in the chunk.
    let offset: Int64
    let count: Int64
    var isHole: Bool { chunk == .zero }
  }

  private let segments: [Segment]
  private var index = 0
  private var passed: Int64 = 0

  init(_ segments: [Segment]) { self.segments = segments }

  /// The rest of the segment at the place; `nil` at the end.
  var rest: Rest? {
    guard index < segments.count else { return nil }
    let segment = segments[index]
    return Rest(
      chunk: segment.chunk, offset: Int64(segment.offset) + passed, count: segment.count - passed)
  }

  /// Goes on by at most what is left of the segment.
  mutating func advance(_ count: Int64) {
    passed += count
    guard passed == segments[index].count else { return }
    passed = 0
    index += 1
  }
}

/// The chunk that was asked for last, decoded.
private struct ChunkWindow: ~Copyable {
  private let repository: Repository
  private let known: KnownChunks
  private var reader: ChunkReader
  private var chunk = Digest.zero

  init(_ repository: Repository, _ known: KnownChunks) {
    self.repository = repository
    self.known = known
    reader = ChunkReader(repository)
  }

  /// Reads the chunk unless it is there already; returns where `count` bytes of `rest` lie in it.
  mutating func load(
    _ rest: SegmentWalk.Rest, _ count: Int64
  ) throws(RepositoryError) -> Range<Int> {
    if chunk != rest.chunk {
      chunk = .zero
      guard let stored = try known.locate(rest.chunk) else {
        throw RepositoryError(
          .damaged, "chunk \(rest.chunk.hex.prefix(16))", "no pack holds it",
          remedy: "run farmio check to see which files are affected")
      }
      try known.readAnyCopy(of: stored) { (copy) throws(RepositoryError) in
        let payload = try repository.bytes(
          of: copy.pack.object, at: copy.record.payloadOffset, count: Int(copy.record.storedCount))
        try reader.decode(payload.rawBytes, of: copy.record, in: copy.pack, kind: .data)
      }
      chunk = rest.chunk
    }
    let range = Int(rest.offset)..<Int(rest.offset + count)
    guard range.upperBound <= bytes.byteCount else {
      throw RepositoryError(
        .damaged, "chunk \(chunk.hex.prefix(16))", "it is shorter than a file needs")
    }
    return range
  }

  /// The chunk's plain bytes.
  var bytes: RawSpan {
    @_lifetime(borrow self) borrowing get { reader.bytes }
  }
}

extension RawSpan {
  /// Whether two spans hold the same bytes.
  func holdsSame(as other: RawSpan) -> Bool {
    guard byteCount == other.byteCount else { return false }
    var offset = 0
    while offset + 8 <= byteCount {
      let (a, b) = unsafe (
        unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self),
        other.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self)
      )
      if a != b { return false }
      offset += 8
    }
    while offset < byteCount {
      let (a, b) = unsafe (
        unsafeLoad(fromByteOffset: offset, as: UInt8.self),
        other.unsafeLoad(fromByteOffset: offset, as: UInt8.self)
      )
      if a != b { return false }
      offset += 1
    }
    return true
  }
}
