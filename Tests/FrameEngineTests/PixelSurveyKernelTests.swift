import CKernels
import Testing

@testable import FrameEngine

@Suite struct PixelSurveyKernelTests {
  /// Runs every kernel over samples that end at a guard page.
  private func check(_ samples: [UInt32], _ type: PixelType, limit: Int32 = .max) {
    var writer = ByteWriter()
    for bits in samples {
      if type == .half {
        writer.append(UInt16(truncatingIfNeeded: bits))
      } else {
        writer.append(bits)
      }
    }
    let guarded = GuardedBytes(writer.bytes)
    let expected = ScalarSurvey.survey(samples, type, limit: limit)
    for variant in PixelVariant.supported {
      let row = variant.survey(guarded, type, limit: limit)
      #expect(row == expected, "\(variant.name), \(samples.count) of \(type)")
    }
  }

  @Test func everyHalf() {
    check((0...0xFFFF).map { UInt32($0) }, .half)
    check((0...0xFFFF).map { UInt32($0) }, .half, limit: 0x3C00)
    check((0...0xFFFF).map { UInt32($0) }, .half, limit: -1 - 0x3C00)
  }

  /// Each half alone, so that no other one hides what it is.
  @Test func everyHalfAlone() {
    let variants = PixelVariant.supported
    for half in UInt16.min...UInt16.max {
      let samples = GuardedBytes([UInt8(half & 0xFF), UInt8(half >> 8)])
      let expected = ScalarSurvey.survey([UInt32(half)], .half, limit: 0x4000)
      for variant in variants {
        let row = variant.survey(samples, .half, limit: 0x4000)
        if row != expected { Issue.record("\(variant.name): \(half)") }
      }
    }
  }

  @Test(arguments: PixelType.allCases) func everyLengthOfOrdinarySamples(type: PixelType) {
    var random = TestBytes(seed: 61)
    for count in Array(0...70) + [511, 512, 513, 1000, 1023, 1024, 4096, 5001] {
      check((0..<count).map { _ in Self.ordinary(type, &random) }, type)
    }
  }

  @Test(arguments: PixelType.allCases) func everyLengthOfAnySamples(type: PixelType) {
    var random = TestBytes(seed: 62)
    for count in Array(0...70) + [511, 512, 513, 1000, 2049] {
      let samples = (0..<count).map { _ in
        UInt32(truncatingIfNeeded: random.next() >> 7) & (type == .half ? 0xFFFF : .max)
      }
      check(samples, type, limit: Int32(truncatingIfNeeded: random.next()) >> 16)
    }
  }

  @Test func specialFloats() {
    let special: [Float] = [
      0, -0, 1, -1, .nan, -.nan, .signalingNaN, .infinity, -.infinity, .greatestFiniteMagnitude,
      -.greatestFiniteMagnitude, .leastNonzeroMagnitude, -.leastNonzeroMagnitude,
      .leastNormalMagnitude, Float.leastNormalMagnitude.nextDown, 65504, -65504, 1e10,
    ]
    for value in special {
      check([value.bitPattern], .float)
      for place in 0..<33 {
        var row = [UInt32](repeating: Float(0.5).bitPattern, count: 33)
        row[place] = value.bitPattern
        check(row, .float, limit: 0x3F80_0000)
      }
    }
  }

  /// Longer than the 16-bit counters of a lane reach in one go.
  @Test func aRowOfHalfAMillionHalves() {
    check([UInt32](repeating: 0x8001, count: 1 << 19 | 37), .half)
    check([UInt32](repeating: 0, count: 1 << 19 | 37), .half)
  }

  /// Finite samples: zeros and denormals among the normal ones, half of them below zero.
  private static func ordinary(_ type: PixelType, _ random: inout TestBytes) -> UInt32 {
    let draw = random.next()
    switch type {
    case .half: return draw % 7 == 0 ? UInt32(draw % 0x500) : UInt32(draw >> 8 & 0xC7FF)
    case .float:
      return draw % 7 == 0 ? UInt32(draw >> 8 & 0x8000_0001) : UInt32(draw >> 8 & 0xBFFF_FFFF)
    case .uint: return draw % 7 == 0 ? 0 : UInt32(truncatingIfNeeded: draw >> 8)
    }
  }

  @Test(arguments: [2, 4]) func firstAndLastOfAClass(bytes: Int32) {
    var random = TestBytes(seed: 63)
    for count in Array(0...140) + [1000] {
      let draws = (0..<count).map { _ in UInt32(random.next() % 200) }
      var writer = ByteWriter()
      for draw in draws {
        if bytes == 2 { writer.append(UInt16(draw)) } else { writer.append(draw) }
      }
      let guarded = GuardedBytes(writer.bytes)
      let wanted = farmio_pixel_class(mask: 0xFF, first: 7, span: 2)
      let first = unsafe farmio_pixel_first(guarded.start, count, bytes, wanted)
      let last = unsafe farmio_pixel_last(guarded.start, count, bytes, wanted)
      #expect(first == draws.firstIndex { (7...9).contains($0) } ?? count)
      #expect(last == draws.lastIndex { (7...9).contains($0) } ?? count)
    }
  }
}
