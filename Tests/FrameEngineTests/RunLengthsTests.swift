import Testing

@testable import FrameEngine

@Suite struct RunLengthsTests {
  static func pack(_ bytes: [UInt8], limit: Int) -> [UInt8]? {
    let source = GuardedBytes(bytes)
    let target = GuardedBytes(count: limit)
    var room = unsafe MutableRawSpan(_unsafeStart: target.start, byteCount: limit)
    guard let count = RunLengths.pack(source.span, into: &room) else { return nil }
    return Array(target.array[..<count])
  }

  static func unpack(_ packed: [UInt8], count: Int) throws(ChunkFault) -> [UInt8] {
    let source = GuardedBytes(packed)
    let target = GuardedBytes(count: count)
    var room = unsafe MutableRawSpan(_unsafeStart: target.start, byteCount: count)
    try RunLengths.unpack(source.span, into: &room)
    return target.array
  }

  @Test func runsAndCopies() throws {
    let bytes: [UInt8] = [5, 5, 5, 5, 1, 2, 3, 3, 9, 9, 9]
    let packed: [UInt8] = [3, 5, 0xFC, 1, 2, 3, 3, 2, 9]
    #expect(Self.pack(bytes, limit: 20) == packed)
    #expect(try Self.unpack(packed, count: bytes.count) == bytes)
    #expect(try Self.unpack([0, 7, 0xFF, 8], count: 2) == [7, 8])
    let copied = [UInt8](0..<128)
    #expect(try Self.unpack([0x80] + copied, count: 128) == copied)
    #expect(Self.pack([UInt8](repeating: 4, count: 130), limit: 9) == [127, 4, 0xFE, 4, 4])
  }

  @Test func whatDoesNotFitIsRefused() {
    let bytes: [UInt8] = [5, 5, 5, 5, 1, 2, 3, 3, 9, 9, 9]
    for limit in 0..<9 { #expect(Self.pack(bytes, limit: limit) == nil) }
    #expect(Self.pack(bytes, limit: 9) != nil)
  }

  @Test func theKernelAgreesWithTheSpecification() throws {
    var random = TestBytes(seed: 81)
    for count in Array(1...300) + [5000] {
      // Runs of every length around those that the format and the short copies treat specially.
      var bytes = [UInt8]()
      while bytes.count < count {
        let length = Int(random.next() % (random.next() % 4 == 0 ? 200 : 20)) + 1
        let byte = UInt8(truncatingIfNeeded: random.next())
        bytes +=
          random.next() % 2 == 0
          ? [UInt8](repeating: byte, count: length) : random.bytes(length)
      }
      bytes = Array(bytes[..<count])
      let packed = try #require(Self.pack(bytes, limit: count + count / 100 + 2))
      #expect(packed == ScalarRunLengths.pack(bytes))
      #expect(ScalarRunLengths.unpack(packed) == bytes)
      #expect(try Self.unpack(packed, count: count) == bytes)
    }
  }

  /// Noise is a run-length stream like any other, up to its last run.
  @Test func noiseUnpacksAsSpecified() throws {
    var random = TestBytes(seed: 82)
    for _ in 0..<200 {
      let noise = random.bytes(1 + Int(random.next() % 300))
      let bytes = ScalarRunLengths.unpack(noise)
      if let bytes {
        #expect(try Self.unpack(noise, count: bytes.count) == bytes)
      } else {
        #expect(throws: ChunkFault.self) { try Self.unpack(noise, count: 50000) }
      }
    }
  }

  @Test func damageIsTold() {
    func code(_ packed: [UInt8], _ count: Int) -> (FindingCode, Int?)? {
      do {
        _ = try Self.unpack(packed, count: count)
        return nil
      } catch { return (error.code, error.byteOffset) }
    }
    #expect(code([3, 5], 5)! == (.chunkShort, 2))
    #expect(code([3, 5], 3)! == (.chunkCorrupt, 0))
    #expect(code([3, 5, 0], 4)! == (.chunkCorrupt, 2))
    #expect(code([3, 5, 0, 1], 4)! == (.chunkCorrupt, 2))
    #expect(code([0xFD, 5, 5], 3)! == (.chunkCorrupt, 0))
    #expect(code([0x80], 200)! == (.chunkCorrupt, 0))
  }
}
