import Glibc
import Mover
import Testing

@testable import farmio

@Suite struct InterruptTests {
  @Test func aCancelledTokenEndsTheWork() {
    let interrupt = Interrupt()
    #expect(throws: Never.self) { try interrupt.check() }
    interrupt.token.cancel()
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
}
