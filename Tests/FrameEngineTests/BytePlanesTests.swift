import CKernels
import Testing

@testable import FrameEngine

@Suite struct BytePlanesTests {
  struct Kernel {
    let name: String
    let join: (GuardedBytes, GuardedBytes) -> Void
    let split: (GuardedBytes, GuardedBytes) -> Void
  }

  static var kernels: [Kernel] {
    var all = [
      Kernel(
        name: "dispatched",
        join: { unsafe farmio_exr_join($0.start, $0.count, $1.start) },
        split: { unsafe farmio_exr_split($0.start, $0.count, $1.start) }),
      Kernel(
        name: "portable",
        join: { unsafe farmio_exr_join_portable($0.start, $0.count, $1.start) },
        split: { unsafe farmio_exr_split_portable($0.start, $0.count, $1.start) }),
    ]
    #if arch(x86_64)
      let vectors = [
        Kernel(
          name: "sse4",
          join: { unsafe farmio_exr_join_sse4($0.start, $0.count, $1.start) },
          split: { unsafe farmio_exr_split_sse4($0.start, $0.count, $1.start) }),
        Kernel(
          name: "avx2",
          join: { unsafe farmio_exr_join_avx2($0.start, $0.count, $1.start) },
          split: { unsafe farmio_exr_split_avx2($0.start, $0.count, $1.start) }),
        Kernel(
          name: "avx512",
          join: { unsafe farmio_exr_join_avx512($0.start, $0.count, $1.start) },
          split: { unsafe farmio_exr_split_avx512($0.start, $0.count, $1.start) }),
      ]
      all += vectors.prefix(Int(farmio_kernel_supported()))
    #endif
    return all
  }

  @Test func evenThenOddThenDifferences() {
    #expect(
      ScalarBytePlanes.split([10, 200, 11, 201, 9]) == [10, 129, 126, 63, 129])
    #expect(ScalarBytePlanes.join([10, 129, 126, 63, 129]) == [10, 200, 11, 201, 9])
    #expect(ScalarBytePlanes.split([]) == [])
    #expect(ScalarBytePlanes.split([7]) == [7])
  }

  /// Every length up to more than two of the widest steps, then some of random length. All end at a
  /// guard page, so that lengths are alignments too.
  @Test func everyKernelAgreesWithTheSpecification() {
    var random = TestBytes(seed: 61)
    let long = (0..<20).map { _ in Int.random(in: 300...5000, using: &random) }
    let kernels = Self.kernels
    for count in Array(0...300) + long {
      let bytes = random.bytes(count)
      let planes = ScalarBytePlanes.split(bytes)
      #expect(ScalarBytePlanes.join(planes) == bytes)
      let (source, target) = (GuardedBytes(bytes), GuardedBytes(count: count))
      let back = GuardedBytes(count: count)
      for kernel in kernels {
        kernel.split(source, target)
        #expect(target.array == planes, "\(kernel.name), \(count) bytes")
        kernel.join(target, back)
        #expect(back.array == bytes, "\(kernel.name), \(count) bytes back")
      }
    }
  }

  @Test func differentLengthsStop() async {
    await #expect(processExitsWith: .failure) {
      var target: [UInt8] = [0]
      var span = target.mutableSpan
      var raw = unsafe span.mutableBytes
      BytePlanes.split([1, 2].rawBytes, into: &raw)
    }
  }
}
