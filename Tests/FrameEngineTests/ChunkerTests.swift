import CKernels
import Testing

@testable import FrameEngine

@Suite struct ChunkerTests {
  static let keyA = CutKey([UInt8](0..<16))!
  static let keyZero = CutKey([UInt8](repeating: 0, count: 16))!

  static func chunker(
    _ chunkClass: ChunkClass = .k64, _ key: CutKey = keyA, candidateBits: Int = 10
  ) -> Chunker {
    Chunker(class: chunkClass, key: key, candidateBits: candidateBits)
  }

  static func cuts(_ bytes: [UInt8], _ chunker: Chunker = chunker()) -> [UInt32] {
    var ends: [UInt32] = []
    let consumed = chunker.cuts(bytes.rawBytes, ended: true, into: &ends)
    #expect(consumed == bytes.count)
    return ends
  }

  /// Expects `ends` from the kernel in use and from the specification.
  static func expect(
    _ ends: [UInt32], of bytes: [UInt8], key: CutKey = keyA, candidateBits: Int = 10
  ) {
    #expect(cuts(bytes, chunker(.k64, key, candidateBits: candidateBits)) == ends)
    let scalar = ScalarChunker(class: .k64, key: key, candidateBits: candidateBits)
    #expect(scalar.cuts(bytes) == ends)
  }

  // MARK: Published vectors

  @Test func unitValues() {
    #expect(ScalarChunker.weight(0) == 0xEFD1)
    #expect(ScalarChunker.weight(1) == 0x8E08)
    #expect(ScalarChunker.weight(255) == 0x889A)
    #expect(ScalarChunker.hash([UInt8](repeating: 0, count: 64)) == 0xC0C0)
    #expect(ScalarChunker.hash([UInt8](0..<64)) == 0xF5E0)
    let prf = WindowPRF(key: Self.keyA)
    #expect(prf.value(of: [UInt8](0..<64)) == 0x6E69_D45D_CAF4_7F67)
    #expect(prf.value(of: [UInt8](repeating: 0, count: 64)) == 0x56F0_7ECD_85C9_5D1A)
    #expect(TestBytes.x(1, 16).hex == "41208240000000004114010c06410010")
  }

