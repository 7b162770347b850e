import CLinux
public import FrameEngine
import Glibc

/// The machine's clocks.
public struct SystemClock: Clock {
  /// The machine's clocks.
  public init() {}

  /// The time of day, in UTC.
  public func now() -> Timestamp {
    var time = timespec()
    unsafe clock_gettime(CLOCK_REALTIME, &time)
    return Timestamp(seconds: Int64(time.tv_sec), nanoseconds: UInt32(time.tv_nsec))
  }

  /// Nanoseconds since the machine started.
  public func monotonic() -> UInt64 {
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }

  /// Waits, whatever signals come.
  public func sleep(nanoseconds: UInt64) {
    var wanted = timespec(
      tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
    var left = timespec()
    while unsafe nanosleep(&wanted, &left) != 0, errno == EINTR { wanted = left }
  }
}

/// How long something takes, from now on, by the clock that only ever counts up.
public struct Stopwatch: Sendable {
  private let begun = SystemClock().monotonic()

  /// Starts.
  public init() {}

  /// Time since the start.
  public var elapsed: Duration { .nanoseconds(Int64(SystemClock().monotonic() - begun)) }
}
