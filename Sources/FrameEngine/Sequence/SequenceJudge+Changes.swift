extension SequenceJudge {
  /// What differs from most frames: parts, channels, codec, display window and pixel aspect, then
  /// frame rate and primaries. One finding for each thing and each way in which it differs.
  func changes(_ frames: [FrameSummary]) -> [SequenceFinding] {
    let readable = frames.filter { !$0.parts.isEmpty }
    var findings = differences(readable, .sequenceChange, "parts") { frame in
      frame.parts.map { "\($0.name ?? "a part") (\($0.kind.rawValue))" }.joined(separator: ", ")
    }
    for number in 0..<(readable.map(\.parts.count).min() ?? 0) {
      findings += layoutChanges(readable, part: number)
    }
    findings += differences(readable, .frameRate, "frame rate") { frame in
      frame.frameRate.map { "\($0)" } ?? "none"
    }
    let primaries = differences(readable, .chromaticities, "chromaticities") { frame in
      frame.chromaticities.map { Chromaticities($0)?.description ?? "unreadable" } ?? "none"
    }
    return findings + primaries
  }

  private func layoutChanges(_ frames: [FrameSummary], part: Int) -> [SequenceFinding] {
    let place = FindingPlace(part: part)
    return differences(frames, .sequenceChange, "display window", place) {
      $0.parts[part].displayWindow.description
    }
      + differences(frames, .sequenceChange, "pixel aspect", place) {
        "\($0.parts[part].pixelAspectRatio)"
      }
      + differences(frames, .sequenceChange, "codec", place) { $0.parts[part].codec.name }
      + channelChanges(frames, part: part)
  }

  /// Frames that differ from most in what `value` says; the first value wins a tie.
  private func differences(
    _ frames: [FrameSummary], _ code: FindingCode, _ what: String,
    _ place: FindingPlace = FindingPlace(), value: (FrameSummary) -> String
  ) -> [SequenceFinding] {
    let groups = SequenceJudge.grouped(frames, by: value)
    guard let usual = SequenceJudge.largest(groups) else { return [] }
    return groups.filter { $0.value != usual.value }.map { group in
      var finding = SequenceFinding(
        code, group.frames,
        "\(what) \(group.value) in \(group.frames.count) of \(frames.count) frames, most have "
          + usual.value)
      finding.finding.place = place
      return finding
    }
  }

  private func channelChanges(_ frames: [FrameSummary], part: Int) -> [SequenceFinding] {
    let groups = SequenceJudge.grouped(frames) { $0.parts[part].channels }
    guard let usual = SequenceJudge.largest(groups) else { return [] }
    return groups.filter { $0.value != usual.value }.map { group in
      var finding = SequenceFinding(
        .sequenceChange, group.frames,
        "channels differ from most frames: "
          + SequenceJudge.difference(from: usual.value, to: group.value))
      finding.finding.place = FindingPlace(part: part)
      return finding
    }
  }

  /// Equal values together, in the order of their first frames.
  private static func grouped<Value: Hashable>(
    _ frames: [FrameSummary], by value: (FrameSummary) -> Value
  ) -> [(value: Value, frames: [FrameSummary])] {
    var places = [Value: Int]()
    var groups = [(value: Value, frames: [FrameSummary])]()
    for frame in frames {
      let key = value(frame)
      if let place = places[key] {
        groups[place].frames.append(frame)
      } else {
        places[key] = groups.count
        groups.append((key, [frame]))
      }
    }
    return groups
  }

  private static func largest<Value>(
    _ groups: [(value: Value, frames: [FrameSummary])]
  ) -> (value: Value, frames: [FrameSummary])? {
    var best: (value: Value, frames: [FrameSummary])?
    for group in groups where group.frames.count > best?.frames.count ?? 0 { best = group }
    return best
  }

  /// Names that are shown; the rest is a number.
  private static let shownLimit = 8

  private static func difference(from usual: [Channel], to channels: [Channel]) -> String {
    let names = Set(channels.map(\.name))
    let usualNames = Set(usual.map(\.name))
    let known = Set(usual)
    let missing = usual.map(\.name).filter { !names.contains($0) }
    let extra = channels.map(\.name).filter { !usualNames.contains($0) }
    let changed = channels.filter { usualNames.contains($0.name) && !known.contains($0) }
    var words = [String]()
    if !missing.isEmpty { words.append("without \(list(missing))") }
    if !extra.isEmpty { words.append("with \(list(extra))") }
    if !changed.isEmpty {
      words.append("other samples in \(list(changed.map { "\($0.name) (\($0.type.name))" }))")
    }
    return words.isEmpty ? "in another order" : words.joined(separator: ", ")
  }

  static func list(_ names: [String]) -> String {
    let shown = names.prefix(shownLimit).joined(separator: ", ")
    return names.count > shownLimit ? "\(shown) and \(names.count - shownLimit) more" : shown
  }
}
