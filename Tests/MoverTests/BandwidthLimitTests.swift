import FrameEngine
import Mover
import Synchronization
import Testing

/// At one byte a second the first request passes and the second waits for hours: whoever asked for
/// more can only be interrupted.
struct BandwidthLimitTests {
  /// Runs `body`, and cancels it once some bytes are done.
  private static func interrupt(
    _ vault: ScratchRepository, _ body: () throws -> Void
  ) -> RepositoryError? {
    let (progress, token) = (vault.progress, vault.cancellation)
    let canceller = WorkerThread("canceller") {
      while progress.bytesDone.load(ordering: .relaxed) == 0 {
        SystemClock().sleep(nanoseconds: 1_000_000)
      }
      token.cancel()
    }
    let error = #expect(throws: RepositoryError.self) { try body() }
    canceller.join()
    return error
  }

  @Test func `A backup reads no faster than it may`() throws {
    let vault = try ScratchRepository()
    vault.change("for i in 1 2 3 4; do head -c 40000 /dev/urandom > f$i; done")
    let error = Self.interrupt(vault) {
      _ = try vault.backup {
        $0.limiter = RateLimiter(RateTimetable(bytesPerSecond: 1))
        $0.threads = 1
      }
    }
    #expect(error?.code == .interrupted)
    #expect(try vault.repository.snapshots().isEmpty)
  }

  @Test func `A restore fetches no faster than it may`() throws {
    var vault = try ScratchRepository()
    vault.change("head -c 40000 /dev/urandom > a")
    _ = try vault.backup()
    vault.change("head -c 40000 /dev/urandom > b")
    let snapshot = try vault.backup()
    vault.progress = ProgressCounters()
    vault.cancellation = CancelToken()
    let error = Self.interrupt(vault) {
      _ = try vault.restore(snapshot, to: "out") {
        $0.limiter = RateLimiter(RateTimetable(bytesPerSecond: 1))
        $0.threads = 1
      }
    }
    #expect(error?.code == .interrupted)
  }
}
