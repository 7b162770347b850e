import Testing

@testable import FrameEngine

@Suite struct ContainerWriterTests {
  @Test(arguments: SampleFrame.all) func whatIsWrittenIsRead(frame: SampleFrame) {
    let bytes = frame.bytes()
    let container = Container(reading: bytes.rawBytes)
    #expect(container.findings == [])
    #expect(container.byteCount == bytes.count)
    #expect(container.parts.count == frame.parts.count)
    for (read, part) in zip(container.parts, frame.parts) {
      #expect(read.kind == part.kind && read.channels == part.channels && read.codec == part.codec)
      #expect(read.dataWindow == part.dataWindow && read.displayWindow == part.displayWindow)
      #expect(read.tiles == part.tiles && read.lineOrder == part.lineOrder)
      #expect(read.name == part.name && read.pixelAspectRatio == part.pixelAspectRatio)
    }
    for (records, grid) in zip(container.chunks, container.grids) {
      #expect(records.map { $0?.region } == (0..<grid.count).map { grid.region(at: $0) })
    }
  }

  /// Reading and writing again changes no byte.
  @Test(arguments: SampleFrame.all) func rewritingChangesNothing(frame: SampleFrame) {
    let bytes = frame.bytes(seed: 3)
    let container = Container(reading: bytes.rawBytes)
    #expect(rewrite(container, bytes, inOrder: { $0 }) == bytes)
  }

  /// Whatever order the chunks come in, the line order decides how they lie.
  @Test func chunksInAnyOrder() {
    for frame in SampleFrame.all {
      let bytes = frame.bytes()
      let container = Container(reading: bytes.rawBytes)
      let turned = rewrite(container, bytes, inOrder: { $0.reversed() })
      #expect(Container(reading: turned.rawBytes).findings == [])
      if frame.parts.allSatisfy({ $0.lineOrder == .increasing }) {
        #expect(turned == bytes, "\(frame.name)")
      }
    }
  }

  @Test func fallingOrderLiesTurnedRound() {
    let container = Container(reading: SampleFrame.lines(.zips, .decreasing).bytes().rawBytes)
    let offsets = container.chunks[0].map { $0!.leaderOffset }
    #expect(offsets == offsets.sorted(by: >))
  }

  @Test func attributesStayInPlaceAndByteForByte() {
    var part = SampleFrame.lines(.zip).parts[0]
    part.attributes.insert(
      Attribute(name: "odd", type: "unheard-of", value: [0, 1, 2, 255]), at: 2)
    part.attributes.append(Attribute("chunkCount", int: 99))
    let written = SampleFrame(name: "odd", parts: [part]).bytes()
    let read = Container(reading: written.rawBytes)
    #expect(read.findings == [])
    #expect(read.parts[0].attributes.map(\.name) == part.attributes.map(\.name))
    #expect(read.parts[0].attributes[2].value == [0, 1, 2, 255])
    #expect(read.parts[0].attribute("chunkCount")?.int == read.grids[0].count)
  }

  @Test func namesThatAreNoUTF8StayByteForByte() {
    let bytes = SampleFrame.lines(.zip).bytes()
    let name = Container(reading: bytes.rawBytes).parts[0].attribute("screenWindowCenter")!
    var odd = bytes
    odd.insert(
      contentsOf: [0xE9, 0xFF, 0] + Array("o\u{e9}".utf8) + [0xFF, 0, 0, 0, 0, 0],
      at: name.byteOffset)
    let read = Container(reading: odd.rawBytes)
    let index = read.parts[0].attributes.firstIndex { $0.name == "\u{FFFD}\u{FFFD}" }
    #expect(index != nil)
    let written = Container(
      reading: SampleFrame(name: "", parts: read.parts).bytes().rawBytes)
    #expect(written.parts[0].attributes == read.parts[0].attributes)
    #expect(written.headerByteCount == read.headerByteCount)
  }

  @Test func aChangedFieldChangesItsAttribute() {
    var part = SampleFrame.tiles(.zip, .mip).parts[0]
    part.kind = .scanLines
    part.tiles = nil
    part.codec = .piz
    part.lineOrder = .decreasing
    part.set(Attribute("comments", text: "made over"))
    part.remove(attribute: "screenWindowWidth")
    part.set(Attribute("screenWindowWidth", float: 2))
    let read = Container(reading: SampleFrame(name: "", parts: [part]).bytes().rawBytes)
    #expect(read.findings == [])
    #expect(read.parts[0].kind == .scanLines && read.parts[0].codec == .piz)
    #expect(read.parts[0].attribute("tiles") == nil)
    #expect(read.parts[0].attribute("comments")?.text == "made over")
    #expect(read.versionFlags == 2)
  }

  @Test func flagsFollowTheParts() {
    func flags(_ frame: SampleFrame) -> UInt32 {
      Container(reading: frame.bytes().rawBytes).versionFlags
    }
    #expect(flags(.lines(.zip)) == 2)
    #expect(flags(.tiles(.zip, .one)) == 0x202)
    #expect(flags(.deepLines) == 0x802 && flags(.deepTiles) == 0x802)
    #expect(flags(.several) == 0x1002)
    var part = SampleFrame.lines(.zip).parts[0]
    part.set(Attribute(String(repeating: "k", count: 40), int: 1))
    #expect(flags(SampleFrame(name: "", parts: [part])) == 0x402)
  }

  private func rewrite(
    _ container: Container, _ bytes: [UInt8], inOrder order: ([Chunk]) -> [Chunk]
  ) -> [UInt8] {
    var writer = ContainerWriter(parts: container.parts)
    let all = container.chunks.enumerated().flatMap { part, records in
      records.map { Chunk(part: part, record: $0!) }
    }
    let laid = all.sorted { $0.record.leaderOffset < $1.record.leaderOffset }
    for chunk in order(laid) {
      let payload = Array(bytes[chunk.record.payload])
      if let deep = chunk.record.deep {
        writer.append(
          table: Array(payload[..<deep.packedTable]).rawBytes,
          samples: Array(payload[deep.packedTable...]).rawBytes,
          unpackedByteCount: deep.unpackedData, part: chunk.part, chunk: chunk.record.region.index)
      } else {
        writer.append(payload.rawBytes, part: chunk.part, chunk: chunk.record.region.index)
      }
    }
    return writer.finish()
  }

  private struct Chunk {
    let part: Int
    let record: ChunkRecord
  }
}
