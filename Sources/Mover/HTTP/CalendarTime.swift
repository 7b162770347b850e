import FrameEngine

/// A moment in UTC as the fields that dates of headers and signatures are written from.
struct CalendarTime: Hashable, Sendable {
  let year: Int
  let month: Int
  let day: Int
  let hour: Int
  let minute: Int
  let second: Int
  /// 0 is Sunday.
  let weekday: Int

  /// The fields of a moment (H. Hinnant, "chrono-compatible low-level date algorithms").
  init(_ time: Timestamp) {
    let days = Int(time.seconds >= 0 ? time.seconds / 86_400 : (time.seconds - 86_399) / 86_400)
    let rest = Int(time.seconds) - days * 86_400
    let shifted = days + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra =
      (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
    month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    hour = rest / 3_600
    minute = rest / 60 % 60
    second = rest % 60
    weekday = ((days + 4) % 7 + 7) % 7
  }

  /// `20130524T000000Z`, the form of SigV4.
  var compact: String {
    CalendarTime.digits(year, 4) + CalendarTime.digits(month, 2) + CalendarTime.digits(day, 2) + "T"
      + CalendarTime.digits(hour, 2) + CalendarTime.digits(minute, 2)
      + CalendarTime.digits(second, 2) + "Z"
  }

  /// `Fri, 24 May 2013 00:00:00 GMT`, the form of HTTP headers (RFC 9110).
  var header: String {
    let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    let months = [
      "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
    let date = "\(CalendarTime.digits(day, 2)) \(months[month - 1]) \(CalendarTime.digits(year, 4))"
    let time = [hour, minute, second].map { CalendarTime.digits($0, 2) }.joined(separator: ":")
    return "\(weekdays[weekday]), \(date) \(time) GMT"
  }

  private static func digits(_ value: Int, _ count: Int) -> String {
    let text = String(value)
    return String(repeating: "0", count: max(0, count - text.count)) + text
  }
}
