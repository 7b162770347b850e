import Testing

@testable import FrameEngine

@Suite struct ChunkDecoderTests {
  /// The code of the fault, or `nil` if the chunk unpacks.
  static func fault(_ packed: [UInt8], _ codec: PixelCodec, _ shape: ChunkShape) -> ChunkFault? {
    do {
      _ = try ChunkSamples.unpacked(packed, codec, shape)
      return nil
    } catch { return error }
  }

  static let plain = [UInt8](0..<120).map { $0 % 2 == 0 ? 60 : 7 &* ($0 / 4) }

  /// Made with Python: `zlib.compress(planes, 9)` of 120 bytes whose even ones are 60 and whose odd
  /// ones are 7 times a quarter of their number.
  static let pythonStream = [UInt8](hex: "78dab369201fb834b4930d0119243c4c")!

  /// Written by OpenEXR 3.1: nine columns and three rows of a float, a half and an integer channel,
  /// as PXR24, and the bytes that it reads back.
  static let openEXRChunk = [UInt8](
    hex:
      "789cb36fa8b7676068000286ffff1980c09111c460646054b26180016628606084020626284048b1408103033a"
      + "608431f66048e101ec3006a6814c9419080068d90a8d")!
  static let openEXRPixels = [UInt8](
    hex: "0001803f000180bf0000803f00ff7f7f00ff7f7f0000807f000080ff0001807f0023c1ff"
      + "003c033c063c093c0c3c0f3c123c153c183c"
      + "0000000004030201080604020c090603100c0804140f0a0518120c061c150e0720181008"
      + String(repeating: "00010040", count: 9) + String(repeating: "00bc", count: 9)
      + String(repeating: "07000000", count: 9) + String(repeating: "00020040", count: 9)
      + String(repeating: "00bc", count: 9) + String(repeating: "07000000", count: 9))!
  static let openEXRShape = ChunkShape(
    window: Window(minX: 0, minY: 0, maxX: 8, maxY: 2),
    channels: [
      Channel(name: "F", type: .float), Channel(name: "H", type: .half),
      Channel(name: "U", type: .uint),
    ])

  @Test(arguments: [PixelCodec.zip, .zips]) func otherEncodersAreRead(codec: PixelCodec) throws {
    let shape = ChunkSamples.row(Self.plain.count)
    let found = try ChunkSamples.unpacked(Self.pythonStream, codec, shape)
    #expect(found.bytes == Self.plain)
    #expect(found.slack == 0)
    // A stream of stored blocks is as long as a chunk that packs well allows.
    let long = ChunkSamples.row(4000)
    let zeros = [UInt8](repeating: 0, count: 3980)
    let short = ScalarBytePlanes.split(zeros)
    #expect(Self.fault(StoredStream.make(short), codec, long)?.code == .chunkShort)
  }

  @Test func openEXRIsRead() throws {
    let found = try ChunkSamples.unpacked(Self.openEXRChunk, .pxr24, Self.openEXRShape)
    #expect(found.bytes == Self.openEXRPixels)
    #expect(found.slack == 0)
  }

  @Test(arguments: ChunkSamples.codecs) func everyShapeComesBack(codec: PixelCodec) throws {
    var decoder = ChunkDecoder()
    for (number, shape) in ChunkSamples.shapes.enumerated() {
      let bytes = ChunkSamples.bytes(shape, seed: UInt64(number + 1))
      let packed = try ChunkSamples.packed(bytes, codec, shape)
      let found = try ChunkSamples.unpacked(packed, codec, shape, &decoder)
      let isCut = codec == .pxr24 && packed.count < bytes.count
      #expect(found.bytes == (isCut ? ChunkSamples.cut(bytes, shape) : bytes), "\(shape)")
      #expect(found.slack == 0)
    }
  }

  @Test(arguments: ChunkSamples.codecs) func equalSizesAreStoredAsTheyAre(codec: PixelCodec) throws
  {
    var random = TestBytes(seed: 3)
    for shape in ChunkSamples.shapes {
      let bytes = random.bytes(shape.byteCount)
      #expect(try ChunkSamples.unpacked(bytes, codec, shape).bytes == bytes)
    }
  }

