import Testing

@testable import FrameEngine

@Suite struct EncodingTests {
  @Test("Header fields make exactly the encodings that the format has")
  func fields() {
    #expect(Encoding(codec: 0, stride: 0, delta: false) == .raw)
    #expect(Encoding(codec: 1, stride: 0, delta: false) == .zstd)
    #expect(Encoding(codec: 1, stride: 4, delta: true) == .shuffled(stride: 4, delta: true))
    #expect(Encoding(codec: 1, stride: 64, delta: false) == .shuffled(stride: 64, delta: false))
    #expect(Encoding(codec: 2, stride: 0, delta: false)?.codec == .zstdDictionary)
    #expect(Encoding(codec: 3, stride: 0, delta: false) == nil)
    #expect(Encoding(codec: 0, stride: 4, delta: false) == nil)
    #expect(Encoding(codec: 1, stride: 1, delta: false) == nil)
    #expect(Encoding(codec: 1, stride: 65, delta: false) == nil)
    #expect(Encoding(codec: 1, stride: 0, delta: true) == nil)
    #expect(Encoding(codec: 2, stride: 4, delta: false) == nil)
  }
}
