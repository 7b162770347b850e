extension FramePattern {
  /// Reads a pattern from a name without slashes; `nil` where it has no place for a number.
  ///
  /// Throws for two such places, padding beyond 18, `%4d` (which pads with spaces), `$FF`
  /// (fractions of frames) and `%V` or `%v` (views: give one pattern for each).
  public init?(parsing name: FileName) throws(FrameSyntaxError) {
    var parser = PatternParser(name)
    guard let place = try parser.onlyPlace() else { return nil }
    let bytes = name.bytes
    self.init(
      prefix: PatternParser.unescaped(bytes[..<place.range.lowerBound], place),
      padding: place.padding,
      suffix: PatternParser.unescaped(bytes[place.range.upperBound...], place))
  }
}

/// Finds the place for the frame number in a name.
private struct PatternParser {
  struct Place {
    var range: Range<Int>
    var padding: Int?
    /// In a printf pattern `%%` is a percent sign; elsewhere it is what it looks like.
    var isPrintf = false
  }

  private let name: FileName
  private let bytes: [UInt8]
  private var position = 0

  init(_ name: FileName) {
    self.name = name
    bytes = name.bytes
  }

  mutating func onlyPlace() throws(FrameSyntaxError) -> Place? {
    var found: Place?
    while position < bytes.count {
      let start = position
      guard let place = try placeHere() else {
        position = max(position, start + 1)
        continue
      }
      guard found == nil else {
        throw error("it has two places for the frame number: a name has one")
      }
      if let padding = place.padding, !(1...FramePattern.paddingLimit).contains(padding) {
        throw error("a frame number is padded to 1 to \(FramePattern.paddingLimit) places")
      }
      found = place
      position = place.range.upperBound
    }
    return found
  }

  /// The place that starts at `position`; moves behind what is text for certain.
  private mutating func placeHere() throws(FrameSyntaxError) -> Place? {
    switch bytes[position] {
    case UInt8(ascii: "#"):
      let count = run(of: UInt8(ascii: "#"))
      return Place(range: position..<position + count, padding: count == 1 ? nil : count)
    case UInt8(ascii: "@"):
      let count = run(of: UInt8(ascii: "@"))
      return Place(range: position..<position + count, padding: count)
    case UInt8(ascii: "%"): return try printf()
    case UInt8(ascii: "$"): return try houdini()
    default: return nil
    }
  }

  private func run(of byte: UInt8) -> Int { bytes[position...].prefix { $0 == byte }.count }

  private mutating func printf() throws(FrameSyntaxError) -> Place? {
    let start = position
    let digits = bytes[(start + 1)...].prefix { FrameNumber.isDigit($0) }
    guard digits.endIndex < bytes.count else { return nil }
    switch bytes[digits.endIndex] {
    case UInt8(ascii: "%") where digits.isEmpty:
      position = start + 2
      return nil
    case UInt8(ascii: "V") where digits.isEmpty, UInt8(ascii: "v") where digits.isEmpty:
      throw error("views are not expanded: give one pattern for each view, without %V")
    case UInt8(ascii: "d"):
      guard digits.isEmpty || digits.first == UInt8(ascii: "0") else {
        throw error("%\(String(decoding: digits, as: UTF8.self))d pads with spaces: write %0…d")
      }
      return Place(
        range: start..<digits.endIndex + 1, padding: digits.isEmpty ? 1 : width(digits),
        isPrintf: true)
    default: return nil
    }
  }

  private func houdini() throws(FrameSyntaxError) -> Place? {
    guard position + 1 < bytes.count, bytes[position + 1] == UInt8(ascii: "F") else { return nil }
    let rest = bytes[(position + 2)...]
    if rest.first == UInt8(ascii: "F") {
      throw error("$FF is a fraction of a frame: write $F or $F4")
    }
    let digits = rest.prefix { FrameNumber.isDigit($0) }
    return Place(
      range: position..<digits.endIndex, padding: digits.isEmpty ? 1 : width(digits))
  }

  /// The number that padding digits say; beyond every limit where there are too many of them.
  private func width(_ digits: ArraySlice<UInt8>) -> Int {
    let significant = digits.drop { $0 == UInt8(ascii: "0") }
    guard significant.count <= 4 else { return .max }
    return significant.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
  }

  private func error(_ reason: String) -> FrameSyntaxError {
    FrameSyntaxError(name.description, reason)
  }

  static func unescaped(_ text: ArraySlice<UInt8>, _ place: Place) -> [UInt8] {
    guard place.isPrintf else { return Array(text) }
    var result = [UInt8]()
    var isSecond = false
    for byte in text {
      isSecond = byte == UInt8(ascii: "%") && !isSecond && result.last == byte
      if !isSecond { result.append(byte) }
    }
    return result
  }
}
