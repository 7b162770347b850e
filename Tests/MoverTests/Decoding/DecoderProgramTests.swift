import FrameEngine
import Glibc
import Testing

@testable import Mover

/// Finding `farmio-decoder`.
@Suite struct DecoderProgramTests {
  @Test func looksBesideTheProgramAndInLibexec() {
    let places = DecoderProgram.beside(Array("/opt/farmio/bin/farmio".utf8))
    #expect(
      places == [
        "/opt/farmio/bin/farmio-decoder",
        "/opt/farmio/bin/../libexec/farmio/farmio-decoder",
      ])
    #expect(DecoderProgram.beside([]).isEmpty)
  }

  /// Each in a process of its own, since the environment is everybody's.
  @Test func takesTheEnvironmentsWord() async {
    await #expect(processExitsWith: .success) {
      unsafe setenv("FARMIO_DECODER", "/bin/true", 1)
      #expect(DecoderProgram.installed.path == "/bin/true")
    }
    await #expect(processExitsWith: .success) {
      unsafe setenv("FARMIO_DECODER", "/nonexistent/decoder", 1)
      let program = DecoderProgram.installed
      #expect(program.path == nil)
      #expect(throws: DecoderMissing(codec: .piz, tried: ["/nonexistent/decoder"])) {
        try program.require(for: .piz)
      }
      try program.require(for: .zip)
    }
  }

  @Test func saysWhatWasTriedAndWhatToDo() {
    let error = DecoderMissing(codec: .dwaa, tried: ["/a/farmio-decoder", "/b/farmio-decoder"])
    for part in ["dwaa", "/a/farmio-decoder", "/b/farmio-decoder"] {
      #expect(error.description.contains(part))
    }
    #expect(DecoderMissing.remedy.contains("FARMIO_DECODER"))
  }
}
