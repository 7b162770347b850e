/// A time code as the `timeCode` attribute packs it (SMPTE ST 12-1, in the form of television at 60
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

  /// What an attribute of type `timecode` holds; `nil` for another type or size, and for digits
  /// that are none.
  public init?(_ attribute: Attribute) {
    guard attribute.type == "timecode", let words = attribute.value.words(2) else { return nil }
    let word = words[0]
    func number(units: UInt32, tens: UInt32, tensMask: UInt32) -> Int? {
      let unit = word >> units & 15
      return unit > 9 ? nil : Int(word >> tens & tensMask) * 10 + Int(unit)
    }
    guard let frames = number(units: 0, tens: 4, tensMask: 3),
      let seconds = number(units: 8, tens: 12, tensMask: 7),
      let minutes = number(units: 16, tens: 20, tensMask: 7),
      let hours = number(units: 24, tens: 28, tensMask: 3)
    else { return nil }
    self.init(
      hours: hours, minutes: minutes, seconds: seconds, frames: frames,
      isDropFrame: word >> 6 & 1 == 1, isSecondField: word >> 15 & 1 == 1)
  }

  /// The bytes of the attribute, without user data.
  public var attributeValue: [UInt8] {
    func digits(_ number: Int) -> UInt32 { UInt32((number / 10) << 4 | number % 10) }
    let word =
      digits(frames) | digits(seconds) << 8 | digits(minutes) << 16 | digits(hours) << 24
      | (isDropFrame ? 1 << 6 : 0) | (isSecondField ? 1 << 15 : 0)
    var writer = ByteWriter(capacity: 8)
    writer.append(word)
    writer.append(UInt32(0))
    return writer.bytes
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

/// How time codes count: numbers a second, and whether some are dropped.
struct TimeCodeCount: Hashable, Sendable {
  /// Numbers a second.
  let base: Int
  /// Whether a number stands for two frames.
  let isPaired: Bool
  let isDropFrame: Bool

  /// Counting at a nominal rate; above 30 numbers stand for two frames, for there are 40 at most.
  init(nominal: Int, isDropFrame: Bool) {
    isPaired = nominal > 30
    base = max(1, isPaired ? nominal / 2 : nominal)
    self.isDropFrame = isDropFrame
  }

  /// Numbers of a day.
  var dayCount: Int { base * 86_400 - (isDropFrame ? 2 * (1440 - 144) : 0) }

  /// The number of a time code since midnight; `nil` for one that does not exist at this rate.
  func index(of code: TimeCode) -> Int? {
    guard code.hours < 24, code.minutes < 60, code.seconds < 60, code.frames < base,
      code.isDropFrame == isDropFrame
    else { return nil }
    let minutes = code.hours * 60 + code.minutes
    let plain = (minutes * 60 + code.seconds) * base + code.frames
    guard isDropFrame else { return plain }
    guard base == 30 else { return nil }
    let isDropped = code.frames < 2 && code.seconds == 0 && !code.minutes.isMultiple(of: 10)
    return isDropped ? nil : plain - 2 * (minutes - minutes / 10)
  }

  /// The time code of a number since midnight, which may lie days away.
  func code(at index: Int) -> TimeCode {
    var number = (index % dayCount + dayCount) % dayCount
    if isDropFrame {
      // Ten minutes have 17,982 numbers: the first has all 1,800, the others lack two each.
      let (tens, rest) = number.quotientAndRemainder(dividingBy: 17_982)
      number += 18 * tens + (rest < 1800 ? 0 : 2 * ((rest - 1800) / 1798 + 1))
    }
    let seconds = number / base
    return TimeCode(
      hours: seconds / 3600, minutes: seconds / 60 % 60, seconds: seconds % 60,
      frames: number % base, isDropFrame: isDropFrame)
  }
}
