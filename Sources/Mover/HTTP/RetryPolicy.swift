import FrameEngine

/// When a request is tried again: after failures that pass, with growing random pauses, so that many
/// clients do not come back together ("full jitter"), and never sooner than the service asks.
struct RetryPolicy: Sendable {
  /// Tries in all.
  var attempts = 8
  /// The longest pause after the first failure; it doubles each time.
  var base = Duration.milliseconds(200)
  /// The longest pause of all.
  var cap = Duration.seconds(30)

  /// Runs `body` until it succeeds, fails for good, or the tries are used up.
  func run<Result>(
    clock: any Clock, cancellation: CancelToken?,
    _ body: () throws(ServiceError) -> Result
  ) throws(ServiceError) -> Result {
    var attempt = 1
    while true {
      do throws(ServiceError) {
        return try body()
      } catch {
        guard error.isTransient, attempt < attempts else { throw error }
        try RetryPolicy.pause(pauseLength(attempt, error.retryAfter), clock, cancellation)
        attempt += 1
      }
    }
  }

  private func pauseLength(_ attempt: Int, _ asked: Duration?) -> Duration {
    let ceiling = min(base * (1 << min(attempt - 1, 20)), cap)
    let random = ceiling * Double.random(in: 0...1)
    return max(random, min(asked ?? .zero, .seconds(120)))
  }

  /// Waits; a wish to stop ends the wait within 0.1 s.
  static func pause(
    _ length: Duration, _ clock: any Clock, _ cancellation: CancelToken?
  ) throws(ServiceError) {
    let slice = Duration.milliseconds(100)
    var left = length
    while left > .zero {
      if cancellation?.isCancelled == true {
        throw ServiceError(HTTPError(.interrupted, "the run was asked to stop"))
      }
      clock.sleep(nanoseconds: UInt64(min(left, slice) / .nanoseconds(1)))
      left -= slice
    }
  }
}
