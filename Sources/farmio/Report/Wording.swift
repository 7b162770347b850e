import FrameEngine
import Glibc
import Mover

/// Puts numbers into the words that a person reads.
enum Wording {
  /// Bytes with three digits that count, in powers of 1000: `812 B`, `64.0 KB`, `1.24 GB`.
  static func size(_ bytes: Int64) -> String {
    guard bytes.magnitude >= 1_000 else { return "\(bytes) B" }
    var value = Double(bytes.magnitude)
    var unit = -1
    repeat {
      value /= 1_000
      unit += 1
    } while value >= 999.5 && unit < units.count - 1
    return (bytes < 0 ? "-" : "") + threeDigits(value) + " " + units[unit]
  }

  /// Bytes a second: `812 MB/s`.
  static func rate(_ bytesPerSecond: Double) -> String {
    size(Int64(min(max(bytesPerSecond, 0), 9e17))) + "/s"
  }

  /// A count with its thousands set apart: `1,204,551`.
  static func count(_ number: Int) -> String {
    var text = ""
    for (place, digit) in String(number.magnitude).reversed().enumerated() {
      if place > 0, place % 3 == 0 { text.append(",") }
      text.append(digit)
    }
    return (number < 0 ? "-" : "") + String(text.reversed())
  }

  /// A count and the thing it counts: `1 file`, `12 files`.
  static func count(_ number: Int, _ one: String, _ many: String? = nil) -> String {
    "\(count(number)) \(number == 1 ? one : many ?? one + "s")"
  }

  /// What became of hard links where there can be none.
  static func copiedLinks(_ number: Int, at target: FileName) -> String {
    "\(target): no hard links can be made there: \(count(number, "further name")) of files "
      + (number == 1 ? "is a copy" : "are copies")
  }

  /// A share with one digit behind the point: `42.5 %`.
  static func share(_ part: Double, of whole: Double) -> String {
    whole > 0 ? decimals(part / whole * 100, 1) + " %" : "-"
  }

  /// A span of time: `0.42 s`, `12.4 s`, `3 min 05 s`, `2 h 14 min`, `3 d 4 h`.
  static func duration(_ duration: Duration) -> String {
    let (whole, attoseconds) = duration.components
    let seconds = Double(whole) + Double(attoseconds) * 1e-18
    if seconds < 9.995 { return decimals(seconds, 2) + " s" }
    if seconds < 59.95 { return decimals(seconds, 1) + " s" }
    let total = Int64(seconds.rounded())
    if total < 3_600 { return "\(total / 60) min \(twoDigits(total % 60)) s" }
    if total < 86_400 { return "\(total / 3_600) h \(twoDigits(total % 3_600 / 60)) min" }
    return "\(total / 86_400) d \(total % 86_400 / 3_600) h"
  }

  /// How long ago, or how far ahead, a moment is: `just now`, `3 min ago`, `in 2 h`.
  static func age(secondsAgo: Int64) -> String {
    let span = Int64(clamping: secondsAgo.magnitude)
    let text: String
    switch span {
    case ..<10: return "just now"
    case ..<60: text = "\(span) s"
    case ..<3_600: text = "\(span / 60) min"
    case ..<86_400: text = "\(span / 3_600) h"
    case ..<(60 * 86_400): text = count(Int(span / 86_400), "day")
    case ..<(730 * 86_400): text = count(Int(span / (30 * 86_400)), "month")
    default: text = count(Int(span / (365 * 86_400)), "year")
    }
    return secondsAgo < 0 ? "in \(text)" : "\(text) ago"
  }

  /// A number with `places` digits behind the point.
  static func decimals(_ value: Double, _ places: Int) -> String {
    let scale = (0..<places).reduce(1.0) { scale, _ in scale * 10 }
    let scaled = (value * scale).rounded()
    guard scaled.magnitude < 9e15 else { return value.description }
    let digits = String(Int64(scaled.magnitude))
    let padded = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
    let whole = padded.dropLast(places)
    let sign = scaled < 0 ? "-" : ""
    return sign + (places == 0 ? String(whole) : "\(whole).\(padded.suffix(places))")
  }

  private static let units = ["KB", "MB", "GB", "TB", "PB", "EB"]

  private static func threeDigits(_ value: Double) -> String {
    value < 9.995 ? decimals(value, 2) : value < 99.95 ? decimals(value, 1) : decimals(value, 0)
  }

  fileprivate static func twoDigits(_ number: Int64) -> String {
    number < 10 ? "0\(number)" : "\(number)"
  }
}

/// A moment, as seconds and nanoseconds since 1970 in UTC.
struct Moment: Hashable, Sendable {
  let seconds: Int64
  let nanoseconds: Int64

  init(seconds: Int64, nanoseconds: Int64 = 0) {
    self.seconds = seconds
    self.nanoseconds = nanoseconds
  }

  /// By the machine's clock, to the second.
  static var now: Moment { Moment(seconds: Int64(Glibc.time(nil))) }

  /// For a person, in the time zone of the machine: `2026-03-09 17:42:05`.
  var local: String {
    var clock = time_t(seconds)
    var parts = unsafe tm()
    guard unsafe localtime_r(&clock, &parts) != nil else { return "\(seconds) s" }
    return unsafe Moment.date(parts) + " " + Moment.time(parts)
  }

  /// For a program, RFC 3339 in UTC, to the nanosecond: `2026-03-09T16:42:05.250000000Z`.
  var utc: String {
    var clock = time_t(seconds)
    var parts = unsafe tm()
    guard unsafe gmtime_r(&clock, &parts) != nil else { return "\(seconds)" }
    let fraction = String(String(1_000_000_000 + nanoseconds).dropFirst())
    return unsafe Moment.date(parts) + "T" + Moment.time(parts) + ".\(fraction)Z"
  }

  /// As the wall clock of the machine shows it, for rules that count in days.
  var wallClock: LocalTime {
    var clock = time_t(seconds)
    var parts = unsafe tm()
    guard unsafe localtime_r(&clock, &parts) != nil else {
      // The year is beyond 32 bits.
      return LocalTime(year: Int(seconds < 0 ? Int32.min : .max), month: 1, day: 1, hour: 0)
    }
    return unsafe LocalTime(
      year: Int(parts.tm_year) + 1900, month: Int(parts.tm_mon) + 1, day: Int(parts.tm_mday),
      hour: Int(parts.tm_hour))
  }

  private static func date(_ parts: tm) -> String {
    let year = unsafe String(Int(parts.tm_year) + 1900)
    let month = unsafe Wording.twoDigits(Int64(parts.tm_mon) + 1)
    return unsafe "\(year)-\(month)-\(Wording.twoDigits(Int64(parts.tm_mday)))"
  }

  private static func time(_ parts: tm) -> String {
    let parts = unsafe [parts.tm_hour, parts.tm_min, parts.tm_sec]
    return parts.map { Wording.twoDigits(Int64($0)) }.joined(separator: ":")
  }
}
