import CKernels
import Glibc
import Testing

@testable import FrameEngine

/// Every kernel variant that this CPU runs, against the specification.
@Suite struct BLAKE3KernelTests {
  static let levels = (0...3).filter { unsafe farmio_blake3_tree_at(Int32($0)) != nil }

  /// Every length up to two blocks, samples up to three leaves, and the neighbours of whole leaves
  /// and of powers of two: where a lane, a batch or a level of the tree begins.
  static let lengths: [Int] = {
    var lengths = Set(0...130)
    lengths.formUnion(stride(from: 131, through: 3100, by: 87))
    for leaves in [1, 2, 3, 4, 5, 7, 8, 9, 11, 12, 13, 15, 16, 17, 19, 23, 24, 25, 31, 32, 33, 48] {
      lengths.formUnion([leaves * 1024 - 1, leaves * 1024, leaves * 1024 + 1])
    }
    lengths.formUnion([18_000, 40_961, 65_535, 65_536, 65_537, 69_999])
    return lengths.sorted()
  }()

  @Test func portableRunsEverywhere() {
    #expect(Self.levels.first == 0)
  }

  /// The end of each input touches a page that must not be read, its start lies anywhere.
  @Test func kernelsAgreeWithTheSpecificationUpToTheLastByte() throws {
    let longest = try #require(Self.lengths.last)
    let region = try #require(GuardedRegion(capacity: longest, seed: 11))
    for length in Self.lengths {
      let expected = Digest(ScalarBLAKE3().hash(region.last(length)))
      for level in Self.levels {
        let words = region.tree(last: length, level: level, leaf: 0, flags: BLAKE3Flag.root)
        #expect(Digest(words) == expected, "\(length) bytes at level \(level)")
      }
    }
  }

  /// Leaf numbers have 64 bits; the lanes carry from the low word into the high one.
  @Test(arguments: [UInt64(1) << 32 - 3, 1 << 32, 0x1_2345_6789, 16])
  func kernelsNumberTheirLeaves(first: UInt64) throws {
    let region = try #require(GuardedRegion(capacity: 20_000, seed: 12))
    for length in [1000, 1024, 2000, 4096, 8000, 16_384, 20_000] {
      let scalar = ScalarBLAKE3().chainingValue(region.last(length), leaf: first)
      let expected = Digest(BLAKE3Words { scalar[$0] })
      for level in Self.levels {
        let words = region.tree(last: length, level: level, leaf: first, flags: 0)
        #expect(Digest(words) == expected, "\(length) bytes at level \(level)")
      }
    }
  }

  @Test func kernelsCarryTheModeIntoEveryNode() throws {
    let region = try #require(GuardedRegion(capacity: 40_000, seed: 13))
    let key = [UInt8](repeating: 7, count: 32)
    for length in [0, 64, 1024, 1025, 5000, 17_000, 40_000] {
      let expected = Digest(ScalarBLAKE3(key: key).hash(region.last(length)))
      for level in Self.levels {
        let words = region.tree(
          last: length, level: level, leaf: 0, flags: BLAKE3Flag.root | BLAKE3Flag.keyed,
          key: BLAKE3Key(key)!)
        #expect(Digest(words) == expected, "\(length) bytes at level \(level)")
      }
    }
  }

  @Test func compressionsGiveAllSixteenWords() throws {
    let region = try #require(GuardedRegion(capacity: 64, seed: 14))
    let expected = ScalarBLAKE3().hash(region.last(64), byteCount: 64)
    let flags = BLAKE3Flag.leafStart | BLAKE3Flag.leafEnd | BLAKE3Flag.root
    for level in Self.levels {
      let words = region.compress(level: level, flags: flags)
      let bytes = words.flatMap { word in
        (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) }
      }
      #expect(bytes == expected, "level \(level)")
    }
  }
}

/// Pseudo-random bytes that end where a page without access begins.
@safe private final class GuardedRegion {
  private let base: UnsafeMutablePointer<UInt8>
  private let mappedByteCount: Int
  private let end: UnsafeMutablePointer<UInt8>

  init?(capacity: Int, seed: UInt64) {
    let page = 4096
    let usable = (capacity + page - 1) / page * page
    let mapped = unsafe mmap(
      nil, usable + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    guard let mapped = unsafe mapped, unsafe mapped != MAP_FAILED else { return nil }
    unsafe base = mapped.bindMemory(to: UInt8.self, capacity: usable)
    mappedByteCount = usable + page
    unsafe end = base + usable
    guard unsafe mprotect(end, page, PROT_NONE) == 0 else { return nil }
    var state = seed
    for offset in 0..<usable {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      unsafe base[offset] = UInt8(truncatingIfNeeded: state >> 56)
    }
  }

  deinit { unsafe munmap(base, mappedByteCount) }

  /// The last `count` bytes.
  func last(_ count: Int) -> [UInt8] {
    unsafe [UInt8](UnsafeBufferPointer(start: end - count, count: count))
  }

  /// What the kernel of a level says of the last `count` bytes.
  func tree(
    last count: Int, level: Int, leaf: UInt64, flags: UInt32, key: BLAKE3Key = .initial
  ) -> BLAKE3Words {
    let kernel = unsafe farmio_blake3_tree_at(Int32(level))!
    let key = (0..<8).map { key.words[$0] }
    var words = [UInt32](repeating: 0, count: 8)
    unsafe kernel(end - count, count, key, leaf, flags, &words)
    return BLAKE3Words { words[$0] }
  }

  /// All words that the compression of a level makes of the last 64 bytes.
  func compress(level: Int, flags: UInt32) -> [UInt32] {
    let kernel = unsafe farmio_blake3_compress_at(Int32(level))!
    let key = (0..<8).map { BLAKE3Key.initial.words[$0] }
    var words = [UInt32](repeating: 0, count: 16)
    unsafe kernel(key, end - 64, 0, 64, flags, &words)
    return words
  }
}
