public import FrameEngine

/// Which snapshots stay: a pure choice, from their times, tags, hosts and paths.
///
/// Snapshots of the same host and paths are one line, and the rules apply to each line on its own.
/// A snapshot stays if any rule wants it. The newest of a line always stays: no rule, and no
/// backup that stopped running, takes the last copy of anything away.
public struct Retention: Hashable, Sendable {
  /// How many of the newest stay.
  public var last = 0
  /// For how many hours that have any, the newest of each stays.
  public var hourly = 0
  /// For how many days that have any, the newest of each stays.
  public var daily = 0
  /// For how many weeks, from Monday.
  public var weekly = 0
  /// For how many months.
  public var monthly = 0
  /// For how many years.
  public var yearly = 0
  /// All stay that are at most this many seconds older than the newest of their line. Not older
  /// than now: a line that is no longer backed up does not wither.
  public var within: Int64?
  /// All stay that carry one of these tags.
  public var tags: [String] = []

  /// Why a snapshot stays.
  public enum Reason: Hashable, Sendable {
    case last, hourly, daily, weekly, monthly, yearly, within
    case tag(String)
    /// No rule wants it, but it is the newest of its line.
    case newest
  }

  /// What becomes of one snapshot.
  public struct Decision: Hashable, Sendable {
    /// Whose fate it is.
    public let snapshot: Snapshot
    /// None: it is to be forgotten.
    public let reasons: [Reason]
    /// Whether it stays.
    public var isKept: Bool { !reasons.isEmpty }

    /// A decision on a snapshot that stays for these reasons, or goes for lack of any.
    public init(snapshot: Snapshot, reasons: [Reason]) {
      self.snapshot = snapshot
      self.reasons = reasons
    }
  }

  /// Keeps only the newest of each line.
  public init() {}

  /// Decides on each of `snapshots`, in their order. `calendar` gives the local time of a moment.
  public func decide(
    on snapshots: [Snapshot], calendar: (Timestamp) -> LocalTime
  ) -> [Decision] {
    var reasons = [RunID: [Reason]]()
    for line in Dictionary(grouping: snapshots, by: \.line).values {
      let newestFirst = line.sorted { ($0.record.time, $0.id) > ($1.record.time, $1.id) }
      var counters = periodCounters
      for (index, snapshot) in newestFirst.enumerated() {
        let age = newestFirst[0].record.time.seconds - snapshot.record.time.seconds
        var found = index < last ? [Reason.last] : []
        let local = calendar(snapshot.record.time)
        for period in counters.indices where counters[period].takes(local) {
          found.append(counters[period].reason)
        }
        if let within, age <= within { found.append(.within) }
        found += tags.filter { snapshot.record.tags.contains($0) }.map { .tag($0) }
        reasons[snapshot.id] = found.isEmpty && index == 0 ? [.newest] : found
      }
    }
    return snapshots.map { Decision(snapshot: $0, reasons: reasons[$0.id] ?? []) }
  }

  private var periodCounters: [PeriodCounter] {
    [
      PeriodCounter(reason: .hourly, left: hourly) { $0.dayNumber * 24 + Int64($0.hour) },
      PeriodCounter(reason: .daily, left: daily) { $0.dayNumber },
      PeriodCounter(reason: .weekly, left: weekly) { $0.weekNumber },
      PeriodCounter(reason: .monthly, left: monthly) { Int64($0.year) * 12 + Int64($0.month) },
      PeriodCounter(reason: .yearly, left: yearly) { Int64($0.year) },
    ]
  }
}

/// A moment as a wall clock shows it.
public struct LocalTime: Hashable, Sendable {
  /// By the Gregorian calendar.
  public let year: Int
  /// 1 to 12.
  public let month: Int
  /// 1 to 31.
  public let day: Int
  /// 0 to 23.
  public let hour: Int

  /// An hour of a day.
  public init(year: Int, month: Int, day: Int, hour: Int) {
    self.year = year
    self.month = month
    self.day = day
    self.hour = hour
  }

  /// Days since 1970-01-01, in the Gregorian calendar.
  var dayNumber: Int64 {
    // Years from March: the day that leap years add is the last of its year.
    let shifted = Int64(month <= 2 ? year - 1 : year)
    let monthFromMarch = Int64((month + 9) % 12)
    let yearDay = (153 * monthFromMarch + 2) / 5 + Int64(day) - 1
    let leapDays = floorDivide(shifted, 4) - floorDivide(shifted, 100) + floorDivide(shifted, 400)
    return 365 * shifted + leapDays + yearDay - 719_468
  }

  /// Weeks since the Monday before 1970-01-01, a Thursday.
  var weekNumber: Int64 { floorDivide(dayNumber + 3, 7) }
}

private func floorDivide(_ a: Int64, _ b: Int64) -> Int64 {
  a >= 0 ? a / b : -((b - 1 - a) / b)
}

/// Counts the periods that a rule still wants a snapshot of, the newest first.
private struct PeriodCounter {
  let reason: Retention.Reason
  private var left: Int
  private let number: (LocalTime) -> Int64
  private var current: Int64?

  init(reason: Retention.Reason, left: Int, number: @escaping (LocalTime) -> Int64) {
    self.reason = reason
    self.left = left
    self.number = number
  }

  /// Whether this is the newest snapshot of a period that is wanted.
  mutating func takes(_ time: LocalTime) -> Bool {
    let period = number(time)
    guard left > 0, period != current else { return false }
    current = period
    left -= 1
    return true
  }
}

extension Snapshot {
  /// What makes snapshots versions of each other.
  public struct Line: Hashable, Sendable {
    /// The host that made them.
    public let host: String
    /// The absolute paths they are of, sorted.
    public let paths: [FileName]
  }

  /// The line that the snapshot belongs to.
  public var line: Line { Line(host: record.host, paths: record.paths) }
}

extension Repository {
  /// Removes a snapshot, for good; the data behind it goes with the next collection. Forgetting one
  /// again is no error.
  public func forget(_ snapshot: RunID, clock: any Clock) throws(RepositoryError) {
    // The mark comes first and overrides the reference: there is no moment at which the run looks
    // as if it had not ended, nor can a late copy of the reference bring the snapshot back.
    _ = try create(
      Repository.forgottenName(snapshot), kind: .forgotten,
      body: ForgottenRecord(time: clock.now()).encoded)
    try delete(Repository.referenceName(snapshot))
    try delete(Repository.referenceCopyName(snapshot))
  }
}
