import Testing

@testable import FrameEngine

@Suite struct CompressorTests {
  @Test(
    "Every kind and length comes back, and is never stored longer",
    arguments: SampleBytes.allCases)
  func everyLength(kind: SampleBytes) throws {
    var compressor = Compressor()
    for count in [0, 1, 31, 32, 33, 4095, 12_288, 24_575, 24_576, 65_537, 131_072, 2 << 20] {
      var hint = StrideHint()
      let bytes = kind.make(count)
      let packed = pack(bytes, &compressor, hint: &hint)
      #expect(packed.encoding == .raw || packed.payload.count < count)
      #expect(try unpack(packed.payload, packed.encoding, count: count) == bytes)
    }
  }

  @Test("Every level round-trips", arguments: [Int32(-7), -1, 1, 3, 9, 19])
  func everyLevel(level: Int32) throws {
    var compressor = Compressor(level: level)
    var hint = StrideHint()
    let bytes = SampleBytes.vectors.make(100_000)
    let packed = pack(bytes, &compressor, hint: &hint)
    #expect(packed.encoding != .raw)
    #expect(try unpack(packed.payload, packed.encoding, count: bytes.count) == bytes)
  }

  @Test("Noise is stored raw, text unshuffled, arrays shuffled")
  func choices() {
    var compressor = Compressor()
    func encoding(_ kind: SampleBytes) -> Encoding {
      var hint = StrideHint()
      return pack(kind.make(131_072), &compressor, hint: &hint).encoding
    }
    #expect(encoding(.noise) == .raw)
    #expect(encoding(.text) == .zstd)
    #expect(encoding(.floats).stride > 0 && encoding(.floats).stride % 4 == 0)
    #expect(encoding(.halfPixels).stride > 0 && encoding(.halfPixels).stride % 2 == 0)
    #expect(encoding(.vectors).stride > 0)
  }

  @Test("The same bytes give the same payload, whatever was packed before")
  func deterministic() {
    let bytes = SampleBytes.floats.make(90_000)
    var fresh = Compressor()
    var freshHint = StrideHint()
    let first = pack(bytes, &fresh, hint: &freshHint)
    var used = Compressor()
    for kind in SampleBytes.allCases {
      var hint = StrideHint()
      _ = pack(kind.make(150_000), &used, hint: &hint)
    }
    var hint = StrideHint()
    let again = pack(bytes, &used, hint: &hint)
    #expect(again.encoding == first.encoding)
    #expect(again.payload == first.payload)
  }

  @Test("Metadata up to its limit keeps a window that readers accept", arguments: [Int32(3), 19])
  func metadata(level: Int32) throws {
    let count = level == 3 ? Limits.metadataBytes : 3 << 20
    let bytes = SampleBytes.text.make(count)
    let packed = packPlain(bytes, level: level)
    #expect(packed.encoding == .zstd)
    #expect(packed.payload.count < count / 2)
    #expect(try unpack(packed.payload, .zstd, count: count) == bytes)
  }

  @Test("A metadata record that zstd cannot shorten stays raw")
  func rawMetadata() {
    #expect(packPlain([1, 2, 3]).encoding == .raw)
    #expect(packPlain(SampleBytes.noise.make(5_000)).encoding == .raw)
  }

  @Test("A stride is kept for the file, and tried again when the data changes")
  func hintFollowsTheData() {
    var compressor = Compressor()
    var hint = StrideHint()
    for seed in 1...3 {
      let bytes = SampleBytes.floats.make(65_536, seed: UInt64(seed))
      #expect(pack(bytes, &compressor, hint: &hint).encoding.stride > 0)
    }
    var last = Encoding.raw
    for seed in 4...7 {
      let bytes = SampleBytes.text.make(65_536, seed: UInt64(seed))
      last = pack(bytes, &compressor, hint: &hint).encoding
    }
    #expect(last == .zstd)
  }
}
