/// From when on a frame stands out from its neighbours. The standard ones are careful guesses:
/// no field data stands behind them.
public struct OutlierLimits: Hashable, Sendable {
  /// Frames on each side that a frame is held against.
  public var reach: Int
  /// How many times the usual scatter of the neighbours a frame must lie away from them.
  public var scatters: Double
  /// How far the size must lie away at least, as a share of the neighbours' size.
  public var byteShare: Double
  /// How far the size must lie away at least, in bytes.
  public var byteFloor: Double
  /// How far the mean must lie away at least, as a share of the neighbours' mean.
  public var meanShare: Double
  /// How far the mean must lie away at least, as a sample's value.
  public var meanFloor: Double
  /// How far the area that is not zero must lie away at least, as a share of the picture.
  public var areaShare: Double

  /// Limits; floors are those of the standard limits unless given.
  public init(
    reach: Int, scatters: Double, byteShare: Double, byteFloor: Double = 4096, meanShare: Double,
    meanFloor: Double = 0.001, areaShare: Double
  ) {
    precondition(reach > 0 && scatters > 0)
    self.reach = reach
    self.scatters = scatters
    self.byteShare = byteShare
    self.byteFloor = byteFloor
    self.meanShare = meanShare
    self.meanFloor = meanFloor
    self.areaShare = areaShare
  }

  /// Four frames on each side; six scatters; a quarter of size and mean; a tenth of the picture.
  public static let standard = OutlierLimits(
    reach: 4, scatters: 6, byteShare: 0.25, meanShare: 0.25, areaShare: 0.1)
}

extension SequenceJudge {
  /// Frames whose size, mean or filled area is far from their neighbours', one finding each.
  func outliers(_ frames: [FrameSummary]) -> [SequenceFinding] {
    guard let limits else { return [] }
    let frames = frames.filter { $0.frame != nil && $0.byteCount > 0 }
    let measures: [(name: String, share: Double, floor: Double, value: (FrameSummary) -> Double?)] =
      [
        ("bytes", limits.byteShare, limits.byteFloor, { Double($0.byteCount) }),
        ("mean", limits.meanShare, limits.meanFloor, { $0.mean }),
        ("filled area", 0, limits.areaShare, { $0.nonZeroShare }),
      ]
    var reasons = [[String]](repeating: [], count: frames.count)
    for measure in measures {
      // A frame without a measure neither stands out nor counts as a neighbour.
      let known = frames.indices.filter { measure.value(frames[$0])?.isFinite ?? false }
      let values = known.compactMap { measure.value(frames[$0]) }
      for (position, index) in known.enumerated() {
        guard
          let usual = limits.usualValue(
            around: position, in: values, share: measure.share, floor: measure.floor)
        else { continue }
        reasons[index].append(
          "\(measure.name) \(short(values[position])) where the neighbours have \(short(usual))")
      }
    }
    return zip(frames, reasons).filter { !$0.1.isEmpty }.map { frame, reasons in
      SequenceFinding(
        .frameOutlier, [frame],
        "\(SequenceJudge.label(frame)) stands out: \(reasons.joined(separator: ", "))")
    }
  }

  /// Whole numbers as they are, others with four digits.
  private func short(_ value: Double) -> String {
    if let whole = Int(exactly: value) { return "\(whole)" }
    guard (1e-4..<1e6).contains(abs(value)) else { return "\(value)" }
    var scale = 1.0
    while abs(value) * scale < 1000 { scale *= 10 }
    return "\(Double(Int(value * scale + (value < 0 ? -0.5 : 0.5))) / scale)"
  }
}

extension OutlierLimits {
  /// What the neighbours of an outlier have; `nil` if the value at `position` is none.
  ///
  /// Each side has its median, and a value between the two medians is never an outlier: so ramps,
  /// cuts and steps pass. Beyond them it must be far in terms of the neighbours' own scatter, which
  /// is the median distance from their side's median (as a standard deviation, x 1.4826), and far
  /// in itself. At the ends of the sequence one side has twice the reach.
  func usualValue(
    around position: Int, in values: [Double], share: Double, floor: Double
  ) -> Double? {
    var left = Array(values[max(0, position - reach)..<position])
    var right = Array(values[(position + 1)...].prefix(reach))
    if left.count < 2 {
      left = []
      right = Array(values[(position + 1)...].prefix(2 * reach))
    } else if right.count < 2 {
      right = []
      left = Array(values[max(0, position - 2 * reach)..<position])
    }
    guard left.count + right.count >= reach else { return nil }
    let sides = [left, right].filter { !$0.isEmpty }
    let medians = sides.map { median($0) }
    let distances = zip(sides, medians).flatMap { side, middle in side.map { abs($0 - middle) } }
    let scatter = 1.4826 * median(distances)
    let low = medians.reduce(.infinity, min)
    let high = medians.reduce(-.infinity, max)
    let value = values[position]
    let usual = value < low ? low : high
    let distance = value < low ? low - value : value - high
    let limit = max(scatters * scatter, share * abs(usual), floor)
    return distance > limit ? usual : nil
  }

  private func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    let middle = sorted.count / 2
    return sorted.count.isMultiple(of: 2)
      ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
  }
}
