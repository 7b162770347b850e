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
      let found = try DecoderProgram.find()
      #expect(found.path == "/bin/true")
    }
    await #expect(processExitsWith: .success) {
      unsafe setenv("FARMIO_DECODER", "/nonexistent/decoder", 1)
      #expect(throws: DecoderMissing(tried: ["/nonexistent/decoder"])) {
        try DecoderProgram.find()
      }
    }
  }

  @Test func saysWhatWasTriedAndWhatToDo() {
    let text = DecoderMissing(tried: ["/a/farmio-decoder", "/b/farmio-decoder"]).description
    for part in ["/a/farmio-decoder", "/b/farmio-decoder", "FARMIO_DECODER"] {
      #expect(text.contains(part))
    }
  }
}
