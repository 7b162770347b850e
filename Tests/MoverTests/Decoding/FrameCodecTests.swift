import FrameEngine
import Testing

@testable import Mover

/// One codec for all codecs.
@Suite struct FrameCodecTests {
  private static let chunk = SampleChunk.picture(
    Window(minX: -3, minY: -2, maxX: 76, maxY: 13), .of(.half, "B", "G", "R"))

  @Test(arguments: PixelCodec.allCases.filter { $0.decoding != .unsupported })
  func packsAndUnpacks(codec: PixelCodec) throws {
    var frames = FrameCodec(decoder: .installed)
    let (packed, bytes) = try Self.thereAndBack(codec, &frames)
    #expect(packed.count <= Self.chunk.bytes.count)
    if codec.isLossless(for: .half) {
      #expect(bytes == Self.chunk.bytes)
    } else {
      #expect(Self.chunk.largestDifference(bytes) < 0.04)
    }
  }

  /// Codecs of our own need no program.
  @Test(arguments: PixelCodec.allCases.filter { $0.decoding == .here })
  func needsNoProgramForItsOwn(codec: PixelCodec) throws {
    var frames = FrameCodec(decoder: DecoderProgram(path: "/nonexistent"))
    #expect(try Self.thereAndBack(codec, &frames).bytes == Self.chunk.bytes)
  }

  @Test(arguments: [PixelCodec.htj2k256, .htj2k32])
  func namesWhatNobodyUnpacks(codec: PixelCodec) throws {
    var frames = FrameCodec(decoder: DecoderProgram(path: "/nonexistent"))
    expectFault(.codecUnsupported, codec.name) { () throws(ChunkFault) in
      _ = try Self.thereAndBack(codec, &frames)
    }
  }

  private static func thereAndBack(
    _ codec: PixelCodec, _ frames: inout FrameCodec
  ) throws(ChunkFault) -> (packed: [UInt8], bytes: [UInt8]) {
    var packed = [UInt8]()
    let unpacked = chunk.bytes
    try frames.encode(unsafe unpacked.span.bytes, codec, chunk.shape, into: &packed)
    var bytes = [UInt8](repeating: 0xAA, count: chunk.shape.byteCount)
    var span = bytes.mutableSpan
    var target = unsafe span.mutableBytes
    let slack = try frames.decode(unsafe packed.span.bytes, codec, chunk.shape, into: &target)
    #expect(slack == 0)
    return (packed, bytes)
  }
}
