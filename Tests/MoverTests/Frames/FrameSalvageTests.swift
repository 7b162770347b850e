import Testing

@testable import FrameEngine
@testable import Mover

@Suite struct FrameSalvageTests {
  private let shed = FrameShed()

  private func save(_ name: String, _ depth: VerifyDepth = .decode) throws -> FrameSalvage.Outcome {
    let report = try shed.verify(name) { $0.depth = depth }.reports[0]
    var salvage = try FrameSalvage(disk: shed.disk, decoder: .installed)
    return try salvage.save(report, to: shed("saved.exr"))
  }

  private func losses(_ outcome: FrameSalvage.Outcome) throws -> [FrameSalvage.Loss] {
    guard case .saved(let losses) = outcome else {
      Issue.record("\(outcome)")
      return []
    }
    return losses
  }

  private func refusal(_ outcome: FrameSalvage.Outcome) -> String? {
    guard case .nothing(let reason) = outcome else { return nil }
    return reason
  }

  @Test(arguments: [PixelCodec.rle, .zips, .zip, .piz, .pxr24])
  func `Lost chunks are zero, and good ones the same bytes`(codec: PixelCodec) throws {
    let frame = SampleFrame(SampleFrame.lines(codec))
    let bytes = try frame.bytes().ruining(2).ruining(3)
    try shed.write("f.exr", bytes)
    let losses = try losses(save("f.exr"))
    #expect(losses.map(\.region.index) == [2, 3] && losses.allSatisfy { $0.part == 0 })
    let saved = try shed.read("saved.exr")
    let (before, after) = (bytes.chunks[0], saved.chunks[0])
    #expect(after.count == before.count)
    for (old, new) in zip(before, after) where ![2, 3].contains(old.region.index) {
      #expect(bytes[old.payload].elementsEqual(saved[new.payload]))
    }
    #expect(try shed.verify("saved.exr") { $0.depth = .decode }.reports[0].findings.isEmpty)
    let whole = try shed.open("saved.exr").raster(0)
    for region in before.map(\.region) {
      let isLost = [2, 3].contains(region.index)
      let expected = frame.pixels(region.window, frame.parts[0].channels).bytes
      let found = whole.bytes(of: region.window)
      #expect(isLost ? found.allSatisfy { $0 == 0 } : found == expected)
    }
  }

  @Test func `Tiles, parts and deep samples are saved, too`() throws {
    let frames: [(frame: SampleFrame, part: Int, chunk: Int)] = [
      (SampleFrame(SampleFrame.tiles(.zip, .mip)), 0, 21),
      (
        SampleFrame(
          SampleFrame.lines(name: "a"), SampleFrame.lines(.zip, .of(.float, "Z"), name: "b")), 1, 7
      ),
      (SampleFrame(SampleFrame.deep()), 0, 4),
    ]
    for (frame, part, chunk) in frames {
      shed.scratch.run("rm -f f.exr saved.exr")
      try shed.write("f.exr", try frame.bytes().ruining(chunk, part: part))
      let losses = try losses(save("f.exr"))
      #expect(losses.map(\.region.index) == [chunk] && losses.map(\.part) == [part])
      let saved = try shed.verify("saved.exr") { $0.depth = .decode }.reports[0]
      #expect(saved.findings.isEmpty, "\(saved.findings)")
      for (new, old) in zip(saved.parts.map(\.part), frame.parts) {
        #expect(new.channels == old.channels && new.kind == old.kind && new.tiles == old.tiles)
        for attribute in old.attributes {
          #expect(new.attribute(attribute.name)?.value == attribute.value, "\(attribute.name)")
        }
      }
    }
  }

  @Test func `What was cut off is lost`() throws {
    let bytes = try SampleFrame(SampleFrame.lines()).bytes()
    try shed.write("f.exr", Array(bytes[..<bytes.chunks[0][6].payload.lowerBound]))
    #expect(try losses(save("f.exr")).map(\.region.index) == [6, 7, 8, 9])
    #expect(try shed.verify("saved.exr") { $0.depth = .decode }.reports[0].status == .sound)
  }

  @Test func `Nothing is written where nothing is good`() throws {
    var bytes = try SampleFrame(SampleFrame.lines()).bytes()
    for chunk in bytes.chunks[0].indices { bytes = bytes.ruining(chunk) }
    try shed.write("f.exr", bytes)
    #expect(try refusal(save("f.exr"))?.contains("no chunk") == true)
    try shed.write("text.exr", Array("no frame at all".utf8))
    #expect(try refusal(save("text.exr"))?.contains("headers") == true)
    #expect(shed.names() == "f.exr\ntext.exr\n")
  }

  @Test func `Parts of one name make no new file`() throws {
    let frame = SampleFrame(
      SampleFrame.lines(name: "left"), SampleFrame.lines(.rle, name: "same"))
    var bytes = try frame.bytes().ruining(1)
    let old = Array("left\0".utf8.dropLast())
    let place = try #require(bytes.indices.first { bytes[$0...].starts(with: old) })
    bytes.replaceSubrange(place..<place + 4, with: Array("same".utf8))
    try shed.write("f.exr", bytes)
    #expect(try shed.verify("f.exr").codes().contains(.partNameDuplicate))
    #expect(try refusal(save("f.exr"))?.contains("header") == true)
    #expect(shed.names() == "f.exr\n")
  }

  @Test func `A file that became another one meanwhile is not trusted`() throws {
    try shed.write("f.exr", try SampleFrame(SampleFrame.lines()).bytes().ruining(1))
    let report = try shed.verify("f.exr").reports[0]
    shed.scratch.run("rm f.exr")
    let small = Window(minX: 0, minY: 0, maxX: 7, maxY: 7)
    try shed.write("f.exr", SampleFrame(SampleFrame.lines(in: small)))
    var salvage = try FrameSalvage(disk: shed.disk, decoder: .installed)
    #expect(try refusal(salvage.save(report, to: shed("saved.exr"))) != nil)
    #expect(shed.names() == "f.exr\n")
  }
}
