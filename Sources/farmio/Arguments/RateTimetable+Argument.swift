import FrameEngine
import Mover

/// `10M`, `off`, or entries by the hour: `08:00,10M 19:00,off`, `Mon-08:00,512k Sat-00:00,off`.
///
/// An entry holds until the next one. One without a weekday is of every day; one with a weekday
/// takes its place on that day.
extension RateTimetable: ArgumentValue {
  static var expectation: String {
    "a rate a second such as 50M, or rates by the hour such as '08:00,10M 19:00,off'"
  }

  init?(argument: FileName) {
    guard let text = String(argument: argument) else { return nil }
    if let rate = TimetableRate(text[...]) {
      self.init(bytesPerSecond: rate.bytesPerSecond)
      return
    }
    var daily: [Int: Int?] = [:]
    var single: [Int: Int?] = [:]
    for word in text.split(separator: " ") {
      guard let entry = TimetableEntry(word) else { return nil }
      // Of two rates for one minute, one would be a mistake that nobody sees.
      if let day = entry.day {
        let minute = day * TimetableEntry.minutesOfDay + entry.minuteOfDay
        guard single.updateValue(entry.rate, forKey: minute) == nil else { return nil }
      } else {
        guard daily.updateValue(entry.rate, forKey: entry.minuteOfDay) == nil else { return nil }
      }
    }
    var week = single
    for day in 0..<7 {
      for (minute, rate) in daily {
        let minute = day * TimetableEntry.minutesOfDay + minute
        if week[minute] == nil { week[minute] = .some(rate) }
      }
    }
    guard !week.isEmpty else { return nil }
    self.init(week.map { Entry(minuteOfWeek: $0.key, bytesPerSecond: $0.value) })
  }
}

/// One entry as typed: `[DAY-]HH:MM,RATE`.
private struct TimetableEntry {
  /// 0 is Monday; `nil` for every day.
  let day: Int?
  let minuteOfDay: Int
  let rate: Int?

  static let minutesOfDay = 24 * 60

  init?(_ word: Substring) {
    let halves = word.split(separator: ",", omittingEmptySubsequences: false)
    guard halves.count == 2, let rate = TimetableRate(halves[1]) else { return nil }
    self.rate = rate.bytesPerSecond
    let start = halves[0].split(separator: "-", omittingEmptySubsequences: false)
    guard let time = start.last, start.count <= 2 else { return nil }
    if start.count == 2 {
      guard let day = TimetableEntry.day(start[0]) else { return nil }
      self.day = day
    } else {
      day = nil
    }
    let fields = time.split(separator: ":", omittingEmptySubsequences: false)
    guard fields.count == 2,
      fields.allSatisfy({ $0.utf8.count == 2 && $0.utf8.allSatisfy(isDigit) }),
      let hour = Int(fields[0]), let minute = Int(fields[1]), hour < 24, minute < 60
    else { return nil }
    minuteOfDay = hour * 60 + minute
  }

  /// A day by its name, or by the first three letters of it.
  private static func day(_ text: Substring) -> Int? {
    let names = [
      "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday",
    ]
    let text = text.lowercased()
    return names.firstIndex { $0 == text || $0.prefix(3) == text }
  }
}

/// A rate as typed: bytes a second, or `off` for no limit.
private struct TimetableRate {
  let bytesPerSecond: Int?

  init?(_ text: Substring) {
    if text == "off" {
      bytesPerSecond = nil
      return
    }
    guard let rate = ByteRate(argument: FileName(String(text))),
      let bytes = Int(exactly: rate.bytesPerSecond)
    else { return nil }
    bytesPerSecond = bytes
  }
}
