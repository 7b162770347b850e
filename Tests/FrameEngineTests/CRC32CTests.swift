import CKernels
import Testing

@testable import FrameEngine

@Suite struct CRC32CTests {
  struct Kernel {
    let name: String
    let checksum: (UInt32, GuardedBytes) -> UInt32
  }

  static var kernels: [Kernel] {
    var all = [
      Kernel(name: "dispatched") { unsafe farmio_crc32c($0, $1.start, $1.count) },
      Kernel(name: "portable") { unsafe farmio_crc32c_portable($0, $1.start, $1.count) },
    ]
    #if arch(x86_64)
      let sse4 = Kernel(name: "sse4") { unsafe farmio_crc32c_sse4($0, $1.start, $1.count) }
      let avx512 = Kernel(name: "avx512") { unsafe farmio_crc32c_avx512($0, $1.start, $1.count) }
      let level = farmio_kernel_supported()
      if level >= Int32(FARMIO_SSE4) { all.append(sse4) }
      if level >= Int32(FARMIO_AVX512) { all.append(avx512) }
    #endif
    return all
  }

  @Test func publishedValues() {
    #expect(CRC32C.checksum(Array("123456789".utf8).rawBytes) == 0xE306_9283)
    // RFC 3720, appendix B.4.
    #expect(CRC32C.checksum([UInt8](repeating: 0, count: 32).rawBytes) == 0x8A91_36AA)
    #expect(CRC32C.checksum([UInt8](repeating: 0xFF, count: 32).rawBytes) == 0x62A8_AB43)
    #expect(CRC32C.checksum([UInt8](0..<32).rawBytes) == 0x46DD_794E)
    #expect(CRC32C.checksum([UInt8]().rawBytes) == 0)
    #expect(CRC32C.checksum([UInt8]().rawBytes, continuing: 0x1234_5678) == 0x1234_5678)
  }

  @Test func continuesOverAnySplit() {
    let bytes = TestBytes.x(3, 2000)
    let whole = CRC32C.checksum(bytes.rawBytes)
    for split in stride(from: 0, through: bytes.count, by: 7) {
      let head = CRC32C.checksum(bytes.rawBytes.extracting(0..<split))
      let both = CRC32C.checksum(
        bytes.rawBytes.extracting(split..<bytes.count), continuing: head)
      #expect(both == whole)
    }
  }

  @Test func everyKernelAgreesWithTheSpecification() {
    var random = TestBytes(seed: 11)
    let lengths =
      Array(0...300) + [383, 384, 385, 511, 512, 1024, 3071, 3072, 3073, 6144, 9999]
      + (0..<40).map { _ in Int.random(in: 0...5000, using: &random) }
    for length in lengths {
      let bytes = random.bytes(length)
      let before = UInt32(truncatingIfNeeded: random.next())
      let expected = ScalarCRC32C.checksum(bytes, continuing: before)
      // The guard page follows the last byte, so every length is also another alignment.
      let guarded = GuardedBytes(bytes)
      for kernel in Self.kernels {
        #expect(kernel.checksum(before, guarded) == expected, "\(kernel.name), \(length) bytes")
      }
    }
  }
}

@Suite struct JoinedCRC32CTests {
  @Test(arguments: [0, 1, 2, 3, 7, 8, 63, 64, 65, 1_000, 65_537, 1 << 20])
  func theSumOfPartsIsThatOfAll(_ count: Int) {
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
    for cut in [0, 1, count / 3, count / 2, count - 1, count] where (0...count).contains(cut) {
      let (first, second) = (Array(bytes[..<cut]), Array(bytes[cut...]))
      let joined = CRC32C.joined(
        CRC32C.checksum(first.rawBytes), CRC32C.checksum(second.rawBytes),
        secondByteCount: Int64(second.count))
      #expect(joined == CRC32C.checksum(bytes.rawBytes))
    }
  }

  @Test func lengthsBeyondMemoryAreJoined() {
    // Joining does not care in which order: three runs, two of them longer than any memory.
    let (first, second, third): (UInt32, UInt32, UInt32) = (0x1234_5678, 0x9ABC_DEF0, 0x0F1E_2D3C)
    let (middle, last) = (Int64(1) << 40 + 12_345, Int64(1) << 33 + 7)
    let left = CRC32C.joined(
      CRC32C.joined(first, second, secondByteCount: middle), third, secondByteCount: last)
    let right = CRC32C.joined(
      first, CRC32C.joined(second, third, secondByteCount: last), secondByteCount: middle + last)
    #expect(left == right)
  }
}
