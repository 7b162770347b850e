import FrameEngine
import Synchronization

/// Lets a number of bytes a second pass, in bursts of at most a tenth of a second: a token bucket
/// shared by all threads, and by all transfers that are given the same one.
///
/// The rate is that of a timetable; a change is noticed within a second, by those who wait as well.
/// Whoever comes first passes first.
public final class RateLimiter: Sendable {
  private let timetable: RateTimetable
  private let clock: any Clock
  /// The minute of the week on the wall, at a moment in seconds since 1970.
  private let minuteOfWeek: @Sendable (Int64) -> Int
  private let state: Mutex<State>

  private struct State: Sendable {
    /// Bytes that were asked for, and those of them that have passed at the exact rate, counted
    /// from the same start.
    var booked = 0.0
    var passed = 0.0
    /// When `passed` was right.
    var at: Double
    var bytesPerSecond: Double?
    /// When the timetable was looked at.
    var lookedAt: Double
  }

  /// A limiter by the timetable, in the zone of this process.
  public convenience init(_ timetable: RateTimetable) {
    self.init(timetable, clock: SystemClock(), minuteOfWeek: WallClock.minuteOfWeek)
  }

  init(
    _ timetable: RateTimetable, clock: any Clock, minuteOfWeek: @escaping @Sendable (Int64) -> Int
  ) {
    self.timetable = timetable
    self.clock = clock
    self.minuteOfWeek = minuteOfWeek
    let now = RateLimiter.seconds(clock)
    let minute = minuteOfWeek(clock.now().seconds)
    state = Mutex(
      State(
        at: now,
        bytesPerSecond: timetable.bytesPerSecond(atMinuteOfWeek: minute).map(Double.init),
        lookedAt: now))
  }

  private static func seconds(_ clock: any Clock) -> Double { Double(clock.monotonic()) / 1e9 }

  /// Waits until `byteCount` more bytes may pass, or `cancel` is set.
  func pass(_ byteCount: Int, cancel: CancelToken) {
    let start = state.withLock { state in
      advance(&state)
      let saved = (state.bytesPerSecond ?? 0) * RateLimiter.burst
      let start = max(state.booked, state.passed - saved)
      state.booked = start + Double(byteCount)
      return start
    }
    while !cancel.isCancelled {
      let wait = state.withLock { state in
        advance(&state)
        return state.bytesPerSecond.map { (start - state.passed) / $0 } ?? 0
      }
      if wait <= 0 { return }
      clock.sleep(nanoseconds: UInt64(min(wait, 0.1) * 1e9) + 1)
    }
  }

  /// Bytes that pass in a quarter of a second, so that a wait is felt as a slower flow; all of
  /// them where there is no limit.
  var sliceByteCount: Int {
    state.withLock { state in
      advance(&state)
      return state.bytesPerSecond.map { Int(min($0 / 4, 1e12)) } ?? .max
    }
  }

  /// Seconds whose bytes may be saved up.
  private static let burst = 0.1

  /// Lets pass what may have passed by now.
  private func advance(_ state: inout State) {
    let now = RateLimiter.seconds(clock)
    if let rate = state.bytesPerSecond {
      state.passed += max(0, now - state.at) * rate
    } else {
      state.passed = max(state.passed, state.booked)
    }
    state.at = now
    if now - state.lookedAt >= 1, !timetable.isConstant {
      state.lookedAt = now
      let minute = minuteOfWeek(clock.now().seconds)
      state.bytesPerSecond = timetable.bytesPerSecond(atMinuteOfWeek: minute).map(Double.init)
    }
  }
}
