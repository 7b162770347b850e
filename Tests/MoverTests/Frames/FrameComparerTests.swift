import Testing

@testable import FrameEngine
@testable import Mover

@Suite struct FrameComparerTests {
  private let shed = FrameShed()

  /// The sample of channel `index` at a place, in a frame that is stored as it is.
  private func offset(_ bytes: [UInt8], _ index: Int, x: Int, y: Int) throws -> Int {
    let chunk = try #require(bytes.chunks[0].first { $0.region.window.contains(x: x, y: y) })
    let width = SampleFrame.window.width
    return chunk.payload.lowerBound + 2 * (index * width + x - SampleFrame.window.minX)
  }

  @Test func `Equal bytes are equal without decoding`() throws {
    try shed.write("a.exr", SampleFrame(SampleFrame.lines()))
    shed.scratch.run("cp a.exr b.exr")
    let part = try shed.compare("a.exr", "b.exr")[0]
    #expect(part.isEqual && part.equalChunks == 10)
    #expect(part.pixels?.differences.allSatisfy { $0.samples == 256 * 150 } == true)
  }

  @Test func `Other codecs, types of part and line orders are equal`() throws {
    try shed.write("a.exr", SampleFrame(SampleFrame.lines()))
    var down = SampleFrame.lines(.zip)
    down.lineOrder = .decreasing
    let others = [
      SampleFrame(SampleFrame.lines(.piz)), SampleFrame(SampleFrame.lines(.none)),
      SampleFrame(SampleFrame.tiles(.rle, .mip)), SampleFrame(down),
    ]
    for other in others {
      shed.scratch.run("rm -f b.exr")
      try shed.write("b.exr", other)
      let part = try shed.compare("a.exr", "b.exr")[0]
      #expect(part.isEqual)
      #expect(part.pixels?.differences.allSatisfy { $0.samples == 256 * 150 } == true)
    }
  }

  @Test func `The first sample that differs is named`() throws {
    let bytes = try SampleFrame(SampleFrame.lines(.none)).bytes()
    var other = bytes
    for (x, y) in [(100, 60), (30, 61), (31, 61)] { other[try offset(bytes, 2, x: x, y: y)] ^= 1 }
    try shed.write("a.exr", bytes)
    try shed.write("b.exr", other)
    for (one, two) in [("a.exr", "b.exr"), ("b.exr", "a.exr")] {
      let part = try shed.compare(one, two, heatScale: 4)[0]
      let pixels = try #require(part.pixels)
      #expect(!part.isEqual && part.equalChunks == 148)
      #expect(pixels.channels.pairs.map(\.name) == ["A", "B", "G", "R"])
      #expect(pixels.differences.map(\.differing.count) == [0, 0, 3, 0])
      #expect(pixels.differences[2].differing.first == PixelPosition(x: 100, y: 60))
      #expect(pixels.differences[2].maximum > 0)
      #expect(pixels.heatMap?.distances.filter { $0 > 0 }.count == 2)
    }
  }

  @Test func `A NaN differs from a number and equals itself`() throws {
    var bytes = try SampleFrame(SampleFrame.lines(.none)).bytes()
    try shed.write("a.exr", bytes)
    bytes[try offset(bytes, 1, x: 5, y: 20) + 1] = 0x7E
    try shed.write("nan.exr", bytes)
    let part = try shed.compare("a.exr", "nan.exr")[0]
    let difference = try #require(part.pixels?.differences[1])
    #expect(difference.differing.count == 1)
    #expect(difference.unmeasured == 1)
    #expect(difference.maximum == 0)
    #expect(!part.isEqual(within: 1))
    shed.scratch.run("cp nan.exr again.exr")
    #expect(try shed.compare("nan.exr", "again.exr")[0].isEqual)
  }

  @Test func `Windows and channels that differ are told`() throws {
    try shed.write("a.exr", SampleFrame(SampleFrame.lines()))
    let window = Window(minX: 0, minY: 0, maxX: 99, maxY: 99)
    try shed.write(
      "b.exr", SampleFrame(SampleFrame.lines(.zip, .of(.half, "A", "B", "Z"), in: window)))
    let part = try shed.compare("a.exr", "b.exr")[0]
    #expect(part.remarks.count == 2 && !part.isEqual)
    #expect(part.pixels?.channels.onlyLeft == ["G", "R"])
    #expect(part.pixels?.channels.onlyRight == ["Z"])
    #expect(part.pixels?.isEqual == true)
    #expect(part.pixels?.differences.allSatisfy { $0.samples == 100 * 84 } == true)
  }

  @Test func `Parts that only one has, and pixels that none shares, are differences`() throws {
    try shed.write("a.exr", SampleFrame(SampleFrame.lines()))
    let far = Window(minX: 5000, minY: 0, maxX: 5063, maxY: 63)
    try shed.write("far.exr", SampleFrame(SampleFrame.lines(in: far)))
    try shed.write("deep.exr", SampleFrame(SampleFrame.deep()))
    try shed.write(
      "two.exr", SampleFrame(SampleFrame.lines(name: "a"), SampleFrame.lines(name: "b")))
    for (name, remark) in [("far.exr", "do not meet"), ("deep.exr", "deep only in the second")] {
      let parts = try shed.compare("a.exr", name)
      #expect(parts.count == 1 && !parts[0].isEqual && parts[0].pixels == nil)
      #expect(!parts[0].isEqual(within: 9))
      #expect(parts[0].remarks.last?.contains(remark) == true)
    }
    for (one, two, word) in [("a.exr", "two.exr", "second"), ("two.exr", "a.exr", "first")] {
      let parts = try shed.compare(one, two)
      #expect(parts.count == 2 && parts[0].isEqual && !parts[1].isEqual)
      #expect(parts[1].remarks == ["only the \(word) frame has it"])
    }
  }

  @Test func `Deep parts cannot be compared`() throws {
    try shed.write("deep.exr", SampleFrame(SampleFrame.deep()))
    let error = #expect(throws: FrameWorkError.self) { try shed.compare("deep.exr", "deep.exr") }
    #expect(error?.code == .unsuitable && error?.path == shed("deep.exr"))
  }

  @Test func `Equal chunks need no decoder, others name the frame and the codec`() throws {
    try shed.write("a.exr", SampleFrame(SampleFrame.lines(.piz)))
    try shed.write("b.exr", SampleFrame(SampleFrame.lines(.zip)))
    let lost = DecoderProgram(path: "/nonexistent")
    func open(_ name: String) throws -> FrameSource {
      let source = try FrameSource(disk: shed.disk, decoder: lost)
      try source.open(shed(name))
      return source
    }
    #expect(try FrameComparer().compare(open("a.exr"), open("a.exr"))[0].isEqual)
    for (one, two) in [("a.exr", "b.exr"), ("b.exr", "a.exr")] {
      let error = #expect(throws: FrameWorkError.self) {
        try FrameComparer().compare(open(one), open(two))
      }
      #expect(error?.code == .decoderMissing && error?.path == shed("a.exr"))
      #expect(error?.reason.contains("piz") == true)
    }
  }

  @Test func `The frame that is damaged is the one that is named`() throws {
    let bytes = try SampleFrame(SampleFrame.lines()).bytes()
    try shed.write("a.exr", bytes)
    try shed.write("bad.exr", bytes.flipping(4))
    for (one, two) in [("a.exr", "bad.exr"), ("bad.exr", "a.exr")] {
      let error = #expect(throws: FrameWorkError.self) { try shed.compare(one, two) }
      #expect(error?.code == .damaged && error?.path == shed("bad.exr"))
      #expect(error?.reason.contains("chunk 4") == true)
    }
  }
}
