import Glibc
import Testing

@testable import FrameEngine
@testable import Mover

@Suite struct FrameSourceTests {
  private let shed = FrameShed()

  private func refusal(_ body: () throws -> Void) -> FrameWorkError? {
    #expect(throws: FrameWorkError.self) { try body() }
  }

  @Test func `Damage of structure is refused when the frame is opened`() throws {
    let bytes = try SampleFrame(SampleFrame.lines()).bytes()
    try shed.write("cut.exr", Array(bytes.dropLast(10)))
    try shed.write("empty.exr", [])
    try shed.write("text.exr", Array("some text".utf8))
    for name in ["cut.exr", "empty.exr", "text.exr"] {
      let error = refusal { _ = try shed.open(name) }
      #expect(error?.code == .damaged && error?.path == shed(name))
    }
  }

  @Test func `Damage of a chunk is refused when it is decoded`() throws {
    try shed.write("f.exr", try SampleFrame(SampleFrame.lines()).bytes().flipping(7))
    let source = try shed.open("f.exr", threads: 4)
    let error = refusal { _ = try source.raster(0) }
    #expect(error?.code == .damaged && error?.reason.hasPrefix("part 0, chunk 7: ") == true)
    let view = try #require(ViewChannels(of: SampleFrame.colours))
    #expect(refusal { _ = try source.thumbnail(0, showing: view, width: 9, height: 9) } != nil)
  }

  @Test func `A warning is no refusal`() throws {
    try shed.write("f.exr", try SampleFrame(SampleFrame.lines()).bytes() + [1, 2, 3])
    #expect(try shed.open("f.exr").raster(0).window == SampleFrame.window)
  }

  @Test func `Files that cannot be read, deep parts and parts that are not there`() throws {
    let missing = refusal { _ = try shed.open("none.exr") }
    #expect(missing?.code == .disk(DiskError(.open, code: ENOENT, name: shed("none.exr"))))
    try shed.write("deep.exr", SampleFrame(SampleFrame.deep()))
    let source = try shed.open("deep.exr")
    #expect(refusal { _ = try source.raster(0) }?.reason.contains("deep") == true)
    for number in [-1, 1] {
      #expect(refusal { _ = try source.flatPart(number) }?.code == .unsuitable)
    }
    try shed.write("new.exr", SampleFrame(SampleFrame.lines(.htj2k256)))
    #expect(refusal { _ = try shed.open("new.exr").raster(0) }?.code == .unsuitable)
  }

  @Test func `Links are followed`() throws {
    shed.scratch.run("mkdir d; ln -s d/real.exr latest.exr; ln -s latest.exr again.exr")
    try shed.write("d/real.exr", SampleFrame(SampleFrame.lines()))
    let source = try shed.open("again.exr")
    #expect(source.path == shed("again.exr") && source.container.parts.count == 1)
    shed.scratch.run("ln -s nowhere lost.exr")
    #expect(refusal { _ = try shed.open("lost.exr") }?.path == shed("lost.exr"))
  }

  @Test func `After a refusal the frame before is gone`() throws {
    try shed.write("f.exr", SampleFrame(SampleFrame.lines()))
    let source = try shed.open("f.exr")
    #expect(refusal { try source.open(shed("none.exr")) } != nil)
    #expect(source.container.parts.isEmpty)
    #expect(refusal { _ = try source.raster(0) }?.code == .unsuitable)
    try source.open(shed("f.exr"))
    #expect(try source.raster(0).window == SampleFrame.window)
  }

  @Test func `One source opens many frames`() throws {
    let frames = [
      SampleFrame(SampleFrame.lines(.piz)), SampleFrame(SampleFrame.tiles(.zip, .rip), seed: 2),
      SampleFrame(SampleFrame.lines(.none, .subsampled(2)), seed: 3),
    ]
    let source = try FrameSource(disk: shed.disk, decoder: .installed, threads: 2)
    for (number, frame) in frames.enumerated() {
      try shed.write("\(number).exr", frame)
      try source.open(shed("\(number).exr"))
      let raster = try source.raster(0)
      #expect(
        raster.bytes(of: SampleFrame.window)
          == frame.pixels(SampleFrame.window, frame.parts[0].channels).bytes)
    }
  }
}
