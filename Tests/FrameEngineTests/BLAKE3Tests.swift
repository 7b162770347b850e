import Testing

@testable import FrameEngine

@Suite struct BLAKE3Tests {
  /// One of the published test vectors.
  struct Vector {
    let input: [UInt8]
    let plain: String
    let keyed: String
    let derived: String

    static let all: [Vector] = {
      let lines = BLAKE3Vectors.lines.split(separator: "\n").map(String.init)
      return stride(from: 0, to: lines.count, by: 4).map { at in
        Vector(
          input: countingBytes(Int(lines[at])!), plain: lines[at + 1], keyed: lines[at + 2],
          derived: lines[at + 3])
      }
    }()
  }

  static let keyBytes = Array(BLAKE3Vectors.key.utf8)
  static let key = BLAKE3Key(keyBytes)!

  @Test func vectorsAreAllThere() {
    #expect(Vector.all.count == 35)
    #expect(Vector.all.last?.input.count == 102_400)
    #expect(Vector.all.last?.plain.hasPrefix("bc3e3d41a1146b069abffad3c0d44860") == true)
    #expect(Vector.all.last?.keyed.hasPrefix("1c35d1a5811083fd7119f5d5d1ba027b") == true)
  }

  @Test func oneCallGivesTheKnownAnswers() {
    for vector in Vector.all {
      #expect(vector.plain.hasPrefix(BLAKE3.hash(vector.input).hex))
      #expect(vector.keyed.hasPrefix(BLAKE3.keyedHash(vector.input, key: Self.key).hex))
      let derived = BLAKE3.deriveKey(context: BLAKE3Vectors.context, material: vector.input)
      #expect(vector.derived.hasPrefix(derived.bytes.hex))
    }
  }

  @Test func hasherGivesTheKnownExtendedAnswers() {
    for vector in Vector.all {
      var plain = BLAKE3Hasher()
      var keyed = BLAKE3Hasher(key: Self.key)
      var derived = BLAKE3Hasher(derivingKeyFor: BLAKE3Vectors.context)
      plain.update(vector.input)
      keyed.update(vector.input)
      derived.update(vector.input)
      let count = BLAKE3Vectors.outputByteCount
      #expect(plain.finalize(byteCount: count).hex == vector.plain)
      #expect(keyed.finalize(byteCount: count).hex == vector.keyed)
      #expect(derived.finalize(byteCount: count).hex == vector.derived)
    }
  }

  @Test func specificationGivesTheKnownAnswers() {
    let count = BLAKE3Vectors.outputByteCount
    for vector in Vector.all where vector.input.count <= 8193 {
      #expect(ScalarBLAKE3().hash(vector.input, byteCount: count).hex == vector.plain)
      #expect(
        ScalarBLAKE3(key: Self.keyBytes).hash(vector.input, byteCount: count).hex == vector.keyed)
      let derived = ScalarBLAKE3(context: BLAKE3Vectors.context)
      #expect(derived.hash(vector.input, byteCount: count).hex == vector.derived)
    }
  }
}

/// The input of the published vectors: byte i is i mod 251.
private func countingBytes(_ count: Int) -> [UInt8] { (0..<count).map { UInt8($0 % 251) } }
