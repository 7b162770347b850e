import FrameEngine
import Glibc
import Mover
import Testing

@testable import farmio

/// Each test is a process of its own, since a process has one terminal.
@Suite struct TerminalPromptTests {
  @Test func aPassphraseIsTypedUnseenAndTwice() async {
    await #expect(processExitsWith: .success) {
      let terminal = try takeTerminal()
      let typist = WorkerThread("typist") { [outer = terminal.outer] in
        typed(outer, after: "New passphrase for r: ", "hunter two\n")
        typed(outer, after: "The same again: ", "hunter two\n")
      }
      let secret = try prompting().newSecret(for: "r")
      typist.join()
      precondition(secret == .passphrase(Array("hunter two".utf8)))
      var settings = termios()
      precondition(unsafe tcgetattr(terminal.inner, &settings) == 0)
      precondition(settings.c_lflag & tcflag_t(ECHO) != 0, "the echo stays off")
    }
  }

  @Test func twoEntriesThatDifferAreRefused() async {
    await #expect(processExitsWith: .success) {
      let terminal = try takeTerminal()
      let typist = WorkerThread("typist") { [outer = terminal.outer] in
        typed(outer, after: "New passphrase for r: ", "one\n")
        typed(outer, after: "The same again: ", "other\n")
      }
      do {
        _ = try prompting().newSecret(for: "r")
        preconditionFailure("two different entries were taken")
      } catch let error as CommandError {
        precondition(error.cause == "the two entries differ")
      }
      typist.join()
    }
  }

  @Test func anInterruptGivesTheEchoBack() async {
    await #expect(processExitsWith: .success) {
      let terminal = try takeTerminal()
      let interrupt = Interrupt()
      let typist = WorkerThread("typist") { [outer = terminal.outer] in
        typed(outer, after: "Passphrase of r: ", "half")
        interrupt.token.cancel()
      }
      do {
        _ = try prompting(interrupt).secret(for: "r")
        preconditionFailure("half a line was taken")
      } catch let error as CommandError {
        precondition(error.status == .interrupted)
      }
      typist.join()
      var settings = termios()
      precondition(unsafe tcgetattr(terminal.inner, &settings) == 0)
      precondition(settings.c_lflag & tcflag_t(ECHO) != 0, "the echo stays off")
    }
  }

  @Test func withoutATerminalTheOtherWaysAreNamed() async {
    await #expect(processExitsWith: .success) {
      setsid()
      do {
        _ = try prompting().secret(for: "r")
        preconditionFailure("there is no terminal")
      } catch let error as CommandError {
        precondition(error.remedy?.contains("FARMIO_PASSWORD_FILE") == true)
      }
    }
  }
}

private func prompting(_ interrupt: Interrupt = Interrupt()) -> SecretSource {
  SecretSource(
    keyFile: nil, passwordFile: nil, environment: Environment([:]), interrupt: interrupt)
}

/// Makes a new terminal the one of this process, which will not mind that it closes.
private func takeTerminal() throws -> PseudoTerminal {
  signal(SIGHUP, SIG_IGN)
  let terminal = try PseudoTerminal.open(columns: 80)
  precondition(setsid() >= 0)
  precondition(ioctl(terminal.inner, UInt(TIOCSCTTY), 0) == 0)
  return terminal
}

/// Waits for the prompt, with nothing typed before shown, and types.
private func typed(_ outer: Int32, after prompt: String, _ text: String) {
  var seen = ""
  while !seen.hasSuffix(prompt) {
    guard let more = Descriptor.readSome(outer) else { preconditionFailure("it went away") }
    seen += String(decoding: more, as: UTF8.self)
  }
  precondition(seen == prompt || seen == "\r\n" + prompt, "the passphrase is shown: \(seen)")
  let bytes = Array(text.utf8)
  let count = unsafe bytes.withUnsafeBytes { unsafe write(outer, $0.baseAddress, $0.count) }
  precondition(count == bytes.count)
}
