import FrameEngine
import Glibc
import Synchronization

/// A regular file of a mounted snapshot, open for reading by any number of threads.
final class OpenFile: Sendable {
  let node: MountNode
  /// Bytes of the file.
  var byteCount: Int64 { node.entry.size }

  private let source: ChunkSource
  private let segments: [Segment]
  /// Where each segment starts, and at last the file's end.
  private let starts: [Int64]
  private let ahead = Mutex(ReadAhead())

  init(_ node: MountNode, _ segments: [Segment], _ source: ChunkSource) {
    self.node = node
    self.segments = segments
    self.source = source
    var starts = [Int64](repeating: 0, count: segments.count + 1)
    for (index, segment) in segments.enumerated() {
      starts[index + 1] = starts[index] + segment.count
    }
    self.starts = starts
  }

  /// Fills `buffer` from `offset`; fewer bytes only at the file's end. Every byte is proved.
  func read(at offset: Int64, into buffer: inout MutableRawSpan) throws(RepositoryError) -> Int {
    let end = min(byteCount, offset + Int64(buffer.byteCount))
    guard offset >= 0, offset < end else { return 0 }
    let needed = indices(of: offset..<end)
    // Ahead first: other threads fetch while this one does.
    prepare(after: offset..<end)
    let chunks = needed.compactMap { segments[$0].isHole ? nil : segments[$0].chunk }
    let contents = try source.contents(of: chunks)
    for index in needed {
      let segment = segments[index]
      let from = max(offset, starts[index])
      let to = min(end, starts[index + 1])
      let count = Int(to - from)
      let target = Int(from - offset)
      guard !segment.isHole else {
        buffer.clear(target..<target + count)
        continue
      }
      let start = Int(segment.offset) + Int(from - starts[index])
      guard let content = contents[segment.chunk], start + count <= content.count else {
        throw RepositoryError(
          .damaged, "chunk \(segment.chunk.hex.prefix(16))", "it is shorter than the file needs")
      }
      buffer.copy(content.rawBytes.extracting(start..<start + count), to: target)
    }
    return Int(end - offset)
  }

  /// The segments that hold bytes of a range that lies in the file.
  private func indices(of range: Range<Int64>) -> Range<Int> {
    let first = index(of: range.lowerBound)
    var end = first
    while end < segments.count, starts[end] < range.upperBound { end += 1 }
    return first..<end
  }

  /// The segment that holds the byte at `offset`, which lies in the file.
  private func index(of offset: Int64) -> Int {
    var low = 0
    var high = segments.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if starts[middle] <= offset { low = middle } else { high = middle }
    }
    return low
  }

  private func prepare(after range: Range<Int64>) {
    let limit = source.memoryLimit / 4
    let wanted = ahead.withLock { $0.next(after: range, limit: Int64(limit)) }
    let end = min(wanted.upperBound, byteCount)
    guard wanted.lowerBound < end else { return }
    source.prepare(
      indices(of: wanted.lowerBound..<end).compactMap { index in
        let segment = segments[index]
        return segment.isHole ? nil : (segment.chunk, Int(segment.count))
      })
  }

  /// The first byte at or after `offset` that is data, or in a hole; the end counts as a hole.
  /// Throws ENXIO where there is none.
  func seek(_ offset: Int64, toHole: Bool) throws(MountFault) -> Int64 {
    guard offset >= 0, offset < byteCount else { throw MountFault(ENXIO) }
    for index in index(of: offset)..<segments.count where segments[index].isHole == toHole {
      return max(offset, starts[index])
    }
    guard toHole else { throw MountFault(ENXIO) }
    return byteCount
  }
}

/// Sees that a file is read from front to back, and what should be fetched before it is wanted.
struct ReadAhead {
  /// Where a reader that goes on would read next.
  private var next: Int64 = -1
  private var window: Int64 = 0
  /// Where what was asked for already ends.
  private var prepared: Int64 = 0

  /// The first window, and the largest.
  static let windows: ClosedRange<Int64> = 2 << 20...32 << 20
  /// The kernel reads ahead too, and hands its requests to several threads: they come a little out
  /// of order.
  static let slack: Int64 = 1 << 20

  /// What to fetch when `range` is read; empty for a reader that jumps about.
  mutating func next(after range: Range<Int64>, limit: Int64) -> Range<Int64> {
    let isGoingOn = next >= 0 && abs(range.lowerBound - next) <= ReadAhead.slack
    guard isGoingOn else {
      next = range.upperBound
      window = 0
      prepared = range.upperBound
      return 0..<0
    }
    next = max(next, range.upperBound)
    window = min(max(window, ReadAhead.windows.lowerBound), limit)
    let start = max(prepared, next)
    // Half a window is left: time for more, and for a wider window.
    guard next + window / 2 >= prepared else { return 0..<0 }
    prepared = next + window
    window = min(window * 2, ReadAhead.windows.upperBound)
    return start < prepared ? start..<prepared : 0..<0
  }
}

extension MutableRawSpan {
  /// Fills a range with zeros.
  @_lifetime(self: copy self)
  mutating func clear(_ range: Range<Int>) {
    precondition(range.lowerBound >= 0 && range.upperBound <= byteCount, "a span is overrun")
    unsafe withUnsafeMutableBytes { target in
      guard let base = target.baseAddress else { return }
      unsafe (base + range.lowerBound).initializeMemory(
        as: UInt8.self, repeating: 0, count: range.count)
    }
  }
}
