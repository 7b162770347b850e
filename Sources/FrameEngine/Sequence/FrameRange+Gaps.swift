extension FrameRange {
  /// The frames of a sequence that are not there, one range for each gap.
  ///
  /// With `expected`, what lacks of it, and a gap is what follows each other in it. Without, what
  /// lacks between the first and the last frame found, in steps of `step(of:)`.
  /// `found` is ascending. Costs a pass over both, whatever the size of a gap.
  public static func gaps(in found: [Int], expected: FrameRange? = nil) -> [FrameRange] {
    guard let expected else { return gaps(in: found, step: step(of: found)) }
    let present = Set(found)
    var gaps = [FrameRange]()
    var gap = [Int]()
    for frame in expected.frames {
      if !present.contains(frame) {
        gap.append(frame)
      } else if !gap.isEmpty {
        gaps.append(FrameRange(frames: gap))
        gap = []
      }
    }
    if !gap.isEmpty { gaps.append(FrameRange(frames: gap)) }
    return gaps
  }

  /// The distance at which a sequence was rendered: the largest that fits every frame, if it has
  /// four frames or more and most follow each other at it; else 1.
  public static func step(of frames: [Int]) -> Int {
    let distances = zip(frames.dropFirst(), frames).map { $0 - $1 }.filter { $0 > 0 }
    guard distances.count >= 3 else { return 1 }
    let common = distances.reduce(0, greatestCommonDivisor)
    let isUsual = distances.count { $0 == common } * 2 > distances.count
    return isUsual ? common : 1
  }

  private static func gaps(in found: [Int], step: Int) -> [FrameRange] {
    zip(found, found.dropFirst()).compactMap { before, after in
      let first = before + step
      guard first < after else { return nil }
      let last = first + (after - 1 - first) / step * step
      return FrameRange(Segment(first: first, last: last, step: first == last ? 1 : step))
    }
  }

  private static func greatestCommonDivisor(_ a: Int, _ b: Int) -> Int {
    var (a, b) = (a, b)
    while b != 0 { (a, b) = (b, a % b) }
    return a
  }
}
