/// The colour spaces that profiles know by name.
extension Chromaticities {
  /// Eight numbers: red x and y, green, blue, white; `nil` for another count, and for what is no
  /// number.
  public init?(values: [Float]) {
    guard values.count == 8, values.allSatisfy(\.isFinite) else { return nil }
    self.init(known: values)
  }

  /// The value of the attribute; `nil` for another size, and for what is no number.
  public init?(_ bytes: [UInt8]) {
    guard let words = bytes.words(8) else { return nil }
    self.init(values: words.map { Float(bitPattern: $0) })
  }

  private init(known values: [Float]) {
    func pair(_ index: Int) -> FloatPair { FloatPair(x: values[index], y: values[index + 1]) }
    self.init(red: pair(0), green: pair(2), blue: pair(4), white: pair(6))
  }

  /// Red x and y, green, blue, white.
  public var values: [Float] { [red, green, blue, white].flatMap { [$0.x, $0.y] } }

  /// The names that profiles may use.
  public static let named: [String: Chromaticities] = [
    "aces-ap0": aces, "aces-ap1": acesCG,
    "rec709": Chromaticities(known: [0.64, 0.33, 0.30, 0.60, 0.15, 0.06, 0.3127, 0.3290]),
    "rec2020": Chromaticities(known: [0.708, 0.292, 0.170, 0.797, 0.131, 0.046, 0.3127, 0.3290]),
    "p3-d65": Chromaticities(known: [0.680, 0.320, 0.265, 0.690, 0.150, 0.060, 0.3127, 0.3290]),
  ]

  /// AP0, the primaries of ACES2065-1 (SMPTE ST 2065-1).
  public static let aces = Chromaticities(
    known: [0.7347, 0.2653, 0, 1, 0.0001, -0.077, 0.32168, 0.33767])
  /// AP1, the primaries of ACEScg (Academy S-2014-004).
  public static let acesCG = Chromaticities(
    known: [0.713, 0.293, 0.165, 0.830, 0.128, 0.044, 0.32168, 0.33767])

  /// Whether every number lies within `tolerance` of the other's; the default takes values that
  /// were written with four digits.
  public func matches(_ other: Chromaticities, tolerance: Float = 0.00011) -> Bool {
    zip(values, other.values).allSatisfy { abs($0 - $1) <= tolerance }
  }
}

extension Chromaticities: CustomStringConvertible {
  /// The name where it has one, else the eight numbers.
  public var description: String {
    let known = Chromaticities.named.sorted { $0.key < $1.key }.first { matches($0.value) }
    return known?.key ?? values.map { "\($0)" }.joined(separator: " ")
  }
}
