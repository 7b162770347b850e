import CKernels
import Testing

@testable import FrameEngine

/// The variants that this processor runs, and their plain twins.
@safe struct ImageKernels: Sendable, CustomTestStringConvertible {
  typealias Narrow =
    @convention(c) (UnsafePointer<Float>, Int, UnsafeMutablePointer<UInt16>) -> Void
  typealias FromFile = @convention(c) (UnsafeRawPointer, Int, UnsafeMutablePointer<Float>) -> Void
  typealias Box =
    @convention(c) (UnsafePointer<Float>, UnsafePointer<Float>, Int, UnsafeMutablePointer<Float>)
    -> Void
  typealias Blend =
    @convention(c) (UnsafePointer<Float>, Int, Float, UnsafeMutablePointer<Float>) -> Void

  let testDescription: String
  let widen: FromFile
  let narrow: Narrow
  let addHalves: FromFile
  let addFloats: FromFile
  let box: Box
  let blend: Blend

  static let portable = unsafe ImageKernels(
    testDescription: "portable", widen: farmio_image_widen_portable,
    narrow: farmio_image_narrow_portable, addHalves: farmio_image_add_halves_portable,
    addFloats: farmio_image_add_floats_portable, box: farmio_image_box_portable,
    blend: farmio_image_blend_portable)

  static var all: [ImageKernels] {
    var all = [portable]
    #if arch(x86_64)
      if farmio_image_supported() != 0 {
        all.append(
          unsafe ImageKernels(
            testDescription: "f16c", widen: farmio_image_widen_f16c,
            narrow: farmio_image_narrow_f16c, addHalves: farmio_image_add_halves_f16c,
            addFloats: farmio_image_add_floats_f16c, box: farmio_image_box_f16c,
            blend: farmio_image_blend_f16c))
      }
    #endif
    return all
  }
}

@Suite struct ImageKernelTests {
  private static let halves = (0...0xFFFF).map { UInt16($0) }

  /// Float16 is the language's own; a signalling NaN becomes the quiet one.
  @Test(arguments: ImageKernels.all) func everyHalfWidensToItsValue(_ kernels: ImageKernels) {
    var floats = [Float](repeating: 0, count: 0x10000)
    unsafe kernels.widen(Self.halves, floats.count, &floats)
    for (half, float) in zip(Self.halves, floats) {
      let value = Float16(bitPattern: half)
      if value.isNaN {
        let expected = UInt32(half & 0x8000) << 16 | 0x7FC0_0000 | UInt32(half & 0x3FF) << 13
        #expect(float.bitPattern == expected)
      } else if float.bitPattern != Float(value).bitPattern {
        Issue.record("\(half) became \(float)")
      }
    }
  }

  /// Every half, the points midway between two, and what lies just beside them.
  @Test(arguments: ImageKernels.all) func floatsNarrowToTheNearestHalf(_ kernels: ImageKernels) {
    var floats = [Float]()
    for half in UInt16(0)..<0x7C00 {
      let (low, high) = (Float16(bitPattern: half), Float16(bitPattern: half + 1))
      let middle = high.isInfinite ? 65520 : (Float(low) + Float(high)) / 2
      for value in [Float(low), middle, middle.nextDown, middle.nextUp] {
        floats += [value, -value]
      }
    }
    floats += [.infinity, -.infinity, 1e30, 65519.996, 1e-30, .leastNonzeroMagnitude, -0.0]
    var halves = [UInt16](repeating: 0, count: floats.count)
    unsafe kernels.narrow(floats, floats.count, &halves)
    for (float, half) in zip(floats, halves) where Float16(float).bitPattern != half {
      Issue.record("\(float) became \(Float16(bitPattern: half))")
    }
  }

  @Test(arguments: ImageKernels.all) func noNumberStaysNone(_ kernels: ImageKernels) {
    let bits: [UInt32] = [0x7FC0_0000, 0xFFC0_0000, 0x7F80_0001, 0x7FFF_FFFF, 0xFFAB_CDEF]
    let floats = (0..<16).map { Float(bitPattern: bits[$0 % bits.count]) }
    var halves = [UInt16](repeating: 0, count: floats.count)
    var twin = halves
    unsafe kernels.narrow(floats, floats.count, &halves)
    unsafe ImageKernels.portable.narrow(floats, floats.count, &twin)
    #expect(halves == twin)
    #expect(halves.allSatisfy { Float16(bitPattern: $0).isNaN })
  }

  @Test(arguments: ImageKernels.all) func sumsLeaveOutWhatIsNotFinite(_ kernels: ImageKernels) {
    var sums = [Float](repeating: 0.5, count: 0x10000)
    unsafe kernels.addHalves(Self.halves, sums.count, &sums)
    for (half, sum) in zip(Self.halves, sums) {
      let value = Float(Float16(bitPattern: half))
      if sum != 0.5 + (value.isFinite ? value : 0) { Issue.record("\(value) gave \(sum)") }
    }
    let floats: [Float] = [1, .nan, 2, .infinity, -.infinity, 3, -4, 1e30, .signalingNaN, 5]
    var few = [Float](repeating: 1, count: floats.count)
    unsafe kernels.addFloats(floats, floats.count, &few)
    #expect(few == [2, 1, 3, 1, 1, 4, -3, 1e30, 1, 6])
  }

  @Test(arguments: ImageKernels.all, [0, 1, 7, 8, 9, 31]) func meansAndBlendsKeepToTheirRows(
    _ kernels: ImageKernels, count: Int
  ) {
    var source = TestBytes(seed: 5)
    let upper = (0..<2 * count).map { _ in Float.random(in: -9...9, using: &source) }
    let lower = (0..<2 * count).map { _ in Float.random(in: -9...9, using: &source) }
    var means = [Float](repeating: 7, count: count + 1)
    unsafe kernels.box(upper, lower, count, &means)
    for index in 0..<count {
      let left = upper[2 * index] + lower[2 * index]
      #expect(means[index] == (left + (upper[2 * index + 1] + lower[2 * index + 1])) * 0.25)
    }
    var sums = [Float](repeating: 1, count: count + 1)
    unsafe kernels.blend(upper, count, 0.25, &sums)
    for index in 0..<count { #expect(sums[index] == 1 + 0.25 * upper[index]) }
    #expect(means[count] == 7 && sums[count] == 1)
  }
}
