import CLinux
import Glibc

/// Measures work that repeats, on one core.
enum Throughput {
  /// Seconds of CPU time that this thread has used: unlike the wall clock, it does not count what
  /// other processes took.
  static func seconds() -> Double {
    var time = timespec()
    unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  /// GB/s of the best of `rounds` calls of `work`, each of which handles `bytes` bytes.
  static func best(of rounds: Int, bytes: Int, _ work: () -> Void) -> Double {
    work()
    var least = Double.infinity
    for _ in 0..<rounds {
      let start = seconds()
      work()
      least = min(least, seconds() - start)
    }
    return Double(bytes) / least / 1e9
  }
}
