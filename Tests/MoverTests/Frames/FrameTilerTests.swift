import Testing

@testable import FrameEngine
@testable import Mover

@Suite struct FrameTilerTests {
  private let shed = FrameShed()

  /// A frame with attributes of its own, one of them of an unknown type.
  private static func marked(_ part: Part) -> Part {
    var part = part
    part.set(Attribute("owner", text: "Jane Doe"))
    part.set(Attribute(name: "studio/blob", type: "ourType", value: [1, 2, 3, 0, 255]))
    part.set(Attribute(name: "oiio:SHA-1", type: "string", value: Array("stale".utf8)))
    return part
  }

  private func tile(
    _ name: String, to target: String, _ change: (inout FrameTiler.Options) -> Void = { _ in }
  ) throws -> Int {
    var options = FrameTiler.Options()
    change(&options)
    let tiler = FrameTiler(options, output: FrameOutput(disk: shed.disk))
    return try tiler.tile(try shed.open(name, threads: 3), to: shed(target))
  }

  @Test(arguments: [LevelMode.one, .mip, .rip])
  func `Resolutions are made, and the first one has the same pixels`(mode: LevelMode) throws {
    try shed.write("f.exr", SampleFrame(Self.marked(SampleFrame.lines())))
    let bytes = try tile("f.exr", to: "t.exr") { $0.tiles.mode = mode }
    #expect(try shed.read("t.exr").count == bytes)
    let found = try shed.verify("t.exr").reports[0]
    #expect(found.findings.isEmpty, "\(found.findings)")
    let part = found.parts[0].part
    #expect(part.kind == .tiles && part.codec == .zip && part.tiles?.width == 64)
    // 256 x 150: 4 x 3 tiles in the first resolution, and 1 at last.
    let counts: [LevelMode: Int] = [.one: 12, .mip: 12 + 4 + 7]
    if let count = counts[mode] { #expect(found.parts[0].chunkCount == count) }
    let difference = try shed.compare("f.exr", "t.exr")[0]
    #expect(difference.isEqual && difference.pixels?.differences.count == 4)
  }

  @Test func `Attributes stay byte for byte, known or not`() throws {
    try shed.write("f.exr", SampleFrame(Self.marked(SampleFrame.lines())))
    _ = try tile("f.exr", to: "t.exr")
    let before = try shed.parts("f.exr")[0]
    let after = try shed.parts("t.exr")[0]
    for name in ["owner", "studio/blob", "screenWindowWidth", "displayWindow", "dataWindow"] {
      let old = try #require(before.attribute(name))
      let new = try #require(after.attribute(name))
      #expect(new.type == old.type && new.value == old.value)
    }
    #expect(after.attribute("oiio:SHA-1") == nil)
    #expect(after.attribute("textureformat")?.text == "Plain Texture")
    #expect(after.attribute("wrapmodes")?.text == "black,black")
  }

  @Test func `Options reach the texture`() throws {
    try shed.write("f.exr", SampleFrame(SampleFrame.lines()))
    _ = try tile("f.exr", to: "t.exr") { options in
      options.tiles = TileDescription(width: 32, height: 32, mode: .mip)
      options.wrapAcross = .periodic
      options.wrapDown = .clamp
      options.codec = .piz
      options.type = .float
      options.format = .latLong
    }
    let part = try shed.parts("t.exr")[0]
    #expect(part.codec == .piz && part.tiles?.width == 32)
    #expect(part.channels.allSatisfy { $0.type == .float })
    #expect(part.attribute("wrapmodes")?.text == "periodic,clamp")
    #expect(part.attribute("envmap") != nil)
  }

  @Test func `Samples that are no number are replaced where that is asked for`() throws {
    var bytes = try SampleFrame(SampleFrame.lines(.none)).bytes()
    let payload = bytes.chunks[0][5].payload
    bytes[payload.lowerBound + 1] = 0x7E
    try shed.write("f.exr", bytes)
    _ = try tile("f.exr", to: "kept.exr")
    #expect(try shed.verify("kept.exr").codes().contains(.nanPixels))
    _ = try tile("f.exr", to: "t.exr") { $0.repair = .box3 }
    #expect(try !shed.verify("t.exr").codes().contains(.nanPixels))
  }

  @Test func `What is no image for tiles is refused, and nothing is written`() throws {
    try shed.write("deep.exr", SampleFrame(SampleFrame.deep()))
    try shed.write("sparse.exr", SampleFrame(SampleFrame.lines(.zip, .subsampled(2))))
    for name in ["deep.exr", "sparse.exr"] {
      let error = #expect(throws: FrameWorkError.self) { try tile(name, to: "t.exr") }
      #expect(error?.code == .unsuitable && error?.path == shed(name))
    }
    try shed.write("bad.exr", try SampleFrame(SampleFrame.lines()).bytes().flipping(1))
    let error = #expect(throws: FrameWorkError.self) { try tile("bad.exr", to: "t.exr") }
    #expect(error?.code == .damaged)
    #expect(!shed.names().contains("t.exr"))
  }
}
