import Testing

@testable import FrameEngine

@Suite struct BLAKE3HasherTests {
  private var random = Sequence64(state: 0x9E37_79B9_7F4A_7C15)

  @Test mutating func partsOfAnySizeGiveTheSameDigest() {
    let input = random.bytes(150_000)
    for round in 0..<60 {
      let count = random.below(round % 3 == 0 ? input.count : 9000)
      // Some rounds go in crumbs, others in parts of many leaves.
      let largest = [3, 70, 1100, 5000, 40_000][round % 5]
      var hasher = BLAKE3Hasher()
      var offset = max(0, count - 60 * largest)
      let first = offset
      while offset < count {
        let end = min(count, offset + random.below(largest + 1))
        hasher.update(Array(input[offset..<end]))
        offset = end
      }
      #expect(hasher.finalize() == BLAKE3.hash(Array(input[first..<count])), "round \(round)")
    }
  }

  @Test mutating func partsThatEndAtLeavesGiveTheSameDigest() {
    let input = random.bytes(64 << 10)
    for part in [1024, 2048, 3072, 16_384, 32_768] {
      var hasher = BLAKE3Hasher()
      for start in stride(from: 0, to: input.count, by: part) {
        hasher.update(Array(input[start..<min(start + part, input.count)]))
      }
      #expect(hasher.finalize() == BLAKE3.hash(input), "parts of \(part)")
    }
  }

  @Test mutating func copiesGoOnByThemselves() {
    let input = random.bytes(10_000)
    var hasher = BLAKE3Hasher()
    hasher.update(Array(input[..<5000]))
    var copy = hasher
    #expect(hasher.finalize() == BLAKE3.hash(Array(input[..<5000])))
    hasher.update(Array(input[5000...]))
    copy.update([1, 2, 3])
    #expect(hasher.finalize() == BLAKE3.hash(input))
    #expect(copy.finalize() == BLAKE3.hash(Array(input[..<5000]) + [1, 2, 3]))
  }

  @Test mutating func keysAndContextsMatchTheOneCallForms() {
    let input = random.bytes(7777)
    let key = BLAKE3Key(BLAKE3.hash([1]))
    var keyed = BLAKE3Hasher(key: key)
    keyed.update(input)
    #expect(keyed.finalize() == BLAKE3.keyedHash(input, key: key))
    #expect(keyed.finalize() != BLAKE3.hash(input))
    var derived = BLAKE3Hasher(derivingKeyFor: "farmio test v1")
    derived.update(input)
    let one = BLAKE3.deriveKey(context: "farmio test v1", material: input)
    #expect(derived.finalize() == one.digest)
    #expect(one.digest != BLAKE3.deriveKey(context: "farmio test v2", material: input).digest)
  }

  @Test func keysHaveThirtyTwoBytes() {
    #expect(BLAKE3Key([UInt8](repeating: 0, count: 31)) == nil)
    #expect(BLAKE3Key([UInt8](repeating: 0, count: 33)) == nil)
    let bytes = [UInt8](0..<32)
    #expect(BLAKE3Key(bytes)?.bytes == bytes)
  }
}

/// A small generator, so that a failure repeats.
private struct Sequence64 {
  var state: UInt64

  mutating func next() -> UInt64 {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return state
  }

  mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }

  mutating func bytes(_ count: Int) -> [UInt8] {
    (0..<count).map { _ in UInt8(truncatingIfNeeded: next() >> 32) }
  }
}
