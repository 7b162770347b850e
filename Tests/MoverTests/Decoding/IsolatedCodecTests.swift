import FrameEngine
import Testing

@testable import Mover

/// Chunks there and back through the decoder program.
@Suite struct IsolatedCodecTests {
  static let codecs: [PixelCodec] = [.piz, .b44, .b44a, .dwaa, .dwab]

  @Test(arguments: PixelType.allCases)
  func keepsEveryBitOfPIZ(type: PixelType) throws {
    var codec = IsolatedCodec(try builtDecoder())
    var generator = SeededGenerator(seed: UInt64(type.rawValue))
    for seed in 0..<40 {
      let x = Int.random(in: -100...100, using: &generator)
      let y = Int.random(in: -100...100, using: &generator)
      let window = Window(
        minX: x, minY: y, maxX: x + Int.random(in: 0...150, using: &generator),
        maxY: y + Int.random(in: 0...31, using: &generator))
      let channels = [FrameEngine.Channel].of(type, "A", "B", "G", "R", "depth.Z")
      let chunk = SampleChunk.noise(window, channels, seed: UInt64(seed))
      let packed = try codec.encode(chunk, .piz)
      #expect(try codec.decode(packed, .piz, chunk.shape) == chunk.bytes, "\(window)")
    }
  }

  @Test func keepsEveryBitOfMixedTypes() throws {
    var codec = IsolatedCodec(try builtDecoder())
    let channels = [
      FrameEngine.Channel(name: "A", type: .half),
      FrameEngine.Channel(name: "Z", type: .float),
      FrameEngine.Channel(name: "id", type: .uint),
    ]
    let chunk = SampleChunk.picture(Window(minX: 3, minY: -7, maxX: 203, maxY: 24), channels)
    let packed = try codec.encode(chunk, .piz)
    #expect(packed.count < chunk.bytes.count)
    #expect(try codec.decode(packed, .piz, chunk.shape) == chunk.bytes)
  }

  /// The window of a chunk need not start at a multiple of the sampling, as a part's does.
  @Test(arguments: [2, 3, 5, 6], [0, 1, 2])
  func keepsSubsampledChannels(step: Int, number: Int) throws {
    var codec = IsolatedCodec(try builtDecoder())
    for part in [-4 * step, 0, 7 * step] {
      let top = part + 32 * number
      let last = number == 2 ? ((top + 9) / step + 1) * step - 1 : top + 31
      let window = Window(minX: -step, minY: top, maxX: 120 * step - 1, maxY: last)
      let chunk = SampleChunk.picture(window, .subsampled(step))
      let packed = try codec.encode(chunk, .piz)
      #expect(packed.count < chunk.bytes.count)
      #expect(try codec.decode(packed, .piz, chunk.shape) == chunk.bytes, "\(window)")
    }
  }

