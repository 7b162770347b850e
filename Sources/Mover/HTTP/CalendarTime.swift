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

  /// `2013-05-24T00:00:00Z`, the form of JSON documents (RFC 3339).
  var iso: String {
    let date = [
      CalendarTime.digits(year, 4), CalendarTime.digits(month, 2), CalendarTime.digits(day, 2),
    ]
    let time = [hour, minute, second].map { CalendarTime.digits($0, 2) }
    return date.joined(separator: "-") + "T" + time.joined(separator: ":") + "Z"
  }

  /// `Fri, 24 May 2013 00:00:00 GMT`, the form of HTTP headers (RFC 9110).
  var header: String {
    let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    let date =
      "\(CalendarTime.digits(day, 2)) \(CalendarTime.months[month - 1]) \(CalendarTime.digits(year, 4))"
    let time = [hour, minute, second].map { CalendarTime.digits($0, 2) }.joined(separator: ":")
    return "\(weekdays[weekday]), \(date) \(time) GMT"
  }

  /// The moment of `2013-05-24T00:00:00.000Z` (RFC 3339 in UTC, fractions dropped); `nil` for
  /// anything else.
  static func time(ofISO text: String) -> Timestamp? {
    let text = Array(text.utf8)
    guard text.count >= 20, text.last == UInt8(ascii: "Z") else { return nil }
    return time(
      [text[0..<4], text[5..<7], text[8..<10], text[11..<13], text[14..<16], text[17..<19]])
  }

  /// The moment of `Fri, 24 May 2013 00:00:00 GMT` (RFC 9110); `nil` for anything else.
  static func time(ofHeader text: String) -> Timestamp? {
    let words = text.split(separator: " ")
    guard words.count == 6, words[5] == "GMT", words[4].utf8.count == 8,
      let month = months.firstIndex(of: String(words[2]))
    else { return nil }
    let clock = words[4].split(separator: ":")
    guard clock.count == 3 else { return nil }
    let fields = [String(words[3]), String(month + 1), String(words[1])] + clock.map(String.init)
    return time(fields.map { Array($0.utf8)[...] })
  }

  /// The moment of six numbers, from the year down to the second.
  private static func time(_ fields: [ArraySlice<UInt8>]) -> Timestamp? {
    let numbers = fields.compactMap { Int64(String(decoding: $0, as: UTF8.self)) }
    guard numbers.count == 6, (1970...9999).contains(numbers[0]), (1...12).contains(numbers[1]),
      (1...31).contains(numbers[2]), (0...23).contains(numbers[3]), (0...59).contains(numbers[4]),
      (0...60).contains(numbers[5])
    else { return nil }
    // Days since 1970 (Hinnant, as above): years begin in March.
    let year = numbers[1] <= 2 ? numbers[0] - 1 : numbers[0]
    let era = year / 400
    let yearOfEra = year - era * 400
    let dayOfYear = (153 * ((numbers[1] + 9) % 12) + 2) / 5 + numbers[2] - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    let days = era * 146_097 + dayOfEra - 719_468
    return Timestamp(
      seconds: days * 86_400 + numbers[3] * 3_600 + numbers[4] * 60 + numbers[5], nanoseconds: 0)
  }

  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  private static func digits(_ value: Int, _ count: Int) -> String {
    let text = String(value)
    return String(repeating: "0", count: max(0, count - text.count)) + text
  }
}
