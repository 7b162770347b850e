import FrameEngine
import Glibc
import Testing

@testable import Mover

struct RateLimiterTests {
  /// Minutes of days that start at midnight in UTC, 1970-01-05 having been a Monday.
  private static func utc(_ seconds: Int64) -> Int { Int(seconds / 60 + 3 * 1440) % (7 * 1440) }
  /// A Tuesday, 07:59 in UTC.
  private static let tuesday: UInt64 = 1_700_553_540

  private static func entry(_ day: Int, _ hour: Int, _ rate: Int?) -> RateTimetable.Entry {
    RateTimetable.Entry(minuteOfWeek: (day * 24 + hour) * 60, bytesPerSecond: rate)
  }

  private func seconds(_ clock: VirtualClock) -> Double { Double(clock.monotonic()) / 1e9 }

  @Test func `Passes the rate asked for`() {
    let clock = VirtualClock(seconds: 1000)
    let limiter = RateLimiter(
      RateTimetable(bytesPerSecond: 1000), clock: clock, minuteOfWeek: Self.utc)
    for _ in 0..<100 { limiter.pass(100, cancel: CancelToken()) }
    // 10,000 bytes at 1,000 a second; the last need not wait for itself.
    #expect((9.89...9.92).contains(seconds(clock) - 1000))
  }

  @Test func `Saves up a tenth of a second, however long nothing was asked for`() {
    let clock = VirtualClock(seconds: 1000)
    let limiter = RateLimiter(
      RateTimetable(bytesPerSecond: 1000), clock: clock, minuteOfWeek: Self.utc)
    clock.advance(seconds: 3600)
    for _ in 0..<10 { limiter.pass(100, cancel: CancelToken()) }
    #expect((0.79...0.82).contains(seconds(clock) - 4600))
  }

  @Test func `Cancelling ends the wait`() {
    let token = CancelToken()
    token.cancel()
    let clock = VirtualClock(seconds: 1000)
    let limiter = RateLimiter(
      RateTimetable(bytesPerSecond: 1), clock: clock, minuteOfWeek: Self.utc)
    limiter.pass(1000, cancel: token)
    limiter.pass(1000, cancel: token)
    #expect(seconds(clock) == 1000)
  }

  @Test func `Several share one limiter`() {
    // Time stands still: both ask for bytes, and whoever comes second finds them booked.
    let clock = VirtualClock(seconds: 1000)
    let limiter = RateLimiter(
      RateTimetable(bytesPerSecond: 1000), clock: clock, minuteOfWeek: Self.utc)
    runWorkers(count: 4) { _ in
      for _ in 0..<50 { limiter.pass(10, cancel: CancelToken()) }
    }
    // 2,000 bytes. Each worker's sleeps move the one clock, so that it may run ahead by those of
    // the others, and never behind.
    #expect(seconds(clock) - 1000 >= 1.88)
  }

  @Test func `A new hour changes the rate of those who wait`() {
    let clock = VirtualClock(seconds: Self.tuesday)
    let limiter = RateLimiter(
      RateTimetable([Self.entry(0, 0, 10), Self.entry(1, 8, 1_000_000)]), clock: clock,
      minuteOfWeek: Self.utc)
    // At ten a second it would take a day.
    limiter.pass(1_000_000, cancel: CancelToken())
    limiter.pass(1, cancel: CancelToken())
    #expect((60.0...62.5).contains(seconds(clock) - Double(Self.tuesday)))
  }

  @Test func `The end of a limit lets everyone go, and its beginning holds them back`() {
    let clock = VirtualClock(seconds: Self.tuesday)
    let limiter = RateLimiter(
      RateTimetable([
        Self.entry(0, 0, 1), Self.entry(1, 8, nil), Self.entry(1, 9, 100),
      ]), clock: clock, minuteOfWeek: Self.utc)
    limiter.pass(1 << 40, cancel: CancelToken())
    limiter.pass(1 << 40, cancel: CancelToken())
    #expect((60.0...61.5).contains(seconds(clock) - Double(Self.tuesday)))
    #expect(limiter.sliceByteCount == .max)
    limiter.pass(1 << 40, cancel: CancelToken())
    clock.advance(seconds: 3600)
    #expect(limiter.sliceByteCount == 25)
    let begun = seconds(clock)
    for _ in 0..<11 { limiter.pass(100, cancel: CancelToken()) }
    #expect((9.8...10.2).contains(seconds(clock) - begun))
  }
}

struct RateTimetableTests {
  @Test func `An entry holds until the next, and the last of the week on into the new one`() {
    let timetable = RateTimetable([
      .init(minuteOfWeek: 3000, bytesPerSecond: 7), .init(minuteOfWeek: 100, bytesPerSecond: nil),
    ])
    for (minute, rate) in [(0, 7), (99, 7), (100, nil), (2999, nil), (3000, 7), (10_079, 7)] {
      #expect(timetable.bytesPerSecond(atMinuteOfWeek: minute) == rate)
    }
  }

  /// A zone as POSIX writes it, so that no files of zones are needed: Central Europe.
  @Test func `The clock on the wall decides, when it is put forward and back`() async {
    await #expect(processExitsWith: .success) {
      unsafe setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1)
      tzset()
      let sunday = 6 * 1440
      // 2026-03-29, 02:00 CET is 03:00 CEST.
      precondition(WallClock.minuteOfWeek(at: 1_774_745_999) == sunday + 119)
      precondition(WallClock.minuteOfWeek(at: 1_774_746_000) == sunday + 180)
      // 2026-10-25, 03:00 CEST is 02:00 CET.
      precondition(WallClock.minuteOfWeek(at: 1_792_889_999) == sunday + 179)
      precondition(WallClock.minuteOfWeek(at: 1_792_890_000) == sunday + 120)
      // Midnight from Sunday to Monday, and the minutes around it.
      precondition(WallClock.minuteOfWeek(at: 1_792_969_199) == 7 * 1440 - 1)
      precondition(WallClock.minuteOfWeek(at: 1_792_969_200) == 0)

      // A limit from 02:30 on begins at 03:00 where the clock jumps over it, and in autumn, when
      // 02:00 comes twice, it is lifted until 02:30 comes again.
      let timetable = RateTimetable([
        .init(minuteOfWeek: sunday, bytesPerSecond: nil),
        .init(minuteOfWeek: sunday + 150, bytesPerSecond: 40),
      ])
      let clock = VirtualClock(seconds: 1_774_745_990)
      let limiter = RateLimiter(
        timetable, clock: clock, minuteOfWeek: WallClock.minuteOfWeek)
      precondition(limiter.sliceByteCount == .max)
      clock.advance(seconds: 10)
      precondition(limiter.sliceByteCount == 10)
      clock.advance(seconds: 1_792_889_990 - 1_774_746_000)
      precondition(limiter.sliceByteCount == 10)
      clock.advance(seconds: 10)
      precondition(limiter.sliceByteCount == .max)
      clock.advance(seconds: 1800)
      precondition(limiter.sliceByteCount == 10)
    }
  }
}