  @Test(arguments: codecs)
  func losesLittle(codec: PixelCodec) throws {
    var isolated = IsolatedCodec(try builtDecoder())
    var other = IsolatedCodec(try builtDecoder())
    for (seed, channels) in [
      [FrameEngine.Channel].of(.half, "A", "B", "G", "R"), .of(.float, "Z"), .subsampled(2),
    ].enumerated() {
      let window = Window(minX: -4, minY: 32, maxX: 123, maxY: 63)
      let chunk = SampleChunk.picture(window, channels, seed: UInt64(seed))
      let packed = try isolated.encode(chunk, codec)
      #expect(packed.count < chunk.bytes.count || channels[0].type == .float)
      let bytes = try isolated.decode(packed, codec, chunk.shape)
      #expect(try isolated.decode(packed, codec, chunk.shape) == bytes)
      #expect(try other.decode(packed, codec, chunk.shape) == bytes)
      #expect(chunk.largestDifference(bytes) < 0.04)
      if codec.isLossless(for: channels[0].type) { #expect(bytes == chunk.bytes) }
    }
  }

  /// Tiles are higher than what the codec packs of scan lines at once.
  @Test(arguments: codecs)
  func takesTiles(codec: PixelCodec) throws {
    var isolated = IsolatedCodec(try builtDecoder())
    let window = Window(minX: 128, minY: -64, maxX: 191, maxY: 255)
    let chunk = SampleChunk.picture(window, .of(.half, "B", "G", "R"))
    let packed = try isolated.encode(chunk, codec)
    #expect(packed.count < chunk.bytes.count)
    let bytes = try isolated.decode(packed, codec, chunk.shape)
    #expect(chunk.largestDifference(bytes) < 0.04)
  }

  @Test func losesMoreDWAWhereAsked() throws {
    var codec = IsolatedCodec(try builtDecoder())
    let window = Window(minX: 0, minY: 0, maxX: 255, maxY: 31)
    let chunk = SampleChunk.picture(window, .of(.half, "B", "G", "R"))
    let fine = try codec.encode(chunk, .dwaa, quality: 10)
    let coarse = try codec.encode(chunk, .dwaa, quality: 500)
    #expect(coarse.count < fine.count)
  }

  /// What does not shrink is stored, and stored bytes need no process.
  @Test func storesWhatDoesNotShrink() throws {
    var codec = IsolatedCodec(try builtDecoder())
    var generator = SeededGenerator(seed: 3)
    let window = Window(minX: 0, minY: 0, maxX: 63, maxY: 31)
    let chunk = SampleChunk(window, .of(.half, "Y")) { _, _, _ in
      UInt32(truncatingIfNeeded: generator.next())
    }
    let packed = try codec.encode(chunk, .piz)
    #expect(packed == chunk.bytes)
    var idle = IsolatedCodec(DecoderProgram(path: "/nonexistent"))
    #expect(try idle.decode(packed, .piz, chunk.shape) == chunk.bytes)
  }

  /// The shared memory grows with the chunks, and the child follows.
  @Test func growsWithTheChunks() throws {
    var codec = IsolatedCodec(try builtDecoder())
    for width in [1, 3000, 10, 9000, 1, 20000] {
      let window = Window(minX: 0, minY: 0, maxX: width - 1, maxY: 31)
      let chunk = SampleChunk.picture(window, .of(.half, "Y"))
      let packed = try codec.encode(chunk, .piz)
      #expect(try codec.decode(packed, .piz, chunk.shape) == chunk.bytes)
    }
  }

  @Test func refusesWhatIsBeyondLimits() throws {
    var codec = IsolatedCodec(try builtDecoder(), limits: DecoderLimits(addressSpace: 64 << 20))
    let window = Window(minX: 0, minY: 0, maxX: 1_000_000, maxY: 31)
    let shape = ChunkShape(window: window, channels: .of(.half, "Y"))
    expectFault(.limitExceeded) { () throws(ChunkFault) in
      _ = try codec.decode([1, 2, 3], .piz, shape)
    }
    expectFault(.chunkSize) { () throws(ChunkFault) in _ = try codec.decode([], .piz, shape) }
    expectFault(.codecUnsupported) { () throws(ChunkFault) in
      _ = try codec.decode([1, 2, 3], .zip, shape)
    }
  }

  /// What fits between the two of us, and leaves the library too little.
  @Test func saysWhenTheLibraryHasTooLittleMemory() throws {
    var codec = IsolatedCodec(try builtDecoder(), limits: DecoderLimits(addressSpace: 100 << 20))
    let window = Window(minX: 0, minY: 0, maxX: 350_000, maxY: 31)
    let shape = ChunkShape(window: window, channels: .of(.half, "Y"))
    expectFault(.limitExceeded, "memory") { () throws(ChunkFault) in
      _ = try codec.decode([UInt8](repeating: 1, count: 20 << 20), .piz, shape)
    }
    let small = SampleChunk.picture(
      Window(minX: 0, minY: 0, maxX: 99, maxY: 31), .of(.half, "Y"))
    let packed = try codec.encode(small, .piz)
    #expect(try codec.decode(packed, .piz, small.shape) == small.bytes)
  }

  /// The library sorts channels by name: in another order their bytes would change places.
  @Test func refusesUnsortedChannels() throws {
    var codec = IsolatedCodec(try builtDecoder())
    let window = Window(minX: 0, minY: 0, maxX: 9, maxY: 9)
    for names in [["R", "G"], ["R", "R"]] {
      let channels = names.map { FrameEngine.Channel(name: $0, type: .half) }
      let shape = ChunkShape(window: window, channels: channels)
      expectFault(.codecUnsupported) { () throws(ChunkFault) in
        _ = try codec.decode([1, 2, 3], .piz, shape)
      }
    }
  }

  @Test func takesLongNames() throws {
    var codec = IsolatedCodec(try builtDecoder())
    let name = String(repeating: "x", count: 250)
    let window = Window(minX: 0, minY: 0, maxX: 99, maxY: 9)
    let chunk = SampleChunk.picture(window, .of(.half, name + ".B", name + ".G"))
    let packed = try codec.encode(chunk, .piz)
    #expect(try codec.decode(packed, .piz, chunk.shape) == chunk.bytes)
  }
}

/// Expects a fault of this kind, whose reason `words` is part of.
func expectFault(
  _ code: FindingCode, _ words: String = "", location: SourceLocation = #_sourceLocation,
  _ body: () throws(ChunkFault) -> Void
) {
  do throws(ChunkFault) {
    try body()
    Issue.record("nothing was found", sourceLocation: location)
  } catch {
    #expect(error.code == code, "\(error.reason)", sourceLocation: location)
    #expect(error.reason.contains(words), "\(error.reason)", sourceLocation: location)
  }
}
