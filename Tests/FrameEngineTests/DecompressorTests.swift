import Testing

@testable import FrameEngine

@Suite struct DecompressorTests {
  private func decode(
    _ payload: [UInt8], _ encoding: Encoding, count: Int
  ) -> Result<[UInt8], FormatError> {
    do {
      return .success(try unpack(payload, encoding, count: count))
    } catch {
      return .failure(error)
    }
  }

  private func packed(_ bytes: [UInt8]) -> [UInt8] {
    packPlain(bytes).payload
  }

  private func code(_ result: Result<[UInt8], FormatError>) -> FormatError.Code? {
    if case .failure(let error) = result { error.code } else { nil }
  }

  @Test("A frame for another length is refused before it is decoded")
  func wrongLength() {
    let payload = packed(SampleBytes.text.make(10_000))
    #expect(code(decode(payload, .zstd, count: 9_999)) == .malformed)
    #expect(code(decode(payload, .zstd, count: 10_001)) == .malformed)
    #expect(code(decode(payload, .zstd, count: 0)) == .malformed)
    #expect(code(decode([1, 2, 3], .raw, count: 4)) == .malformed)
  }

  @Test("Bytes after the frame, a second frame and a cut frame are refused")
  func notOneFrame() {
    let payload = packed(SampleBytes.text.make(10_000))
    #expect(code(decode(payload + [0], .zstd, count: 10_000)) == .malformed)
    #expect(code(decode(payload + payload, .zstd, count: 10_000)) == .malformed)
    #expect(code(decode(Array(payload.dropLast()), .zstd, count: 10_000)) == .malformed)
    for count in 0..<16 {
      #expect(code(decode(Array(payload.prefix(count)), .zstd, count: 10_000)) != nil)
    }
  }

  @Test("A window beyond the limit and a named dictionary are refused")
  func headers() {
    // Magic, descriptor (content size in 4 bytes, window byte), window 2^22, size 5, raw block.
    let wide: [UInt8] = [
      0x28, 0xB5, 0x2F, 0xFD, 0x80, 12 << 3, 5, 0, 0, 0, 0x29, 0, 0, 1, 2, 3, 4, 5,
    ]
    #expect(code(decode(wide, .zstd, count: 5)) == .limit)
    var allowed = wide
    allowed[5] = 11 << 3
    #expect(decode(allowed, .zstd, count: 5) == .success([1, 2, 3, 4, 5]))
    // Single segment of one size byte, with a one-byte dictionary id.
    let named: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD, 0x21, 7, 5, 0x29, 0, 0, 1, 2, 3, 4, 5]
    #expect(code(decode(named, .zstd, count: 5)) == .malformed)
    // No content size at all.
    let silent: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD, 0x00, 0, 0x29, 0, 0, 1, 2, 3, 4, 5]
    #expect(code(decode(silent, .zstd, count: 5)) == .malformed)
  }

  @Test("A reserved codec is refused")
  func reserved() throws {
    let encoding = try #require(Encoding(codec: 2, stride: 0, delta: false))
    #expect(code(decode(packed(SampleBytes.text.make(500)), encoding, count: 500)) == .malformed)
  }

  @Test("Damage anywhere never crashes and never writes outside", arguments: 0..<4)
  func damage(seed: Int) throws {
    let plain = SampleBytes.allCases[2 + seed].make(3_000)
    let payload = packed(plain)
    let shuffled = Encoding.shuffled(stride: 4, delta: seed % 2 == 0)
    var state = UInt64(seed + 1)
    for position in payload.indices {
      var broken = payload
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      broken[position] ^= UInt8(truncatingIfNeeded: state >> 56) | 1
      _ = decode(broken, position % 2 == 0 ? .zstd : shuffled, count: plain.count)
    }
    #expect(decode(payload, .zstd, count: plain.count) == .success(plain))
  }
}
