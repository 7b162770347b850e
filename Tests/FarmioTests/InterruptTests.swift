import Glibc
import Synchronization
import Testing

@testable import farmio

@Suite struct InterruptTests {
  @Test func callbacksRunOnceWhetherEarlyOrLate() {
    let interrupt = Interrupt()
    let calls = Calls()
    interrupt.whenAsked { calls.number.add(1, ordering: .relaxed) }
    #expect(throws: Never.self) { try interrupt.check() }
    interrupt.ask()
    interrupt.ask()
    #expect(calls.number.load(ordering: .relaxed) == 1)
    interrupt.whenAsked { calls.number.add(10, ordering: .relaxed) }
    #expect(calls.number.load(ordering: .relaxed) == 11)
    #expect(throws: CommandError.interrupted) { try interrupt.check() }
  }

  @Test func theSecondSignalEndsTheProcess() async {
    await #expect(processExitsWith: .exitCode(130)) {
      let interrupt = Interrupt()
      try interrupt.install(console: Console())
      kill(getpid(), SIGTERM)
      while !interrupt.isAsked { usleep(1_000) }
      kill(getpid(), SIGINT)
      while true { pause() }
    }
  }

  private final class Calls: Sendable {
    let number = Atomic<Int>(0)
  }
}
