import CKernels
import Testing

@testable import FrameEngine

@Suite struct PXR24Tests {
  typealias Row = (GuardedBytes, Int, Int, GuardedBytes) -> Void

  struct Kernel {
    let name: String
    let join: Row
    let split: Row
  }

  static var kernels: [Kernel] {
    var all = [
      Kernel(
        name: "dispatched",
        join: { unsafe farmio_exr_pxr24_join($0.start, $1, Int32($2), $3.start) },
        split: { unsafe farmio_exr_pxr24_split($0.start, $1, Int32($2), $3.start) }),
      Kernel(
        name: "portable",
        join: { unsafe farmio_exr_pxr24_join_portable($0.start, $1, Int32($2), $3.start) },
        split: { unsafe farmio_exr_pxr24_split_portable($0.start, $1, Int32($2), $3.start) }),
    ]
    #if arch(x86_64)
      let vectors = [
        Kernel(
          name: "sse4",
          join: { unsafe farmio_exr_pxr24_join_sse4($0.start, $1, Int32($2), $3.start) },
          split: { unsafe farmio_exr_pxr24_split_sse4($0.start, $1, Int32($2), $3.start) }),
        Kernel(
          name: "avx2",
          join: { unsafe farmio_exr_pxr24_join_avx2($0.start, $1, Int32($2), $3.start) },
          split: { unsafe farmio_exr_pxr24_split_avx2($0.start, $1, Int32($2), $3.start) }),
        Kernel(
          name: "avx512",
          join: { unsafe farmio_exr_pxr24_join_avx512($0.start, $1, Int32($2), $3.start) },
          split: { unsafe farmio_exr_pxr24_split_avx512($0.start, $1, Int32($2), $3.start) }),
      ]
      all += vectors.prefix(Int(farmio_kernel_supported()))
    #endif
    return all
  }

  @Test func differencesThenPlanes() {
    #expect(ScalarPXR24.split([0x1234, 0x1236, 0x1136], planes: 2) == [0x12, 0, 0xFF, 0x34, 2, 0])
    #expect(
      ScalarPXR24.split([0x3F8000, 0x3F8001], planes: 3) == [0x3F, 0, 0x80, 0, 0, 1])
    #expect(ScalarPXR24.join([0x12, 0, 0xFF, 0x34, 2, 0], planes: 2) == [0x1234, 0x1236, 0x1136])
  }

  /// As OpenEXR cuts them: rounded half up, the largest number not to infinity, no NaN to infinity.
  @Test func floatsAreCut() {
    let cuts: [(UInt32, UInt32)] = [
      (0, 0), (0x8000_0000, 0x80_0000), (0x3F80_0000, 0x3F_8000), (0x3F80_007F, 0x3F_8000),
      (0x3F80_0080, 0x3F_8001), (0xBF80_0080, 0xBF_8001), (0x3FFF_FFFF, 0x40_0000),
      (0x7F7F_FF7F, 0x7F_7FFF), (0x7F7F_FF80, 0x7F_7FFF), (0x7F7F_FFFF, 0x7F_7FFF),
      (0x7F80_0000, 0x7F_8000), (0xFF80_0000, 0xFF_8000), (0x7F80_0001, 0x7F_8001),
      (0xFFC1_2345, 0xFF_C123), (0x7F80_0100, 0x7F_8001), (0x0000_0080, 1), (0x0000_007F, 0),
    ]
    for (bits, kept) in cuts { #expect(ScalarPXR24.cut(bits) == kept) }
  }

  /// Every length up to more than two of the widest steps; all end at a guard page. Floats are drawn
  /// from all bit patterns, and one in four from those around the largest exponent.
  @Test(arguments: PixelType.allCases) func everyKernelAgreesWithTheSpecification(
    type: PixelType
  ) {
    var random = TestBytes(seed: 71 + UInt64(type.byteCount))
    let planes = PXR24.planeCount(type)
    let kernels = Self.kernels
    for count in Array(0...150) + [255, 256, 257, 1000] {
      let row = (0..<count).map { _ -> UInt32 in
        let bits = UInt32(truncatingIfNeeded: random.next())
        guard type == .float else { return type == .half ? bits & 0xFFFF : bits }
        let edge = 0x7F7F_FE00 + bits >> 4 % 0x2_0000
        return bits % 4 == 0 ? edge | bits << 31 : bits
      }
      let bytes = Self.bytes(row, type)
      let kept = type == .float ? row.map(ScalarPXR24.cut) : row
      let expected = ScalarPXR24.split(kept, planes: planes)
      #expect(ScalarPXR24.join(expected, planes: planes) == kept)
      let (source, target) = (GuardedBytes(bytes), GuardedBytes(count: expected.count))
      let back = GuardedBytes(count: bytes.count)
      for kernel in kernels {
        kernel.split(source, count, planes, target)
        #expect(target.array == expected, "\(kernel.name), \(count) samples")
        kernel.join(target, count, planes, back)
        let restored = Self.bytes(type == .float ? kept.map { $0 << 8 } : kept, type)
        #expect(back.array == restored, "\(kernel.name), \(count) samples back")
      }
    }
  }

  private static func bytes(_ row: [UInt32], _ type: PixelType) -> [UInt8] {
    var writer = ByteWriter()
    for sample in row {
      if type == .half { writer.append(UInt16(sample)) } else { writer.append(sample) }
    }
    return writer.bytes
  }
}
