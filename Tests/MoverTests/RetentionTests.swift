import FrameEngine
import Glibc
import Mover
import Testing

struct RetentionTests {
  /// A snapshot at a time such as `2026-03-09 23:00`, in UTC.
  private static func snapshot(
    _ time: String, host: String = "a", path: FileName = "/show", tags: [String] = []
  ) -> Snapshot {
    let numbers = time.split { !$0.isNumber }.compactMap { Int32($0) }
    var parts = unsafe tm()
    unsafe (parts.tm_year, parts.tm_mon, parts.tm_mday) =
      (numbers[0] - 1900, numbers[1] - 1, numbers[2])
    unsafe (parts.tm_hour, parts.tm_min) = (numbers[3], numbers[4])
    let seconds = Int64(unsafe timegm(&parts))
    let record = SnapshotRecord(
      time: Timestamp(seconds: seconds, nanoseconds: 0), host: host, user: "u", program: "p",
      tags: tags, paths: [path], parent: nil, pages: [], statistics: .init())
    var hasher = Hasher()
    hasher.combine(time)
    hasher.combine(host)
    hasher.combine(path)
    let digits = UInt64(bitPattern: Int64(hasher.finalize()))
    return Snapshot(id: RunID(words: (UInt64(seconds), digits)), record: record)
  }

  private static func utc(_ time: Timestamp) -> LocalTime {
    var seconds = time_t(time.seconds)
    var parts = unsafe tm()
    unsafe gmtime_r(&seconds, &parts)
    return unsafe LocalTime(
      year: Int(parts.tm_year) + 1900, month: Int(parts.tm_mon) + 1, day: Int(parts.tm_mday),
      hour: Int(parts.tm_hour))
  }

  /// The reasons for each of the times, oldest first.
  private static func reasons(
    _ times: [String], calendar: (Timestamp) -> LocalTime = utc,
    _ configure: (inout Retention) -> Void
  ) -> [[Retention.Reason]] {
    var rules = Retention()
    configure(&rules)
    return rules.decide(on: times.map { snapshot($0) }, calendar: calendar).map(\.reasons)
  }

  @Test func `The newest are kept`() {
    let found = Self.reasons(["2026-01-01 10:00", "2026-01-02 10:00", "2026-01-03 10:00"]) {
      $0.last = 2
    }
    #expect(found == [[], [.last], [.last]])
  }

  @Test func `Without a rule the newest of each line is kept`() {
    #expect(Self.reasons(["2026-01-01 10:00", "2026-01-02 10:00"]) { _ in } == [[], [.newest]])
    #expect(Self.reasons([]) { $0.last = 3 } == [])
  }

  @Test func `The last of each day is kept, and days without one do not count`() {
    let times = [
      "2026-02-20 09:00", "2026-03-01 09:00", "2026-03-01 21:00", "2026-03-05 09:00",
      "2026-03-05 23:59", "2026-03-06 00:00",
    ]
    let found = Self.reasons(times) { $0.daily = 3 }
    #expect(found == [[], [], [.daily], [], [.daily], [.daily]])
  }

  @Test func `Hours, weeks, months and years are periods of the calendar`() {
    let hours = Self.reasons(["2026-01-01 10:05", "2026-01-01 10:55", "2026-01-01 11:00"]) {
      $0.hourly = 9
    }
    #expect(hours == [[], [.hourly], [.hourly]])
    // 2026-03-08 is a Sunday: the week ends with it.
    let weeks = Self.reasons(["2026-03-02 01:00", "2026-03-08 23:00", "2026-03-09 00:00"]) {
      $0.weekly = 9
    }
    #expect(weeks == [[], [.weekly], [.weekly]])
    // The week from 2025-12-29 goes across the year.
    let newYear = Self.reasons(["2025-12-28 12:00", "2025-12-29 12:00", "2026-01-04 12:00"]) {
      $0.weekly = 9
    }
    #expect(newYear == [[.weekly], [], [.weekly]])
    let months = Self.reasons(["2025-01-31 12:00", "2026-01-01 12:00", "2026-01-31 12:00"]) {
      $0.monthly = 9
    }
    #expect(months == [[.monthly], [], [.monthly]])
    let years = Self.reasons(["2024-12-31 23:00", "2025-01-01 00:00", "2025-12-31 12:00"]) {
      $0.yearly = 1
    }
    #expect(years == [[], [], [.yearly]])
  }

