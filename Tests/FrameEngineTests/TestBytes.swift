/// The xorshift generator of the published test vectors, and a source of test choices that repeats.
struct TestBytes: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return state
  }

  /// The next `count` bytes, a multiple of 8 of them drawn.
  mutating func bytes(_ count: Int) -> [UInt8] {
    var words = [UInt64](repeating: 0, count: (count + 7) / 8)
    var local = self
    for index in words.indices { words[index] = local.next().littleEndian }
    self = local
    return unsafe words.withUnsafeBytes { unsafe Array($0.prefix(count)) }
  }

  /// The generator X(seed), from its start.
  static func x(_ seed: UInt64, _ count: Int) -> [UInt8] {
    var source = TestBytes(seed: seed)
    return source.bytes(count)
  }
}

extension [UInt8] {
  /// The bytes, borrowed.
  var rawBytes: RawSpan {
    @_lifetime(borrow self)
    get { unsafe span.bytes }
  }
}
