import CKernels
import Testing

@testable import FrameEngine

@Suite struct ShuffleTests {
  struct Kernel {
    let name: String
    let shuffle: (GuardedBytes, Int, GuardedBytes) -> Void
    let unshuffle: (GuardedBytes, Int, GuardedBytes) -> Void
    let difference: (GuardedBytes) -> Void
    let sum: (GuardedBytes) -> Void
  }

  static var kernels: [Kernel] {
    var all = [
      Kernel(
        name: "dispatched",
        shuffle: { unsafe farmio_shuffle($0.start, $0.count, Int32($1), $2.start) },
        unshuffle: { unsafe farmio_unshuffle($0.start, $0.count, Int32($1), $2.start) },
        difference: { unsafe farmio_difference($0.start, $0.count) },
        sum: { unsafe farmio_sum($0.start, $0.count) }),
      Kernel(
        name: "portable",
        shuffle: { unsafe farmio_shuffle_portable($0.start, $0.count, Int32($1), $2.start) },
        unshuffle: { unsafe farmio_unshuffle_portable($0.start, $0.count, Int32($1), $2.start) },
        difference: { unsafe farmio_difference_portable($0.start, $0.count) },
        sum: { unsafe farmio_sum_portable($0.start, $0.count) }),
    ]
    #if arch(x86_64)
      all += vectorKernels
    #endif
    return all
  }

  #if arch(x86_64)
    /// The kernels of x86-64 that this CPU has.
    static var vectorKernels: [Kernel] {
      let all = [
        Kernel(
          name: "sse4",
          shuffle: { unsafe farmio_shuffle_sse4($0.start, $0.count, Int32($1), $2.start) },
          unshuffle: { unsafe farmio_unshuffle_sse4($0.start, $0.count, Int32($1), $2.start) },
          difference: { unsafe farmio_difference_sse4($0.start, $0.count) },
          sum: { unsafe farmio_sum_sse4($0.start, $0.count) }),
        Kernel(
          name: "avx2",
          shuffle: { unsafe farmio_shuffle_avx2($0.start, $0.count, Int32($1), $2.start) },
          unshuffle: { unsafe farmio_unshuffle_avx2($0.start, $0.count, Int32($1), $2.start) },
          difference: { unsafe farmio_difference_avx2($0.start, $0.count) },
          sum: { unsafe farmio_sum_avx2($0.start, $0.count) }),
        Kernel(
          name: "avx512",
          shuffle: { unsafe farmio_shuffle_avx512($0.start, $0.count, Int32($1), $2.start) },
          unshuffle: { unsafe farmio_unshuffle_avx512($0.start, $0.count, Int32($1), $2.start) },
          difference: { unsafe farmio_difference_avx512($0.start, $0.count) },
          sum: { unsafe farmio_sum_avx512($0.start, $0.count) }),
      ]
      return Array(all.prefix(Int(farmio_kernel_supported())))
    }
  #endif

  static func shuffled(_ bytes: [UInt8], stride: Int, delta: Bool) -> [UInt8] {
    var target = [UInt8](repeating: 0, count: bytes.count)
    var span = target.mutableSpan
    var raw = unsafe span.mutableBytes
    Shuffle.shuffle(bytes.rawBytes, stride: stride, delta: delta, into: &raw)
    return target
  }

  static func unshuffled(_ bytes: [UInt8], stride: Int, delta: Bool) -> [UInt8] {
    var source = bytes
    var target = [UInt8](repeating: 0, count: bytes.count)
    var sourceSpan = source.mutableSpan
    var targetSpan = target.mutableSpan
    var from = unsafe sourceSpan.mutableBytes
    var to = unsafe targetSpan.mutableBytes
    Shuffle.unshuffle(&from, stride: stride, delta: delta, into: &to)
    return target
  }

  @Test func planesThenTheRest() {
    let bytes: [UInt8] = [10, 20, 30, 11, 21, 31, 12, 22, 32, 99, 98]
    #expect(
      Self.shuffled(bytes, stride: 3, delta: false)
        == [10, 11, 12, 20, 21, 22, 30, 31, 32, 99, 98])
    #expect(
      Self.shuffled(bytes, stride: 3, delta: true)
        == [10, 1, 1, 8, 1, 1, 8, 1, 1, 67, 255])
    #expect(Self.shuffled([], stride: 4, delta: true) == [])
    #expect(Self.shuffled([5, 6, 7], stride: 4, delta: false) == [5, 6, 7])
  }

  @Test(arguments: [false, true]) func everyStrideComesBack(delta: Bool) {
    var random = TestBytes(seed: 41)
    for stride in 1...Limits.stride {
      let bytes = random.bytes(Int.random(in: 0...3000, using: &random))
      let planes = Self.shuffled(bytes, stride: stride, delta: delta)
      #expect(planes == ScalarShuffle.shuffle(bytes, stride: stride, delta: delta))
      #expect(ScalarShuffle.unshuffle(planes, stride: stride, delta: delta) == bytes)
      #expect(Self.unshuffled(planes, stride: stride, delta: delta) == bytes)
    }
  }

  /// Every count of elements up to three of the widest groups for the narrow strides, fewer for the
  /// wide; all end at a guard page, so that lengths are alignments too.
  @Test(arguments: [2, 3, 4, 5, 6, 8, 12, 16, 24, 32, 64])
  func everyKernelAgreesWithTheSpecification(stride: Int) {
    var random = TestBytes(seed: UInt64(stride))
    let kernels = Self.kernels
    for _ in 0..<20 {
      let elements = Int.random(in: 0...200, using: &random)
      let bytes = random.bytes(elements * stride + Int.random(in: 0..<stride, using: &random))
      let planes = ScalarShuffle.shuffle(bytes, stride: stride, delta: false)
      let source = GuardedBytes(bytes)
      let target = GuardedBytes(count: bytes.count)
      let back = GuardedBytes(count: bytes.count)
      for kernel in kernels {
        kernel.shuffle(source, stride, target)
        #expect(target.array == planes, "\(kernel.name), \(bytes.count) bytes")
        kernel.unshuffle(target, stride, back)
        #expect(back.array == bytes, "\(kernel.name), \(bytes.count) bytes back")
      }
    }
  }

  @Test func everyKernelAgreesOnTheDelta() {
    var random = TestBytes(seed: 51)
    let kernels = Self.kernels
    for count in Array(0...200) + [255, 256, 257, 1000, 4096] {
      let bytes = random.bytes(count)
      let differences = ScalarShuffle.shuffle(bytes, stride: 1, delta: true)
      for kernel in kernels {
        let guarded = GuardedBytes(bytes)
        kernel.difference(guarded)
        #expect(guarded.array == differences, "\(kernel.name), \(count) bytes")
        kernel.sum(guarded)
        #expect(guarded.array == bytes, "\(kernel.name), \(count) bytes back")
      }
    }
  }

  @Test func impossibleArgumentsStop() async {
    await #expect(processExitsWith: .failure) {
      _ = ShuffleTests.shuffled([1, 2, 3], stride: 0, delta: false)
    }
    await #expect(processExitsWith: .failure) {
      _ = ShuffleTests.shuffled([1, 2, 3], stride: 65, delta: false)
    }
    await #expect(processExitsWith: .failure) {
      var target: [UInt8] = [0]
      var span = target.mutableSpan
      var raw = unsafe span.mutableBytes
      Shuffle.shuffle([1, 2].rawBytes, stride: 2, delta: false, into: &raw)
    }
  }
}
