/// A set of frame numbers, in order: `1001-1100x2,1200`.
///
/// Kept as steps from a first to a last number, so that a gap of a million frames takes no memory.
public struct FrameRange: Hashable, Sendable {
  /// Numbers at equal distances.
  public struct Segment: Hashable, Sendable {
    /// The smallest.
    public let first: Int
    /// The largest; a multiple of `step` above the first.
    public let last: Int
    /// The distance, 1 or more.
    public let step: Int

    /// From `first` up to and with `last`, which is at or above it and a multiple of `step` away.
    public init(first: Int, last: Int, step: Int = 1) {
      precondition(first <= last && step > 0 && (last - first).isMultiple(of: step))
      self.first = first
      self.last = last
      self.step = step
    }

    /// How many numbers there are.
    public var count: Int { (last - first) / step + 1 }
  }

  /// Ascending; no segment reaches into the next.
  public let segments: [Segment]

  /// The most frames that a typed range or a list may have: a day at 24 frames a second has two.
  public static let countLimit = 1_000_000

  /// No frames.
  public init() { segments = [] }

  /// Every number from one to another.
  public init(_ frames: ClosedRange<Int>) {
    segments = [Segment(first: frames.lowerBound, last: frames.upperBound)]
  }

  /// Numbers at equal distances.
  public init(_ segment: Segment) { segments = [segment] }

  /// These numbers, in any order and any number of times.
  public init(frames: some Sequence<Int>) {
    segments = FrameRange.segments(of: FrameRange.ascending(frames))
  }

  /// How many frames there are.
  public var count: Int { segments.reduce(0) { $0 + $1.count } }
  /// Whether there are none.
  public var isEmpty: Bool { segments.isEmpty }
  /// The smallest.
  public var first: Int? { segments.first?.first }
  /// The largest.
  public var last: Int? { segments.last?.last }

  /// Every number, ascending. Costs memory for each: see `count`.
  public var frames: [Int] {
    segments.flatMap { Array(stride(from: $0.first, through: $0.last, by: $0.step)) }
  }

  /// Whether a frame is among them; costs the logarithm of the number of segments.
  public func contains(_ frame: Int) -> Bool {
    var low = 0
    var high = segments.count
    while low < high {
      let middle = (low + high) / 2
      if segments[middle].last < frame { low = middle + 1 } else { high = middle }
    }
    guard low < segments.count, segments[low].first <= frame else { return false }
    return (frame - segments[low].first).isMultiple(of: segments[low].step)
  }

  private static func ascending(_ frames: some Sequence<Int>) -> [Int] {
    var unique = [Int]()
    for frame in frames.sorted() where unique.last != frame { unique.append(frame) }
    return unique
  }

  /// Runs of equal steps, the longest first from the left; two numbers are a run only side by side.
  private static func segments(of frames: [Int]) -> [Segment] {
    var segments = [Segment]()
    var index = 0
    while index < frames.count {
      let first = frames[index]
      guard index + 1 < frames.count else {
        segments.append(Segment(first: first, last: first))
        break
      }
      let step = frames[index + 1] - first
      var end = index + 1
      while end + 1 < frames.count, frames[end + 1] - frames[end] == step { end += 1 }
      if step > 1 && end == index + 1 {
        segments.append(Segment(first: first, last: first))
        index += 1
      } else {
        segments.append(Segment(first: first, last: frames[end], step: step))
        index = end + 1
      }
    }
    return segments
  }
}

extension FrameRange: CustomStringConvertible {
  /// The shortest form that is read as the same frames: `1001-1100x2,1200`.
  public var description: String {
    segments.map { segment in
      guard segment.first < segment.last else { return "\(segment.first)" }
      let step = segment.step == 1 ? "" : "x\(segment.step)"
      return "\(segment.first)-\(segment.last)\(step)"
    }.joined(separator: ",")
  }
}

extension FrameRange {
  /// Ranges that follow each other, as one.
  public init(joining ranges: [FrameRange]) { segments = ranges.flatMap(\.segments) }
}
