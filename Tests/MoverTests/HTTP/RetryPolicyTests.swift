import FrameEngine
import Testing

@testable import Mover

@Suite struct RetryPolicyTests {
  private let clock = VirtualClock(seconds: 1_000)

  private var elapsed: Double { Double(clock.monotonic()) / 1e9 - 1_000 }

  private func failure(
    _ status: Int, _ code: String = "", retryAfter: Duration? = nil
  ) -> ServiceError {
    ServiceError(
      status: status, code: code, message: "", requestID: nil, retryAfter: retryAfter)
  }

  /// Fails with `error` so many times, then succeeds; how often it was tried.
  private func tries(
    _ error: ServiceError, failures: Int, _ policy: RetryPolicy = RetryPolicy(),
    cancellation: CancelToken? = nil
  ) -> (count: Int, isDone: Bool) {
    var count = 0
    do throws(ServiceError) {
      try policy.run(clock: clock, cancellation: cancellation) { () throws(ServiceError) in
        count += 1
        if count <= failures { throw error }
      }
      return (count, true)
    } catch {
      return (count, false)
    }
  }

  @Test func successIsNotRepeated() {
    #expect(tries(failure(503), failures: 0) == (1, true))
    #expect(elapsed == 0)
  }

  @Test(arguments: [
    (408, ""), (429, ""), (500, "InternalError"), (502, ""), (503, "SlowDown"), (504, ""),
    (200, "InternalError"), (409, "ConditionalRequestConflict"), (400, "RequestTimeout"),
    (400, "BadDigest"),
  ])
  func passingFailuresAreTriedAgain(_ status: Int, _ code: String) {
    #expect(tries(failure(status, code), failures: 3) == (4, true))
  }

  @Test(arguments: [
    (400, ""), (400, "ExpiredToken"), (401, ""), (403, "AccessDenied"),
    (403, "RequestTimeTooSkewed"), (404, "NoSuchKey"), (409, "BucketNotEmpty"), (412, ""),
    (416, ""), (501, "NotImplemented"), (505, ""), (301, ""),
  ])
  func lastingFailuresAreNot(_ status: Int, _ code: String) {
    #expect(tries(failure(status, code), failures: 1) == (1, false))
    #expect(elapsed == 0)
  }

  @Test(arguments: [
    (HTTPError.Code.broken, true), (.timeout, true), (.unreachable, true), (.untrusted, false),
    (.tooLarge, false), (.invalid, false), (.interrupted, false),
  ])
  func theWireIsTriedAgainWhereItMayHeal(_ code: HTTPError.Code, _ heals: Bool) {
    let result = tries(ServiceError(HTTPError(code, "")), failures: 1)
    #expect(result == (heals ? (2, true) : (1, false)))
  }

  @Test func triesEnd() {
    #expect(tries(failure(500), failures: 100) == (8, false))
    // Seven pauses of at most 0.2 s, doubled each time.
    #expect(elapsed <= 0.2 * 127 + 7 * 0.1)
  }

  @Test func pausesAreRandomAndBounded() {
    var policy = RetryPolicy()
    policy.attempts = 2
    policy.base = .seconds(1000)
    var pauses: Set<UInt64> = []
    for _ in 0..<20 {
      let start = clock.monotonic()
      _ = tries(failure(500), failures: 100, policy)
      pauses.insert(clock.monotonic() - start)
    }
    #expect(pauses.count > 10)
    #expect(pauses.max()! <= 30_100_000_000)
  }

  @Test func theServiceIsHeard() {
    #expect(tries(failure(503, retryAfter: .seconds(7)), failures: 2) == (3, true))
    #expect(elapsed >= 14)
  }

  @Test func noServiceMakesUsWaitForEver() {
    #expect(tries(failure(503, retryAfter: .seconds(1 << 40)), failures: 1) == (2, true))
    #expect(elapsed <= 121)
    #expect(tries(failure(503, retryAfter: .seconds(-5)), failures: 1) == (2, true))
  }

  @Test func aWishToStopEndsThePause() {
    let token = CancelToken()
    token.cancel()
    #expect(tries(failure(503), failures: 1, cancellation: token) == (1, false))
    #expect(elapsed == 0)
  }
}
