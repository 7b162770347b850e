/// How many bytes a second may pass, by the local time of the week.
public struct RateTimetable: Hashable, Sendable {
  /// What holds from a minute on, until the next entry.
  public struct Entry: Hashable, Sendable {
    /// Minutes since Monday 00:00, below `RateTimetable.minutesOfWeek`.
    public let minuteOfWeek: Int
    /// `nil` for no limit.
    public let bytesPerSecond: Int?

    /// A rate from a minute on.
    public init(minuteOfWeek: Int, bytesPerSecond: Int?) {
      precondition((0..<RateTimetable.minutesOfWeek).contains(minuteOfWeek), "no such minute")
      precondition(bytesPerSecond.map { $0 > 0 } ?? true, "nothing would ever pass")
      self.minuteOfWeek = minuteOfWeek
      self.bytesPerSecond = bytesPerSecond
    }
  }

  /// Minutes that a timetable has.
  public static let minutesOfWeek = 7 * 24 * 60

  /// In the order of the week; never empty.
  private let entries: [Entry]

  /// The same rate at all times; `nil` for no limit.
  public init(bytesPerSecond: Int?) {
    self.init([Entry(minuteOfWeek: 0, bytesPerSecond: bytesPerSecond)])
  }

  /// Rates by the hour. There must be one entry at least, and no two of one minute; the last of the
  /// week holds on into the next.
  public init(_ entries: [Entry]) {
    precondition(!entries.isEmpty, "a timetable has entries")
    let sorted = entries.sorted { $0.minuteOfWeek < $1.minuteOfWeek }
    for (entry, next) in zip(sorted, sorted.dropFirst()) {
      precondition(entry.minuteOfWeek != next.minuteOfWeek, "two rates of one minute")
    }
    self.entries = sorted
  }

  /// Whether it is the same at all times.
  var isConstant: Bool { entries.allSatisfy { $0.bytesPerSecond == entries[0].bytesPerSecond } }

  /// Bytes that may pass in a second of this minute; `nil` for no limit.
  public func bytesPerSecond(atMinuteOfWeek minute: Int) -> Int? {
    let entry = entries.last { $0.minuteOfWeek <= minute } ?? entries[entries.count - 1]
    return entry.bytesPerSecond
  }
}
