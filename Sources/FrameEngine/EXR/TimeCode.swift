/// A time code as an attribute of type `timecode` packs it (SMPTE ST 12-1, in the form of television at 60
/// fields).
public struct TimeCode: Hashable, Sendable {
  /// 0 to 23 in a valid one, as the fields below have their own ranges.
  public var hours: Int
  /// 0 to 59.
  public var minutes: Int
  /// 0 to 59.
  public var seconds: Int
  /// 0 up to the rate.
  public var frames: Int
  /// Whether the first two numbers of most minutes are left out, which keeps 29.97 in step.
  public var isDropFrame: Bool
  /// Above 30 frames a second a number stands for two frames, and this marks the second.
  public var isSecondField: Bool

  /// A time code with every field given.
  public init(
    hours: Int, minutes: Int, seconds: Int, frames: Int, isDropFrame: Bool = false,
    isSecondField: Bool = false
  ) {
    self.hours = hours
    self.minutes = minutes
    self.seconds = seconds
    self.frames = frames
    self.isDropFrame = isDropFrame
    self.isSecondField = isSecondField
  }

  /// The fields of the first word of a value; `nil` for digits that are none.
  init?(word: UInt32) {
    func number(_ shift: UInt32, tens mask: UInt32) -> Int? {
      let unit = word >> shift & 15
      return unit > 9 ? nil : Int(word >> (shift + 4) & mask) * 10 + Int(unit)
    }
    guard let frames = number(0, tens: 3), let seconds = number(8, tens: 7),
      let minutes = number(16, tens: 7), let hours = number(24, tens: 3)
    else { return nil }
    self.init(
      hours: hours, minutes: minutes, seconds: seconds, frames: frames,
      isDropFrame: word >> 6 & 1 == 1, isSecondField: word >> 15 & 1 == 1)
  }

  /// The first word of a value with these fields, all other flags off.
  var word: UInt32 {
    func digits(_ number: Int) -> UInt32 { UInt32((number / 10) << 4 | number % 10) }
    return digits(frames) | digits(seconds) << 8 | digits(minutes) << 16 | digits(hours) << 24
      | (isDropFrame ? 1 << 6 : 0) | (isSecondField ? 1 << 15 : 0)
  }
}

extension TimeCode: CustomStringConvertible {
  /// `01:00:00:12`, with a semicolon for drop frame: `01:00:00;12`.
  public var description: String {
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let mark = isDropFrame ? ";" : ":"
    let field = isSecondField ? ".1" : ""
    return "\(two(hours)):\(two(minutes)):\(two(seconds))\(mark)\(two(frames))\(field)"
  }
}
