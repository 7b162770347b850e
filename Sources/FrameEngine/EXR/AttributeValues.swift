/// A fraction, such as frames per second.
public struct Rational: Hashable, Sendable {
  /// Above the line.
  public var numerator: Int32
  /// Below the line; 0 makes no number.
  public var denominator: UInt32

  /// `numerator` over `denominator`.
  public init(numerator: Int32, denominator: UInt32) {
    self.numerator = numerator
    self.denominator = denominator
  }

  /// The number; `nil` with a denominator of 0.
  public var value: Double? { denominator == 0 ? nil : Double(numerator) / Double(denominator) }
}

/// A point or a pair of numbers (`v2f`).
public struct FloatPair: Hashable, Sendable {
  /// The first, across.
  public var x: Float
  /// The second, down.
  public var y: Float

  /// The pair of `x` and `y`.
  public init(x: Float, y: Float) {
    self.x = x
    self.y = y
  }
}

/// What identifies a piece of motion picture film (SMPTE 254).
public struct Keycode: Hashable, Sendable {
  /// The film's maker.
  public var filmManufacturer: Int
  /// The kind of film.
  public var filmType: Int
  /// The first part of the key number.
  public var prefix: Int
  /// The second part of the key number.
  public var count: Int
  /// Perforations from the mark to the frame.
  public var perforationOffset: Int
  /// Perforations of a frame.
  public var perforationsPerFrame: Int
  /// Perforations between marks.
  public var perforationsPerCount: Int
}

/// The primaries and the white point of the pixels, as CIE x and y.
public struct Chromaticities: Hashable, Sendable {
  /// The red primary.
  public var red: FloatPair
  /// The green primary.
  public var green: FloatPair
  /// The blue primary.
  public var blue: FloatPair
  /// The white point.
  public var white: FloatPair

  /// Four points.
  public init(red: FloatPair, green: FloatPair, blue: FloatPair, white: FloatPair) {
    self.red = red
    self.green = green
    self.blue = blue
    self.white = white
  }
}
