import Glibc

/// The clock on the wall.
enum WallClock {
  /// Minutes since Monday 00:00 in the zone of this process, at a moment in seconds since 1970.
  static func minuteOfWeek(at seconds: Int64) -> Int {
    var seconds = time_t(seconds)
    var fields = unsafe tm()
    _ = unsafe localtime_r(&seconds, &fields)
    // C counts days from Sunday on.
    let day = unsafe (Int(fields.tm_wday) + 6) % 7
    return unsafe (day * 24 + Int(fields.tm_hour)) * 60 + Int(fields.tm_min)
  }
}
