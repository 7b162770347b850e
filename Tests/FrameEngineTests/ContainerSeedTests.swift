import Glibc
import Testing

@testable import FrameEngine

/// Writes the container fuzzer's first inputs: `FARMIO_FUZZ_SEEDS=Tests/Fuzz/corpus` names the
/// folder, with a folder `container` in it.
@Suite(.enabled(if: unsafe getenv("FARMIO_FUZZ_SEEDS") != nil)) struct ContainerSeedTests {
  @Test func writeSeeds() throws {
    let folder = unsafe String(cString: getenv("FARMIO_FUZZ_SEEDS"))
    let small = Window(minX: -1, minY: 2, maxX: 7, maxY: 20)
    for (number, frame) in SampleFrame.all.enumerated() {
      var parts = frame.parts
      for index in parts.indices {
        parts[index].dataWindow = small
        parts[index].displayWindow = small
        parts[index].tiles?.width = 4
        parts[index].tiles?.height = 8
      }
      let bytes = SampleFrame(name: frame.name, parts: parts).bytes()
      guard let file = unsafe fopen("\(folder)/container/\(number)", "w") else { continue }
      unsafe fwrite(bytes, 1, bytes.count, file)
      unsafe fclose(file)
    }
  }
}