  @Test func candidatesOfRandomBytes() {
    let bytes = TestBytes.x(1, 1_048_576)
    for (bits, count) in [(10, 994), (8, 3943)] {
      let scalar = ScalarChunker(class: .k64, key: Self.keyA, candidateBits: bits)
      var found: [Int] = []
      scalar.forEachCandidate(of: bytes[...], lengths: 64...bytes.count) { length in
        found.append(length)
        return true
      }
      #expect(found.count == count)
      if bits == 10 { #expect(found.first == 1238) }
    }
  }

  @Test func randomBytes() {
    let bytes = TestBytes.x(1, 1_048_576)
    Self.expect(
      [
        54464, 98479, 146007, 190982, 280484, 315265, 361566, 435791, 483339, 542509, 582318,
        688844, 734842, 774970, 837761, 938322, 988450, 1_027_077, 1_048_576,
      ], of: bytes)
    Self.expect(
      [
        70804, 111658, 196977, 317309, 404471, 493438, 537799, 616696, 681187, 736072, 813212,
        853304, 913215, 964338, 1_015_005, 1_048_576,
      ], of: bytes, key: Self.keyZero)
    Self.expect(
      [
        54464, 114028, 174222, 239402, 289479, 345668, 421831, 482460, 559136, 596195, 633524,
        756874, 817873, 916150, 957319, 1_016_143, 1_048_576,
      ], of: bytes, candidateBits: 8)
  }

  @Test func zerosBetweenRandomBytes() {
    let random = TestBytes.x(7, 200_000)
    let zeros = [UInt8](repeating: 0, count: 200_000)
    Self.expect(
      [55937, 94156, 225228, 303335, 377234, 400_000],
      of: random[..<100_000] + zeros + random[100_000...])
  }

  @Test func tiesGoToTheLongerChunk() {
    let period = TestBytes.x(1, 4096)
    let bytes = (0..<400_000).map { period[$0 % 4096] }
    Self.expect([126_984, 258_056, 389_128, 400_000], of: bytes)
  }

  @Test func regressionNeedsTheWholeMaximum() {
    let bytes = TestBytes.x(60, 135_168)
    Self.expect([54611, 135_168], of: bytes)
    Self.expect([54611, 131_072], of: Array(bytes[..<131_072]))
    Self.expect([131_071], of: Array(bytes[..<131_071]))
  }

  @Test func constantBytesAreCutAtTheMaximum() {
    for value: UInt8 in [0, 1, 0x7F, 0xFF] {
      Self.expect(
        [131_072, 262_144, 300_000], of: [UInt8](repeating: value, count: 300_000))
    }
    Self.expect([32768], of: [UInt8](repeating: 0, count: 32768))
    Self.expect([32769], of: [UInt8](repeating: 0, count: 32769))
    Self.expect([], of: [])
    Self.expect([1], of: [7])
  }

  @Test(arguments: [
    (ChunkClass.k64, 1073, UInt32(0xF642_0D31)), (.k256, 261, 0x80A0_70CE), (.m1, 60, 0x53F0_98A5),
  ])
  func classes(_ chunkClass: ChunkClass, _ count: Int, _ checksum: UInt32) {
    let ends = Self.cuts(TestBytes.x(1, 67_108_864), Self.chunker(chunkClass))
    #expect(ends.count == count)
    let wide = ends.map { UInt64($0).littleEndian }
    let found = CRC32C.checksum(unsafe wide.span.bytes)
    #expect(found == checksum)
  }

  // MARK: Independence from how the bytes come

  @Test func bufferBoundariesDoNotMatter() {
    let bytes = TestBytes.x(5, 3_000_000)
    let chunker = Self.chunker()
    let whole = Self.cuts(bytes)
    var random = TestBytes(seed: 99)
    for _ in 0..<20 {
      var ends: [UInt32] = []
      var start = 0
      var filled = 0
      while start < bytes.count {
        filled = min(filled + Int.random(in: 1...400_000, using: &random), bytes.count)
        var part: [UInt32] = []
        let window = bytes.rawBytes.extracting(start..<filled)
        let consumed = chunker.cuts(window, ended: filled == bytes.count, into: &part)
        ends += part.map { $0 + UInt32(start) }
        #expect(consumed == Int(part.last ?? 0))
        start += consumed
      }
      #expect(ends == whole)
    }
  }

  @Test func oneCutAtATimeIsTheSame() {
    let bytes = TestBytes.x(5, 1_500_000)
    let chunker = Self.chunker()
    var ends: [UInt32] = []
    var start = 0
    while start < bytes.count {
      let stop = min(start + ChunkClass.k64.maximum, bytes.count)
      let window = bytes.rawBytes.extracting(start..<stop)
      start += chunker.cut(window, ended: stop == bytes.count)
      ends.append(UInt32(start))
    }
    #expect(ends == Self.cuts(bytes))
    #expect(chunker.cut([UInt8]().rawBytes, ended: true) == 0)
  }

  @Test func waitsForTheMaximumUnlessEnded() {
    let bytes = TestBytes.x(1, ChunkClass.k64.maximum - 1)
    var ends: [UInt32] = []
    #expect(Self.chunker().cuts(bytes.rawBytes, ended: false, into: &ends) == 0)
    #expect(ends.isEmpty)
  }

  @Test func cuttingWithTooFewBytesStops() async {
    await #expect(processExitsWith: .failure) {
      _ = Self.chunker().cut([UInt8](repeating: 0, count: 1000).rawBytes, ended: false)
    }
  }

  // MARK: Kernels

  struct Kernel {
    let name: String
    let cuts: (inout farmio_cdc_rule, GuardedBytes, inout [UInt32]) -> Int
  }

