/// What an ACES container of SMPTE ST 2065-4 is, as OpenEXR's documents sum it up; the standard
/// itself was not at hand.
enum ACESContainer {
  /// Version flags that are allowed: none, or long names alone.
  private static let allowedFlags: UInt32 = 0x400

  static func findings(_ parts: [Part], versionFlags: UInt32) -> [Finding] {
    var findings = layoutFindings(parts, versionFlags)
    for (number, part) in parts.enumerated() { findings += self.findings(part, number) }
    return findings
  }

  private static func layoutFindings(_ parts: [Part], _ versionFlags: UInt32) -> [Finding] {
    let flags = versionFlags & ~0xFF
    let isPlain = parts.count == 1 && parts[0].kind == .scanLines && flags & ~allowedFlags == 0
    guard !isPlain else { return [] }
    return [
      Finding(
        .acesLayout, FindingPlace(),
        "an ACES container is one part of scan lines; this has \(parts.count) of "
          + "\(parts[0].kind.name) and the flags 0x\(String(flags, radix: 16))")
    ]
  }

  private static func findings(_ part: Part, _ number: Int) -> [Finding] {
    let place = FindingPlace(part: number)
    var findings = [Finding]()
    if part.codec != .none {
      findings.append(
        Finding(
          .acesCompression, place,
          "an ACES container is not compressed; the codec is \(part.codec.name)"))
    }
    if !hasChannels(part.channels) {
      findings.append(
        Finding(
          .acesChannels, place,
          "an ACES container has half R, G, B or A, R, G, B, of one eye or two; this has "
            + SequenceJudge.list(part.channels.map { "\($0.name) (\($0.type.name))" })))
    }
    let primaries = part.attribute("chromaticities").flatMap { Chromaticities($0.value) }
    if !(primaries?.matches(.aces) ?? false) {
      let what = primaries.map { "are \($0)" } ?? "are not said"
      findings.append(
        Finding(.acesChromaticities, place, "the chromaticities \(what) instead of aces-ap0"))
    }
    let flag = part.attribute("acesImageContainerFlag")
    if flag?.type != "int" || flag?.value.words(1) != [1] {
      findings.append(
        Finding(.acesFlag, place, "the attribute acesImageContainerFlag is not the number 1"))
    }
    return findings
  }

  /// One set of colours, or a second one for the other eye, all half and without sub-sampling.
  private static func hasChannels(_ channels: [Channel]) -> Bool {
    guard channels.allSatisfy({ $0.type == .half && $0.xSampling == 1 && $0.ySampling == 1 })
    else { return false }
    let eyes = Dictionary(grouping: channels, by: \.layer).mapValues { eye in
      Set(eye.map(\.baseName))
    }
    guard let main = eyes[""], main == ["R", "G", "B"] || main == ["A", "R", "G", "B"] else {
      return false
    }
    switch eyes.count {
    case 1: return true
    case 2: return (eyes["left"] ?? eyes["right"]) == main
    default: return false
    }
  }
}
