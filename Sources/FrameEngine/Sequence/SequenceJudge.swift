/// Looks at the frames of one sequence beside each other: what is missing, what stands still, what
/// changes and what stands out.
///
/// Everything is decided from `FrameSummary`, in the order of frame numbers, so it does not matter
/// in which order frames were looked at. Costs a sort and a few passes over the summaries.
public struct SequenceJudge: Sendable {
  /// The frames that should be there; `nil` for those from the first to the last one found.
  public var range: FrameRange?
  /// From when on a frame stands out; `nil` if none does.
  public var limits: OutlierLimits?

  /// A judge of a sequence that should have the frames of `range`.
  public init(range: FrameRange? = nil, limits: OutlierLimits? = .standard) {
    self.range = range
    self.limits = limits
  }

  /// Every finding about the sequence: first what is missing or too much, then what changes, then
  /// what repeats or stands out. `outside` are frames that are there and were not asked for.
  public func findings(
    for summaries: [FrameSummary], outside: FrameRange = FrameRange()
  ) -> [SequenceFinding] {
    let frames = summaries.sorted { ($0.frame ?? .min, $0.name) < ($1.frame ?? .min, $1.name) }
    return missing(frames) + extra(frames, outside) + names(frames) + changes(frames)
      + timeCodes(frames) + duplicates(frames) + outliers(frames)
  }

  private func missing(_ frames: [FrameSummary]) -> [SequenceFinding] {
    let found = frames.compactMap(\.frame)
    return FrameRange.gaps(in: found, expected: range).map { gap in
      let text = gap.count == 1 ? "frame \(gap) is missing" : "frames \(gap) are missing"
      return SequenceFinding(Finding(.frameMissing, count: gap.count, text), frames: gap)
    }
  }

  private func extra(_ frames: [FrameSummary], _ outside: FrameRange) -> [SequenceFinding] {
    var findings = [SequenceFinding]()
    if let range {
      let extra = frames.filter { frame in frame.frame.map { !range.contains($0) } ?? false }
      let all = FrameRange(frames: extra.compactMap(\.frame) + outside.frames)
      if !all.isEmpty {
        let finding = Finding(
          .frameExtra, count: all.count, "\(frameList(all)) outside the range \(range)")
        findings.append(SequenceFinding(finding, frames: all, names: extra.map(\.name)))
      }
    }
    for (first, second) in zip(frames, frames.dropFirst())
    where first.frame != nil && first.frame == second.frame {
      findings.append(
        SequenceFinding(
          .frameExtra, [first, second],
          "\(first.name) and \(second.name) are both frame \(first.frame ?? 0)"))
    }
    return findings
  }

  private func names(_ frames: [FrameSummary]) -> [SequenceFinding] {
    // A single file needs no number.
    let nameless = frames.count > 1 ? frames.filter { $0.frame == nil } : []
    let numbers = nameless.map { frame in
      SequenceFinding(.frameName, [frame], "\(frame.name) has no frame number")
    }
    let padding = frames.filter { !$0.isPadded }.map { frame in
      SequenceFinding(
        .frameName, [frame], "the number in \(frame.name) has other digits than its neighbours")
    }
    return numbers + padding
  }

  /// Frames with equal pixels. One finding names all that are equal.
  private func duplicates(_ frames: [FrameSummary]) -> [SequenceFinding] {
    var groups = [Digest: [FrameSummary]]()
    for frame in frames {
      if let digest = frame.pixelDigest { groups[digest, default: []].append(frame) }
    }
    let repeated = frames.compactMap { frame in
      frame.pixelDigest.flatMap { groups.removeValue(forKey: $0) }
    }.filter { $0.count > 1 }
    return repeated.map { group in
      let rest = Array(group.dropFirst())
      let text = "\(fileList(rest)) with the pixels of \(SequenceJudge.label(group[0]))"
      return SequenceFinding(.frameDuplicate, group, text)
    }
  }

  /// `frame 1001 is`, `frames 1001-1003 are`.
  func frameList(_ frames: FrameRange) -> String {
    frames.count == 1 ? "frame \(frames) is" : "frames \(frames) are"
  }

  /// `frame 1001 is`, `frames 1001-1003 are`, or names where there are no numbers.
  func fileList(_ frames: [FrameSummary]) -> String {
    let numbers = frames.compactMap(\.frame)
    guard numbers.count < frames.count else { return frameList(FrameRange(frames: numbers)) }
    return frames.count == 1 ? "\(frames[0].name) is" : "\(frames.count) files are"
  }

  /// `frame 1001`, or the name of a file without a number.
  static func label(_ frame: FrameSummary) -> String {
    frame.frame.map { "frame \($0)" } ?? frame.name.description
  }
}