  static var kernels: [Kernel] {
    var all = [
      Kernel(name: "dispatched") { rule, bytes, ends in
        unsafe farmio_cdc_cuts(&rule, bytes.start, bytes.count, 1, &ends, ends.count)
      },
      Kernel(name: "portable") { rule, bytes, ends in
        unsafe farmio_cdc_cuts_portable(&rule, bytes.start, bytes.count, 1, &ends, ends.count)
      },
    ]
    #if arch(x86_64)
      let sse4 = Kernel(name: "sse4") { rule, bytes, ends in
        unsafe farmio_cdc_cuts_sse4(&rule, bytes.start, bytes.count, 1, &ends, ends.count)
      }
      let avx2 = Kernel(name: "avx2") { rule, bytes, ends in
        unsafe farmio_cdc_cuts_avx2(&rule, bytes.start, bytes.count, 1, &ends, ends.count)
      }
      let avx512 = Kernel(name: "avx512") { rule, bytes, ends in
        unsafe farmio_cdc_cuts_avx512(&rule, bytes.start, bytes.count, 1, &ends, ends.count)
      }
      let level = farmio_kernel_supported()
      if level >= Int32(FARMIO_SSE4) { all.append(sse4) }
      if level >= Int32(FARMIO_AVX2) { all.append(avx2) }
      if level >= Int32(FARMIO_AVX512) { all.append(avx512) }
    #endif
    return all
  }

  static func expectAgreement(
    on bytes: [UInt8], key: CutKey, candidateBits: Int, class chunkClass: ChunkClass = .k64
  ) {
    let scalar = ScalarChunker(class: chunkClass, key: key, candidateBits: candidateBits)
    let expected = scalar.cuts(bytes)
    var rule = farmio_cdc_rule()
    unsafe farmio_cdc_prepare(
      &rule, Int32(chunkClass.rawValue), Int32(candidateBits), key.bytes)
    let guarded = GuardedBytes(bytes)
    for kernel in Self.kernels {
      var ends = [UInt32](repeating: 0, count: 64)
      let found = kernel.cuts(&rule, guarded, &ends)
      #expect(Array(ends[..<found]) == expected, "\(kernel.name), \(bytes.count) bytes")
    }
  }

  @Test func everyKernelAgreesOnRandomBytes() {
    var random = TestBytes(seed: 21)
    for round in 0..<30 {
      let count = Int.random(in: 0...150_000, using: &random)
      let key = CutKey(random.bytes(16))!
      Self.expectAgreement(
        on: random.bytes(count), key: key, candidateBits: [8, 9, 10, 12][round % 4])
    }
  }

  /// Lengths around every place where a kernel changes its path: the minimum, the width of a tile,
  /// the stride, the maximum. Eight candidate bits put candidates everywhere.
  @Test func everyKernelAgreesNearItsSeams() {
    let bytes = TestBytes.x(4, 140_000)
    for seam in [32768, 32768 + 1984, 32768 + 4032] {
      for offset in [-129, -65, -64, -17, -16, -1, 0, 1, 15, 16, 63, 64, 65, 127, 128, 511, 512] {
        Self.expectAgreement(
          on: Array(bytes[..<(seam + offset)]), key: Self.keyZero, candidateBits: 8)
      }
    }
    for length in 131_070...131_074 {
      Self.expectAgreement(on: Array(bytes[..<length]), key: Self.keyA, candidateBits: 12)
    }
  }

  @Test func everyKernelAgreesOnRepeatingBytes() {
    var random = TestBytes(seed: 31)
    for period in [1, 2, 16, 48, 64, 100, 1024, 5000] {
      let pattern = random.bytes(period)
      let bytes = (0..<135_000).map { pattern[$0 % period] }
      Self.expectAgreement(on: bytes, key: Self.keyA, candidateBits: 10)
    }
  }

  @Test func everyKernelAgreesInEveryClass() {
    for chunkClass in ChunkClass.allCases {
      let bytes = TestBytes.x(17, chunkClass.maximum + 100_000)
      Self.expectAgreement(on: bytes, key: Self.keyA, candidateBits: 10, class: chunkClass)
    }
  }
}

@Suite struct ChunkClassTests {
  @Test func namesRoundTrip() {
    for chunkClass in ChunkClass.allCases {
      #expect(ChunkClass(name: chunkClass.name) == chunkClass)
    }
    #expect(ChunkClass(name: "128K") == nil)
    #expect(ChunkClass.k256.minimum == 131_072)
    #expect(ChunkClass.m1.maximum == Limits.chunkBytes)
  }

  @Test func keysHaveSixteenBytes() {
    #expect(CutKey([UInt8](repeating: 1, count: 15)) == nil)
    #expect(CutKey([UInt8](repeating: 1, count: 17)) == nil)
  }
}