  @Test(arguments: ChunkSamples.codecs) func impossibleSizesAreTold(codec: PixelCodec) {
    let shape = ChunkSamples.row(100)
    #expect(Self.fault([], codec, shape)?.code == .chunkSize)
    let more = [UInt8](repeating: 0, count: 101)
    #expect(Self.fault(more, codec, shape)?.code == .chunkSize)
    if codec == .none {
      #expect(Self.fault(Array(more[..<99]), codec, shape)?.code == .chunkSize)
    }
  }

  @Test func chunksWithoutSamplesHaveNoBytes() throws {
    let shape = ChunkShape(
      window: Window(minX: 0, minY: 1, maxX: 8, maxY: 1),
      channels: [Channel(name: "BY", type: .half, xSampling: 2, ySampling: 2)])
    #expect(shape.byteCount == 0)
    for codec in ChunkSamples.codecs {
      let packed = try ChunkSamples.packed([], codec, shape)
      #expect(packed.isEmpty)
      #expect(try ChunkSamples.unpacked([], codec, shape).slack == 0)
      #expect(Self.fault([0], codec, shape)?.code == .chunkSize)
    }
  }

  @Test(arguments: [PixelCodec.zip, .zips, .pxr24]) func checksumsAreTold(
    codec: PixelCodec
  ) throws {
    let shape = ChunkSamples.row(400)
    let packed = try ChunkSamples.packed(ChunkSamples.bytes(shape), codec, shape)
    for place in packed.count - 4..<packed.count {
      var damaged = packed
      damaged[place] ^= 0x10
      let fault = try #require(Self.fault(damaged, codec, shape))
      #expect(fault.code == .chunkChecksum)
      #expect(fault.byteOffset == packed.count - 4)
    }
  }

  /// A changed byte in a stored block damages the pixels, and nothing that inflating looks at.
  @Test func changedPixelsAreAChecksum() throws {
    let shape = ChunkSamples.row(200)
    // Wrong length as well: the checksum speaks first, for it says that the bytes changed.
    var stream = StoredStream.make([UInt8](repeating: 1, count: 100))
    stream[50] ^= 1
    #expect(Self.fault(stream, .zip, shape)?.code == .chunkChecksum)
    let whole = try ChunkSamples.packed(
      [UInt8](repeating: 0, count: 200), .zip, shape, level: 1)
    #expect(try ChunkSamples.unpacked(whole, .zip, shape).slack == 0)
  }

  @Test func otherDamageIsCorrupt() throws {
    let shape = ChunkSamples.row(Self.plain.count)
    let stream = Self.pythonStream
    #expect(Self.fault([0x78, 0xDA, 1, 2, 3], .zip, shape)?.code == .chunkCorrupt)
    #expect(Self.fault([0x00] + stream.dropFirst(), .zip, shape)?.byteOffset == 0)
    #expect(Self.fault([0x78, 0xDB] + stream.dropFirst(2), .zip, shape)?.byteOffset == 0)
    // A preset dictionary, with a header check that holds.
    #expect(Self.fault([0x78, 0xBB] + stream.dropFirst(2), .zip, shape)?.byteOffset == 0)
    for count in 1..<stream.count {
      #expect(Self.fault(Array(stream[..<count]), .zip, shape)?.code == .chunkCorrupt)
    }
    // A block of a kind that does not exist.
    #expect(Self.fault([0x78, 0x01, 0x07, 0, 0, 0, 0], .zip, shape)?.code == .chunkCorrupt)
  }

  @Test(arguments: [PixelCodec.zip, .zips]) func otherLengthsAreTold(codec: PixelCodec) throws {
    let (shape, stream) = (ChunkSamples.row(Self.plain.count), Self.pythonStream)
    #expect(Self.fault(stream, codec, ChunkSamples.row(122))?.code == .chunkShort)
    #expect(Self.fault(stream, codec, ChunkSamples.row(118))?.code == .chunkCorrupt)
    let found = try ChunkSamples.unpacked(stream + [1, 2, 3, 4, 5, 6, 7, 8], codec, shape)
    #expect(found.slack == 8)
    #expect(found.bytes == Self.plain)
  }

