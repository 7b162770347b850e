extension SequenceJudge {
  private struct Sample {
    let summary: FrameSummary
    let frame: Int
    let code: TimeCode?
  }

  /// Whether time codes run with the frame number: `timecode` for those that do not, for those
  /// that do not exist, and for frames without one where most have one.
  func timeCodes(_ frames: [FrameSummary]) -> [SequenceFinding] {
    let numbered = frames.filter { $0.frame != nil && !$0.parts.isEmpty }
    let samples = numbered.compactMap { summary in
      summary.timeCode.map {
        Sample(summary: summary, frame: summary.frame ?? 0, code: $0.timeCode)
      }
    }
    guard !samples.isEmpty else { return [] }
    var findings = [SequenceFinding]()
    let lacking = numbered.filter { $0.timeCode == nil }
    if !lacking.isEmpty {
      findings.append(
        SequenceFinding(.metadataMissing, lacking, "\(fileList(lacking)) without a time code"))
    }
    return findings + runs(samples)
  }

  private func runs(_ samples: [Sample]) -> [SequenceFinding] {
    let readings = candidates(samples).map { Reading(samples, $0.count, phase: $0.phase) }
    guard let best = readings.min(by: { $0.faultCount < $1.faultCount }) else { return [] }
    var findings = [SequenceFinding]()
    if let first = best.invalid.first {
      let text = first.code.map { "\($0)" } ?? "unreadable"
      findings.append(
        SequenceFinding(
          .timecode, best.invalid.map(\.summary),
          "\(fileList(best.invalid.map(\.summary))) with a time code that does not exist at "
            + "\(best.count.base) numbers a second, the first is \(text)"))
    }
    let codes = Set(samples.map(\.code))
    if samples.count > 2, codes.count == 1, let code = samples[0].code {
      findings.append(
        SequenceFinding(
          .timecode, samples.map(\.summary), "the time code stands still at \(code)"))
    } else if let first = best.wrong.first, let code = first.code {
      findings.append(
        SequenceFinding(
          .timecode, best.wrong.map(\.summary),
          "the time code does not run with the frame number: \(SequenceJudge.label(first.summary)) "
            + "has \(code), \(best.expected(at: first.frame)) is due"))
    }
    return findings
  }

  /// The ways of counting that may be meant: by the frame rate, or by all usual ones without it.
  private func candidates(_ samples: [Sample]) -> [(count: TimeCodeCount, phase: Int)] {
    let rate = samples.lazy.compactMap(\.summary.frameRate).first
    let isDropFrame = samples.count { $0.code?.isDropFrame ?? false } * 2 > samples.count
    let hasFields = samples.contains { $0.code?.isSecondField ?? false }
    return (rate.map { [$0.nominal] } ?? [24, 25, 30, 48, 50, 60]).flatMap { nominal in
      let count = TimeCodeCount(nominal: nominal, isDropFrame: isDropFrame)
      // Without the mark it is not known which two frames share a number.
      return (count.isPaired && !hasFields ? [0, 1] : [0]).map { (count, $0) }
    }
  }

  /// Time codes under one way of counting.
  private struct Reading {
    let count: TimeCodeCount
    private(set) var wrong: [Sample] = []
    private(set) var invalid: [Sample] = []
    private let isHalved: Bool
    private let phase: Int
    private var offset = 0

    var faultCount: Int { wrong.count + invalid.count }

    init(_ samples: [Sample], _ count: TimeCodeCount, phase: Int) {
      self.count = count
      self.phase = phase
      isHalved = count.isPaired && !samples.contains { $0.code?.isSecondField ?? false }
      var offsets = [(sample: Sample, offset: Int)]()
      var counts = [Int: Int]()
      for sample in samples {
        guard let code = sample.code, let index = count.index(of: code) else {
          invalid.append(sample)
          continue
        }
        let offset = wrapped(position(index, code) - unit(sample.frame))
        offsets.append((sample, offset))
        counts[offset, default: 0] += 1
      }
      let most = counts.values.max() ?? 0
      offset = offsets.first { counts[$0.offset] == most }?.offset ?? 0
      wrong = offsets.filter { $0.offset != offset }.map(\.sample)
    }

    /// The time code that the others say a frame should have.
    func expected(at frame: Int) -> TimeCode {
      let position = unit(frame) + offset
      guard count.isPaired, !isHalved else { return count.code(at: position) }
      var code = count.code(at: position >> 1)
      code.isSecondField = position & 1 == 1
      return code
    }

    private func position(_ index: Int, _ code: TimeCode) -> Int {
      count.isPaired && !isHalved ? index * 2 + (code.isSecondField ? 1 : 0) : index
    }

    private func unit(_ frame: Int) -> Int { isHalved ? (frame + phase) >> 1 : frame }

    /// Midnight lies inside a sequence now and then.
    private func wrapped(_ offset: Int) -> Int {
      let day = count.dayCount * (count.isPaired && !isHalved ? 2 : 1)
      return (offset % day + day) % day
    }
  }
}
