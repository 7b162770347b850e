import Glibc
import Testing

@testable import FrameEngine
@testable import Mover

@Suite struct FrameConverterTests {
  private let shed = FrameShed()

  private func convert(
    _ name: String, to target: String, _ change: (inout FrameConverter.Options) -> Void
  ) throws -> FrameConverter.Summary {
    var options = FrameConverter.Options()
    change(&options)
    let converter = FrameConverter(options, output: FrameOutput(disk: shed.disk))
    return try converter.convert(try shed.open(name, threads: 2), to: shed(target))
  }

  @Test(arguments: PixelCodec.allCases.filter { $0.decoding != .unsupported })
  func `Every codec packs, and the lossless ones keep every bit`(codec: PixelCodec) throws {
    try shed.write("f.exr", SampleFrame(SampleFrame.lines()))
    let summary = try convert("f.exr", to: "c.exr") { $0.codec = codec }
    #expect(try shed.read("c.exr").count == summary.byteCount && summary.exceeding == 0)
    #expect(try shed.verify("c.exr").reports[0].findings.isEmpty)
    #expect(try shed.parts("c.exr")[0].codec == codec)
    let difference = try shed.compare("f.exr", "c.exr")[0]
    if codec.isLossless(for: .half) {
      #expect(difference.isEqual)
    } else {
      #expect(difference.pixels?.differences.allSatisfy { $0.maximum < 0.05 } == true)
    }
  }

  @Test func `Types are converted there and back`() throws {
    try shed.write("f.exr", SampleFrame(SampleFrame.lines()))
    _ = try convert("f.exr", to: "float.exr") { $0.type = .float }
    #expect(try shed.parts("float.exr")[0].channels.allSatisfy { $0.type == .float })
    _ = try convert("float.exr", to: "half.exr") { $0.type = .half }
    #expect(try shed.compare("f.exr", "half.exr")[0].isEqual)
  }

  @Test func `What the new type cannot hold is counted`() throws {
    let window = Window(minX: 0, minY: 0, maxX: 3, maxY: 0)
    var bytes = try SampleFrame(SampleFrame.lines(.none, .of(.float, "Y"), in: window)).bytes()
    let start = bytes.chunks[0][0].payload.lowerBound
    bytes.replaceSubrange(start..<start + 4, with: [0x00, 0x24, 0x74, 0x49])
    try shed.write("f.exr", bytes)
    #expect(try convert("f.exr", to: "h.exr") { $0.type = .half }.exceeding == 1)
  }

  @Test func `Channels and pixels are chosen`() throws {
    let frame = SampleFrame(SampleFrame.lines())
    try shed.write("f.exr", frame)
    let crop = Window(minX: 10, minY: 30, maxX: 109, maxY: 400)
    _ = try convert("f.exr", to: "c.exr") { options in
      options.channels = ["R", "A"]
      options.crop = crop
    }
    let source = try shed.open("c.exr")
    let part = source.container.parts[0]
    #expect(part.channels.map(\.name) == ["A", "R"])
    #expect(part.dataWindow == Window(minX: 10, minY: 30, maxX: 109, maxY: 165))
    #expect(part.displayWindow == SampleFrame.window)
    let difference = try shed.compare("f.exr", "c.exr")[0]
    let pixels = try #require(difference.pixels)
    #expect(pixels.isEqual && pixels.channels.onlyLeft == ["B", "G"])
  }

  @Test func `Attributes are kept as long as they are true`() throws {
    var part = SampleFrame.lines()
    part.set(Attribute(name: "studio/blob", type: "ourType", value: [1, 2, 3, 0, 255]))
    part.set(Attribute(name: "oiio:SHA-1", type: "string", value: Array("abc".utf8)))
    try shed.write("f.exr", SampleFrame(part))
    _ = try convert("f.exr", to: "same.exr") { $0.codec = .rle }
    #expect(try shed.parts("same.exr")[0].attribute("oiio:SHA-1") != nil)
    _ = try convert("f.exr", to: "less.exr") { $0.channels = ["R"] }
    let less = try shed.parts("less.exr")[0]
    #expect(less.attribute("oiio:SHA-1") == nil)
    #expect(less.attribute("studio/blob")?.value == [1, 2, 3, 0, 255])
  }

  @Test func `Tiles stay tiles, of one resolution`() throws {
    try shed.write("f.exr", SampleFrame(SampleFrame.tiles(.zip, .mip)))
    _ = try convert("f.exr", to: "c.exr") { $0.codec = .piz }
    let part = try shed.parts("c.exr")[0]
    #expect(part.kind == .tiles && part.tiles?.mode == .one && part.tiles?.width == 64)
    #expect(try shed.verify("c.exr").reports[0].findings.isEmpty)
    #expect(try shed.compare("f.exr", "c.exr")[0].pixels?.isEqual == true)
  }

  @Test func `All parts are converted, or the one that is asked for`() throws {
    let frame = SampleFrame(
      SampleFrame.lines(name: "beauty"), SampleFrame.lines(.zip, .of(.float, "Z"), name: "depth"))
    try shed.write("f.exr", frame)
    _ = try convert("f.exr", to: "all.exr") { $0.codec = .piz }
    #expect(try shed.parts("all.exr").map(\.name) == ["beauty", "depth"])
    #expect(try shed.verify("all.exr").reports[0].findings.isEmpty)
    #expect(try shed.compare("f.exr", "all.exr").map(\.isEqual) == [true, true])
    _ = try convert("f.exr", to: "c.exr") { $0.part = 1 }
    let parts = try shed.parts("c.exr")
    #expect(parts.map(\.name) == ["depth"] && parts[0].channels.map(\.name) == ["Z"])
    #expect(try shed.verify("c.exr").reports[0].findings.isEmpty)
  }

  @Test func `A frame is converted in its place`() throws {
    try shed.write("f.exr", SampleFrame(SampleFrame.lines()))
    shed.scratch.run("cp f.exr before.exr")
    _ = try convert("f.exr", to: "f.exr") { $0.codec = .piz }
    #expect(try shed.compare("before.exr", "f.exr")[0].isEqual)
    #expect(shed.scratch.run("ls -A") == "before.exr\nf.exr\n")
  }

  @Test func `What cannot be made is refused`() throws {
    try shed.write("f.exr", SampleFrame(SampleFrame.lines()))
    let changes: [(inout FrameConverter.Options) -> Void] = [
      { $0.channels = ["R", "none"] }, { $0.channels = ["R", "R"] }, { $0.channels = [] },
      { $0.crop = Window(minX: 999, minY: 999, maxX: 1000, maxY: 1000) }, { $0.part = 1 },
      { $0.part = -1 }, { $0.codec = .htj2k32 },
    ]
    for change in changes {
      let error = #expect(throws: FrameWorkError.self) { try convert("f.exr", to: "c.exr", change) }
      #expect(error?.code == .unsuitable)
    }
    #expect(shed.names() == "f.exr\n")
  }

  @Test func `A converter that is stopped writes nothing`() throws {
    try shed.write("f.exr", SampleFrame(SampleFrame.lines()))
    let token = CancelToken()
    token.cancel()
    let converter = FrameConverter(
      FrameConverter.Options(), output: FrameOutput(disk: shed.disk), cancellation: token)
    let error = #expect(throws: FrameWorkError.self) {
      try converter.convert(try shed.open("f.exr"), to: shed("c.exr"))
    }
    #expect(error?.code == .interrupted && shed.names() == "f.exr\n")
  }
}
