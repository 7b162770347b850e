import CLinux
import Glibc
import Synchronization

/// Lets a number of bytes a second pass, in bursts of at most a tenth of a second: a token bucket
/// shared by all threads.
final class RateLimiter: Sendable {
  private let bytesPerSecond: Double
  /// When everything granted so far has passed at the exact rate, in seconds of the clock.
  private let paidUntil = Mutex<Double>(0)
  private let clock: @Sendable () -> Double
  private let sleep: @Sendable (Double) -> Void

  /// A limiter on the monotonic clock; tests bring their own.
  init(
    bytesPerSecond: Int, clock: @escaping @Sendable () -> Double = RateLimiter.monotonicSeconds,
    sleep: @escaping @Sendable (Double) -> Void = RateLimiter.sleep
  ) {
    precondition(bytesPerSecond > 0, "nothing would ever pass")
    self.bytesPerSecond = Double(bytesPerSecond)
    self.clock = clock
    self.sleep = sleep
  }

  /// Waits until `byteCount` more bytes may pass, or `cancel` is set.
  func pass(_ byteCount: Int, cancel: CancelToken) {
    let start = paidUntil.withLock { paidUntil in
      let start = max(paidUntil, clock() - 0.1)
      paidUntil = start + Double(byteCount) / bytesPerSecond
      return start
    }
    while !cancel.isCancelled {
      let wait = start - clock()
      if wait <= 0 { return }
      sleep(min(wait, 0.1))
    }
  }

  static func monotonicSeconds() -> Double {
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  private static func sleep(_ seconds: Double) {
    var time = timespec(
      tv_sec: Int(seconds), tv_nsec: Int(seconds.truncatingRemainder(dividingBy: 1) * 1e9))
    _ = unsafe nanosleep(&time, nil)
  }
}
