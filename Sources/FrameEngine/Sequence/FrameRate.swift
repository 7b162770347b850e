/// Frames a second, as the `framesPerSecond` attribute has it: 24000/1001.
public struct FrameRate: Sendable {
  /// Frames.
  public let numerator: Int32
  /// Seconds; 1 or more.
  public let denominator: UInt32

  /// A rate above 0; `nil` for anything else.
  public init?(_ numerator: Int32, _ denominator: UInt32) {
    guard numerator > 0, denominator > 0 else { return nil }
    self.numerator = numerator
    self.denominator = denominator
  }

  /// The rate that an attribute of type `rational` holds; `nil` if it holds none.
  public init?(_ attribute: Attribute) {
    guard let rational = attribute.rational else { return nil }
    self.init(rational.numerator, rational.denominator)
  }

  /// Reads `24`, `23.976` or `24000/1001`; `nil` for anything else. The decimals of television
  /// rates stand for their fractions.
  public init?(parsing text: String) {
    let television: [String: Int32] = [
      "23.976": 24, "23.98": 24, "29.97": 30, "47.952": 48, "47.95": 48, "59.94": 60,
      "119.88": 120,
    ]
    if let nominal = television[text] {
      self.init(nominal * 1000, 1001)
      return
    }
    let words = text.split(separator: "/", omittingEmptySubsequences: false)
    guard let numerator = Int32(words[0]), words.count <= 2 else { return nil }
    guard words.count == 2 else {
      self.init(numerator, 1)
      return
    }
    guard let denominator = UInt32(words[1]) else { return nil }
    self.init(numerator, denominator)
  }

  /// The whole number that time codes count to: 24 for 23.976.
  public var nominal: Int { (2 * Int(numerator) + Int(denominator)) / (2 * Int(denominator)) }
}

extension FrameRate: Hashable {
  /// Whether both are the same number: 48/2 is 24/1.
  public static func == (a: FrameRate, b: FrameRate) -> Bool {
    Int64(a.numerator) * Int64(b.denominator) == Int64(b.numerator) * Int64(a.denominator)
  }

  /// Feeds what equal rates have in common.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(Double(numerator) / Double(denominator))
  }
}

extension FrameRate: CustomStringConvertible {
  /// `24` or `24000/1001`.
  public var description: String {
    denominator == 1 ? "\(numerator)" : "\(numerator)/\(denominator)"
  }
}
