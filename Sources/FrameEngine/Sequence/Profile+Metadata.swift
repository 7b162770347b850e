extension MetadataDemand {
  func findings(_ parts: [Part]) -> [Finding] {
    rateFindings(parts) + colourFindings(parts) + required.compactMap { finding($0, parts) }
  }

  private func rateFindings(_ parts: [Part]) -> [Finding] {
    guard !frameRates.isEmpty else { return [] }
    let found = parts.lazy.compactMap { $0.attribute("framesPerSecond") }.first
    let rate = found.flatMap { FrameRate($0) }
    if let rate, frameRates.contains(rate) { return [] }
    let what = rate.map { "is \($0)" } ?? (found == nil ? "is not said" : "cannot be read")
    return [
      Finding(
        .frameRate, FindingPlace(), "the frame rate \(what), \(choice(frameRates)) is expected")
    ]
  }

  private func colourFindings(_ parts: [Part]) -> [Finding] {
    guard !chromaticities.isEmpty else { return [] }
    let attribute = parts.lazy.compactMap { $0.attribute("chromaticities") }.first
    let found = attribute.map { Chromaticities($0.value) } ?? Chromaticities.named["rec709"]
    if let found, chromaticities.contains(where: { $0.matches(found) }) { return [] }
    let what =
      attribute == nil
      ? "are not said, which means rec709" : found.map { "are \($0)" } ?? "cannot be read"
    return [
      Finding(
        .chromaticities, FindingPlace(),
        "the chromaticities \(what), \(choice(chromaticities)) is expected")
    ]
  }

  private func finding(_ demand: Required, _ parts: [Part]) -> Finding? {
    let found = parts.compactMap { $0.attribute(demand.name) }
    guard !found.isEmpty else {
      return Finding(.metadataMissing, FindingPlace(), "the attribute \(demand.name) is missing")
    }
    guard let value = demand.value else { return nil }
    let texts = found.map { $0.patternText }
    guard !texts.contains(where: { value.matches($0) }) else { return nil }
    return Finding(
      .metadataMissing, FindingPlace(),
      "the attribute \(demand.name) is \(FileName(texts[0])), which does not look like "
        + value.text)
  }
}

extension Attribute {
  /// The value as text for a pattern: strings as they are, numbers in decimal, several with spaces
  /// between; empty for other types and for a value of the wrong size.
  var patternText: String {
    switch type {
    case "string": return String(decoding: value.prefix { $0 != 0 }, as: UTF8.self)
    case "int": return value.words(1).map { "\(Int32(bitPattern: $0[0]))" } ?? ""
    case "float": return floats(1)
    case "v2f": return floats(2)
    case "v3f": return floats(3)
    case "chromaticities": return floats(8)
    case "rational": return FrameRate(self).map { "\($0)" } ?? ""
    case "timecode": return timeCode.map { "\($0)" } ?? ""
    case "v2i": return integers(2)
    case "v3i": return integers(3)
    case "box2i": return integers(4)
    default: return ""
    }
  }

  private func floats(_ count: Int) -> String {
    let numbers = value.words(count) ?? []
    return numbers.map { bits in
      let number = Float(bitPattern: bits)
      return Int32(exactly: number).map { "\($0)" } ?? "\(number)"
    }.joined(separator: " ")
  }

  private func integers(_ count: Int) -> String {
    (value.words(count) ?? []).map { "\(Int32(bitPattern: $0))" }.joined(separator: " ")
  }
}
