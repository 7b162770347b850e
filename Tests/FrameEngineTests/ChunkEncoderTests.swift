import Testing

@testable import FrameEngine

@Suite struct ChunkEncoderTests {
  @Test(arguments: ChunkSamples.codecs) func whatDoesNotShrinkIsStored(codec: PixelCodec) throws {
    var random = TestBytes(seed: 4)
    for count in [2, 20, 1000] {
      let (shape, bytes) = (ChunkSamples.row(count), random.bytes(count))
      #expect(try ChunkSamples.packed(bytes, codec, shape) == bytes)
    }
  }

  /// Runs of three bytes cost two: the packed form grows past the plain one by single bytes.
  @Test func equalSizesAreStored() throws {
    // Planes of two runs: 2 + 2 bytes for 4 is no gain, for 6 it is.
    let four = ScalarBytePlanes.join([5, 5, 5, 7])
    #expect(try ChunkSamples.packed(four, .rle, ChunkSamples.row(4)) == four)
    let six = ScalarBytePlanes.join([5, 5, 5, 7, 7, 7])
    #expect(try ChunkSamples.packed(six, .rle, ChunkSamples.row(6)) == [2, 5, 2, 7])
  }

  @Test(arguments: ChunkSamples.codecs.dropFirst()) func packedIsSmaller(codec: PixelCodec) throws {
    let shape = ChunkShape(
      window: Window(minX: 0, minY: 0, maxX: 255, maxY: 15),
      channels: [Channel(name: "Y", type: .half)])
    let bytes = (0..<shape.byteCount).map { $0 % 2 == 0 ? UInt8($0 / 64) : 0x3C }
    var encoder = ChunkEncoder()
    var packed: [UInt8] = [1, 2, 3]
    try encoder.encode(bytes.rawBytes, codec, shape, into: &packed)
    #expect(packed.count < bytes.count / 2)
    let first = packed
    try encoder.encode(bytes.rawBytes, codec, shape, into: &packed)
    #expect(packed == first)
  }

  @Test func levelsDiffer() throws {
    let shape = ChunkSamples.row(60000)
    let bytes = ChunkSamples.bytes(shape)
    let fast = try ChunkSamples.packed(bytes, .zip, shape, level: 1)
    let small = try ChunkSamples.packed(bytes, .zip, shape, level: 9)
    #expect(small.count < fast.count)
  }

  /// What zlib says of a stream: deflate, and the Adler-32 of the planes at its end.
  @Test func streamsAreZlib() throws {
    let shape = ChunkSamples.row(4000)
    let bytes = ChunkSamples.bytes(shape)
    let packed = try ChunkSamples.packed(bytes, .zips, shape)
    #expect(packed[0] & 0x0F == 8)
    #expect((Int(packed[0]) << 8 | Int(packed[1])) % 31 == 0)
    let planes = ScalarBytePlanes.split(bytes)
    #expect(Array(packed.suffix(4)) == StoredStream.checksum(planes))
  }

  @Test func otherCodecsAreRefused() {
    for codec in PixelCodec.allCases where codec.decoding != .here {
      let shape = ChunkSamples.row(4)
      #expect(throws: ChunkFault.self) {
        _ = try ChunkSamples.packed([1, 2, 3, 4], codec, shape)
      }
    }
  }
}
