import CKernels
import Testing

@testable import FrameEngine

/// zlib streams with and without a search for matches.
@Suite struct DeflaterTests {
  /// Differences as planes have them: small ones most, and runs.
  private static func noise(
    _ count: Int, seed: UInt64, spread: Int = 40, runEvery: Int = 30
  ) -> [UInt8] {
    var source = TestBytes(seed: seed)
    var bytes = [UInt8]()
    while bytes.count < count {
      let sum = (0..<4).reduce(0) { sum, _ in sum + source.below(spread) }
      let byte = UInt8(truncatingIfNeeded: sum + 128)
      bytes += repeatElement(byte, count: source.below(runEvery) == 0 ? 1 + source.below(600) : 1)
    }
    return Array(bytes.prefix(count))
  }

  private static func packed(_ bytes: [UInt8], level: Int, limit: Int? = nil) -> [UInt8]? {
    var deflater = Deflater(level: level)
    var source = Scratch(capacity: bytes.count)
    source.copy(bytes.rawBytes, at: 0)
    let limit = limit ?? 2 * bytes.count + 1000
    var target = Scratch(capacity: limit)
    guard let count = deflater.deflate(source, count: bytes.count, into: &target, limit: limit)
    else { return nil }
    return target.bytes(count).copy(0..<count)
  }

  private static func unpacked(_ packed: [UInt8], count: Int) throws -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var inflater = Inflater()
    var span = bytes.mutableSpan
    var target = unsafe span.mutableBytes
    let slack = try inflater.inflate(packed.rawBytes, into: &target)
    #expect(slack == 0)
    return bytes
  }

  private static func repeats(_ bytes: [UInt8]) -> Bool {
    unsafe bytes.withUnsafeBufferPointer {
      unsafe farmio_deflate_repeats($0.baseAddress!, $0.count) != 0
    }
  }

  @Test(arguments: [1, 2, 4, 5, 9]) func `What is packed comes back`(level: Int) throws {
    var source = TestBytes(seed: UInt64(level))
    for round in 0..<60 {
      let count = 1 + source.below(round % 5 == 0 ? 200_000 : 20_000)
      let bytes =
        switch round % 4 {
        case 0: Self.noise(count, seed: UInt64(round + 1))
        case 1: TestBytes.x(UInt64(round), count)
        case 2: (0..<count).map { UInt8(truncatingIfNeeded: $0 % 97 * 5) }
        default: [UInt8](repeating: UInt8(round), count: count)
        }
      let packed = try #require(Self.packed(bytes, level: level))
      #expect(try Self.unpacked(packed, count: count) == bytes)
    }
  }

  @Test func `Noise packs smaller without a search than with a quick one`() throws {
    let bytes = Self.noise(1 << 16, seed: 3, spread: 20, runEvery: 2000)
    let isRepeated = Self.repeats(bytes)
    #expect(!isRepeated)
    let quick = try #require(Self.packed(bytes, level: 4))
    let searched = try #require(Self.packed(bytes, level: 5))
    #expect(quick.count < searched.count)
  }

  @Test func `What repeats itself is searched for matches`() throws {
    let block = TestBytes.x(9, 3000)
    let bytes = (0..<20).flatMap { _ in block }
    let isRepeated = Self.repeats(bytes)
    #expect(isRepeated)
    let packed = try #require(Self.packed(bytes, level: 1))
    #expect(packed.count < bytes.count / 8)
    // The second plane alone: the first one has nothing to search for.
    let mixed = Self.noise(60_000, seed: 4) + bytes
    let halves = try #require(Self.packed(mixed, level: 1))
    #expect(halves.count < 60_000)
    #expect(try Self.unpacked(halves, count: mixed.count) == mixed)
  }

  /// Room for one byte less than it takes gives nothing, and nothing is written behind the room.
  @Test func `No more room is used than there is`() throws {
    for (count, seed) in [(1, 1), (300, 2), (9000, 3), (70_000, 4)] {
      let bytes = Self.noise(count, seed: UInt64(seed))
      let whole = try #require(Self.packed(bytes, level: 1))
      for room in [0, 1, 7, whole.count / 2, whole.count - 1, whole.count + 40] {
        if let packed = Self.packed(bytes, level: 1, limit: room) {
          #expect(packed.count <= room)
          #expect(try Self.unpacked(packed, count: count) == bytes)
        }
        var target = [UInt8](repeating: 0xA5, count: room + 64)
        let used = unsafe bytes.withUnsafeBufferPointer { source in
          unsafe target.withUnsafeMutableBufferPointer {
            unsafe farmio_deflate_runs(source.baseAddress!, count, $0.baseAddress!, room, 1)
          }
        }
        #expect(used <= room && target[room...].allSatisfy { $0 == 0xA5 })
      }
    }
  }

  /// Counts that double make codes as deep as they get: they are cut to what the format allows.
  @Test func `Codes are never too long`() throws {
    var bytes = [UInt8]()
    for symbol in 0..<15 { bytes += repeatElement(UInt8(symbol * 16), count: 1 << symbol) }
    bytes.sort { ($0 &* 37, $0) < ($1 &* 37, $1) }
    var source = TestBytes(seed: 8)
    for index in bytes.indices.reversed() { bytes.swapAt(index, source.below(index + 1)) }
    let packed = try #require(Self.packed(bytes, level: 1))
    #expect(try Self.unpacked(packed, count: bytes.count) == bytes)
  }
}