  @Test func `Days are those of the calendar given`() {
    let times = ["2026-03-01 22:30", "2026-03-01 23:30"]
    #expect(Self.reasons(times) { $0.daily = 9 } == [[], [.daily]])
    let hourAhead = Self.reasons(
      times,
      calendar: {
        Self.utc(Timestamp(seconds: $0.seconds + 3_600, nanoseconds: 0))
      }
    ) { $0.daily = 9 }
    #expect(hourAhead == [[.daily], [.daily]])
  }

  @Test func `A span counts from the newest, not from now`() {
    let found = Self.reasons(["1999-12-30 10:00", "1999-12-31 10:00", "2000-01-01 10:00"]) {
      $0.within = 86_400
    }
    #expect(found == [[], [.within], [.within]])
  }

  @Test func `Tags keep, and all reasons are told`() {
    var rules = Retention()
    rules.tags = ["final", "client"]
    rules.last = 1
    rules.monthly = 1
    let decisions = rules.decide(
      on: [
        Self.snapshot("2026-01-01 10:00", tags: ["client", "final"]),
        Self.snapshot("2026-01-02 10:00", tags: ["nightly"]),
        Self.snapshot("2026-01-03 10:00", tags: ["final"]),
      ], calendar: Self.utc)
    #expect(
      decisions.map(\.reasons) == [
        [.tag("final"), .tag("client")], [], [.last, .monthly, .tag("final")],
      ])
    #expect(decisions.map(\.isKept) == [true, false, true])
  }

  @Test func `Each host and set of paths is a line of its own`() {
    var rules = Retention()
    rules.last = 1
    let decisions = rules.decide(
      on: [
        Self.snapshot("2026-01-01 10:00", host: "a"),
        Self.snapshot("2026-01-01 11:00", host: "b"),
        Self.snapshot("2026-01-01 12:00", host: "a", path: "/other"),
        Self.snapshot("2026-01-02 10:00", host: "a"),
      ], calendar: Self.utc)
    #expect(decisions.map(\.isKept) == [false, true, true, true])
  }

  @Test func `Decisions come in the order of the snapshots, whatever it is`() {
    let times = ["2026-01-03 10:00", "2026-01-01 10:00", "2026-01-02 10:00"]
    #expect(Self.reasons(times) { $0.last = 2 } == [[.last], [], [.last]])
  }

  @Test func `A forgotten snapshot is gone, and its mark stands`() throws {
    let vault = try ScratchRepository()
    vault.change("echo a > a")
    let first = try vault.backup()
    let second = try vault.backup()
    try vault.repository.forget(first.id, clock: vault.clock)
    #expect(try vault.repository.snapshots() == [second])
    #expect(vault.scratch.run("ls vault/forgotten") == "\(first.id.hex)\n")
    #expect(vault.scratch.run("ls vault/refs") == "\(second.id.hex)\n")
    #expect(throws: Never.self) { try vault.repository.forget(first.id, clock: vault.clock) }
  }

  @Test func `What was forgotten is given back, and the rest stays whole`() throws {
    let vault = try ScratchRepository()
    vault.change("head -c 3000000 /dev/urandom > gone; head -c 3000000 /dev/urandom > kept")
    let first = try vault.backup()
    vault.change("rm gone")
    let second = try vault.backup()
    let untouched = try vault.collect()
    #expect(untouched.deletedPacks == 0)
    try vault.repository.forget(first.id, clock: vault.clock)
    let preview = try vault.collect { $0.isDryRun = true }
    #expect(preview.deletedBytes - preview.rewrittenBytes > 2_900_000)
    let summary = try vault.collect()
    #expect(summary.deletedBytes - summary.rewrittenBytes > 2_900_000)
    #expect(summary.waitingFor.isEmpty)
    let outcome = try vault.restore(second, to: "out")
    #expect(outcome.failures.isEmpty)
    vault.scratch.run("diff -r t out")
  }

  @Test func `A dry run sees what would be forgotten`() throws {
    let vault = try ScratchRepository()
    vault.change("head -c 3000000 /dev/urandom > gone")
    let first = try vault.backup()
    vault.change("rm gone; echo kept > kept")
    _ = try vault.backup()
    let without = try vault.collect { $0.isDryRun = true }
    #expect(without.deletedBytes < 100_000)
    let with = try vault.collect {
      $0.isDryRun = true
      $0.presumedForgotten = [first.id]
    }
    #expect(with.deletedBytes > 2_900_000)
    #expect(try vault.repository.snapshots().count == 2)
  }
}
