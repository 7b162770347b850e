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
