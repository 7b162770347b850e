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

/// A SMPTE time code, as `timecode` holds it (bits as for 60-field television).
public struct Timecode: Hashable, Sendable {
  /// Hours.
  public var hours: Int
  /// Minutes.
  public var minutes: Int
  /// Seconds.
  public var seconds: Int
  /// Frames within the second.
  public var frames: Int
  /// Whether numbers are dropped to keep step with 29.97 frames a second.
  public var dropFrame: Bool

  /// A time code with every field given; each below 100, as two decimal digits hold.
  public init(hours: Int, minutes: Int, seconds: Int, frames: Int, dropFrame: Bool = false) {
    self.hours = hours
    self.minutes = minutes
    self.seconds = seconds
    self.frames = frames
    self.dropFrame = dropFrame
  }

  /// The fields of the first word of a value.
  init(word: UInt32) {
    func digits(_ shift: UInt32, _ bits: UInt32) -> Int {
      let field = word >> shift & (1 << bits - 1)
      return Int(field & 15 + field >> 4 * 10)
    }
    frames = digits(0, 6)
    dropFrame = word >> 6 & 1 == 1
    seconds = digits(8, 7)
    minutes = digits(16, 7)
    hours = digits(24, 6)
  }

  /// The first word of a value with these fields, all other flags off.
  var word: UInt32 {
    func field(_ number: Int, _ shift: UInt32) -> UInt32 {
      UInt32((number / 10) << 4 | number % 10) << shift
    }
    return field(frames, 0) | (dropFrame ? 1 << 6 : 0) | field(seconds, 8) | field(minutes, 16)
      | field(hours, 24)
  }
}

extension Timecode: CustomStringConvertible {
  /// As people write it: `01:02:03:04`, with a semicolon before the frames of drop-frame code.
  public var description: String {
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    return "\(two(hours)):\(two(minutes)):\(two(seconds))\(dropFrame ? ";" : ":")\(two(frames))"
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