  @Test func otherLengthsOfPXR24AreTold() throws {
    let wide = ChunkShape(
      window: Window(minX: 0, minY: 0, maxX: 8, maxY: 3), channels: Self.openEXRShape.channels)
    let low = ChunkShape(
      window: Window(minX: 0, minY: 0, maxX: 8, maxY: 1), channels: Self.openEXRShape.channels)
    #expect(Self.fault(Self.openEXRChunk, .pxr24, wide)?.code == .chunkShort)
    #expect(Self.fault(Self.openEXRChunk, .pxr24, low)?.code == .chunkCorrupt)
    let slack = try ChunkSamples.unpacked(Self.openEXRChunk + [9], .pxr24, Self.openEXRShape).slack
    #expect(slack == 1)
  }

  @Test func runsOfOtherLengthsAreTold() throws {
    let shape = ChunkSamples.row(400)
    let packed = try ChunkSamples.packed([UInt8](repeating: 9, count: 400), .rle, shape)
    #expect(packed.count < 20)
    #expect(Self.fault(Array(packed.dropLast(2)), .rle, shape)?.code == .chunkShort)
    #expect(Self.fault(Array(packed.dropLast()), .rle, shape)?.code == .chunkCorrupt)
    #expect(Self.fault(packed + [0, 1], .rle, shape)?.code == .chunkCorrupt)
  }

  @Test func otherCodecsAreUnsupported() throws {
    let shape = ChunkSamples.row(100)
    for codec in PixelCodec.allCases where codec.decoding != .here {
      #expect(Self.fault([1, 2], codec, shape)?.code == .codecUnsupported)
    }
    #expect(PixelCodec.allCases.filter { $0.decoding == .here } == ChunkSamples.codecs)
  }

  /// Flips, cuts, lengthenings and noise: a fault or the right number of bytes, and nothing written
  /// outside of the target, which the guard pages and margins see to.
  @Test(arguments: ChunkSamples.codecs.dropFirst()) func damageNeverEscapes(
    codec: PixelCodec
  ) throws {
    var random = TestBytes(seed: UInt64(codec.rawValue) + 5)
    var decoder = ChunkDecoder()
    var faults: [FindingCode: Int] = [:]
    for shape in ChunkSamples.shapes {
      let packed = try ChunkSamples.packed(ChunkSamples.bytes(shape), codec, shape)
      for _ in 0..<60 {
        var damaged = packed
        for _ in 0...Int(random.next() % 3) {
          damaged[Int(random.next() % UInt64(packed.count))] ^= 1 << UInt8(random.next() % 8)
        }
        if random.next() % 4 == 0 { damaged.removeLast(Int(random.next() % UInt64(packed.count))) }
        if random.next() % 4 == 0 { damaged += random.bytes(Int(random.next() % 9)) }
        do {
          _ = try ChunkSamples.unpacked(damaged, codec, shape, &decoder)
        } catch { faults[error.code, default: 0] += 1 }
      }
      // The decoder is none the worse for it.
      #expect(try ChunkSamples.unpacked(packed, codec, shape, &decoder).slack == 0)
    }
    let expected: Set<FindingCode> =
      codec == .rle
      ? [.chunkCorrupt, .chunkShort, .chunkSize] : [.chunkCorrupt, .chunkChecksum, .chunkSize]
    #expect(expected.isSubset(of: faults.keys), "\(faults)")
  }

  @Test func aTargetOfAnotherSizeStops() async {
    await #expect(processExitsWith: .failure) {
      var decoder = ChunkDecoder()
      var target: [UInt8] = [0]
      var span = target.mutableSpan
      var raw = unsafe span.mutableBytes
      _ = try? decoder.decode([1].rawBytes, .none, ChunkSamples.row(2), into: &raw)
    }
  }
}
