/// Says what is wrong or doubtful about the pixels of a frame, by the limits that they were scanned
/// with. What it asks of a channel depends on its `ChannelRole`.
///
/// - `nan-pixels`: any NaN; all roles but `id`. `inf-pixels`: any infinity; all but `id` and those
///   of `mayBeInfinite`.
/// - `negative-pixels`, `over-limit`, `half-clipped`, `denormal-pixels`: colour, in more than the
///   share of the limits.
/// - `constant-channel`: colour with one value everywhere, unless that is zero and the layer's
///   other colour is zero, too.
/// - `alpha-range`: alpha further from 0 to 1 than the tolerance. `alpha-empty`: zero everywhere.
/// - `premultiply-doubt`: colour where the alpha of its layer is zero, in more than the share of
///   the pixels.
/// - `fireflies`: more than `fireflyCount` (see `FireflyRule`).
/// - `black-frame`: the main colour of the first part that has colour is zero everywhere.
///
/// Chunks that could not be decoded are not part of any count.
public enum PixelJudge {
  /// The findings of a frame: `scans` by part number, `nil` for parts without a scan.
  public static func judge(_ scans: [PartScan?]) -> [Finding] {
    var findings = [Finding]()
    for (part, scan) in scans.enumerated() {
      guard let scan, scan.statistics.contains(where: { $0.samples > 0 }) else { continue }
      findings += judge(scan, part: part)
    }
    let first = scans.firstIndex { $0?.plan.mainColours.isEmpty == false }
    if let first, let scan = scans[first], isBlack(scan) {
      let place = FindingPlace(part: first, window: scan.plan.window)
      findings.append(
        Finding(.blackFrame, place, "every sample of the main colour channels is zero"))
    }
    return findings
  }

  /// The findings of one part, `black-frame` aside.
  public static func judge(_ scan: PartScan, part: Int) -> [Finding] {
    var findings = [Finding]()
    for channel in scan.plan.channels.indices where scan.statistics[channel].samples > 0 {
      var judgement = ChannelJudgement(scan, part: part, channel: channel)
      judgement.judge()
      findings += judgement.findings
    }
    findings += uncovered(scan, part: part)
    let fireflies = scan.fireflies
    if fireflies.count > scan.plan.limits.fireflyCount {
      let place = FindingPlace(part: part, window: fireflies.window, pixel: fireflies.first)
      findings.append(
        Finding(
          .fireflies, place, count: fireflies.count,
          "\(counted(fireflies.count, "pixel")) far brighter than all around"))
    }
    return findings
  }

  private static func isBlack(_ scan: PartScan) -> Bool {
    let main = scan.plan.mainColours.map { scan.statistics[$0] }.filter { $0.samples > 0 }
    return !main.isEmpty && main.allSatisfy(\.isZero)
  }

  private static func uncovered(_ scan: PartScan, part: Int) -> [Finding] {
    scan.uncovered.compactMap { alpha, pixels in
      let samples = Double(scan.statistics[alpha].samples)
      // An alpha that is empty has its own finding, and covers nothing anywhere.
      guard !scan.statistics[alpha].isZero,
        Double(pixels.count) > scan.plan.limits.uncoveredShare * samples
      else { return nil }
      let place = FindingPlace(
        part: part, window: pixels.window, channel: scan.plan.channels[alpha].name,
        pixel: pixels.first)
      return Finding(
        .premultiplyDoubt, place, count: pixels.count,
        "\(counted(pixels.count, "pixel")) with colour where alpha is zero")
    }
  }
}

/// The findings of one channel.
private struct ChannelJudgement {
  private let scan: PartScan
  private let part: Int
  private let channel: Int
  private(set) var findings = [Finding]()

  init(_ scan: PartScan, part: Int, channel: Int) {
    self.scan = scan
    self.part = part
    self.channel = channel
  }

  private var seen: ChannelStatistics { scan.statistics[channel] }
  private var limits: PixelLimits { scan.plan.limits }

  mutating func judge() {
    let role = scan.plan.roles[channel]
    guard role != .id else { return }
    if seen.nans.count > 0 { add(.nanPixels, seen.nans, "not a number") }
    if seen.infinities.count > 0, !limits.mayBeInfinite.contains(role) {
      add(.infPixels, seen.infinities, "infinite")
    }
    switch role {
    case .colour: judgeColour()
    case .alpha: judgeAlpha()
    case .depth, .data, .id: break
    }
  }

  private mutating func judgeColour() {
    if exceeds(seen.negatives.count, limits.negativeShare) {
      add(.negativePixels, seen.negatives, "below zero, the least \(seen.minimum ?? 0)")
    }
    if exceeds(seen.overLimit.count, limits.overLimitShare) {
      let limit = limits.colourMaximum ?? 0
      add(.overLimit, seen.overLimit, "above \(limit), the greatest \(seen.maximum ?? 0)")
    }
    if exceeds(seen.clipped, limits.clippedShare) {
      add(.halfClipped, count: seen.clipped, "at 65504, the greatest half")
    }
    if exceeds(seen.denormals, limits.denormalShare) {
      add(.denormalPixels, count: seen.denormals, "below the smallest normal number")
    }
    if seen.samples > 1, seen.isConstant, !seen.isZero || hasColourBeside {
      let place = FindingPlace(part: part, channel: name)
      findings.append(
        Finding(
          .constantChannel, place, count: seen.samples, "every sample is \(seen.minimum ?? 0)"))
    }
  }

  private mutating func judgeAlpha() {
    if seen.isZero {
      let place = FindingPlace(part: part, channel: name)
      findings.append(
        Finding(.alphaEmpty, place, count: seen.samples, "alpha is zero everywhere"))
    }
    var outside = seen.overLimit
    if (seen.minimum ?? 0) < -limits.alphaTolerance { outside.merge(seen.negatives) }
    if outside.count > 0 {
      let range = "\(seen.minimum ?? 0) to \(seen.maximum ?? 0)"
      add(.alphaRange, outside, "outside 0 to 1, all of them \(range)")
    }
  }

  /// Whether another colour channel of the layer is not zero.
  private var hasColourBeside: Bool {
    let layer = scan.plan.channels[channel].layer
    return scan.plan.channels.indices.contains {
      $0 != channel && scan.plan.roles[$0] == .colour && scan.plan.channels[$0].layer == layer
        && scan.statistics[$0].samples > 0 && !scan.statistics[$0].isZero
    }
  }

  private var name: String { scan.plan.channels[channel].name }

  private func exceeds(_ count: Int, _ share: Double) -> Bool {
    Double(count) > share * Double(seen.samples)
  }

  private mutating func add(_ code: FindingCode, _ sightings: Sightings, _ what: String) {
    let place = FindingPlace(
      part: part, window: sightings.window, channel: name, pixel: sightings.first)
    let text = "\(counted(sightings.count, "sample")) \(what)"
    findings.append(Finding(code, place, count: sightings.count, text))
  }

  private mutating func add(_ code: FindingCode, count: Int, _ what: String) {
    let place = FindingPlace(part: part, channel: name)
    let text = "\(counted(count, "sample")) \(what)"
    findings.append(Finding(code, place, count: count, text))
  }
}
