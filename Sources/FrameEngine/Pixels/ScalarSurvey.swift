/// The look at a row one sample at a time: the specification that every kernel must agree with, to
/// the last bit of the sum.
enum ScalarSurvey {
  static let lanes = 16
  /// Samples of a row over which a lane adds halves as floats.
  static let block = 512

  /// What the samples with these bits hold.
  static func survey(_ samples: [UInt32], _ type: PixelType, limit: Int32) -> RowSurvey {
    var row = RowSurvey()
    var floats = [Float](repeating: 0, count: lanes)
    var doubles = [Double](repeating: 0, count: lanes)
    for (index, bits) in samples.enumerated() {
      let (value, key) = read(bits, type)
      note(value, key, type, limit: limit, in: &row)
      let finite = value.isFinite ? value : 0
      if type == .half {
        floats[index % lanes] += Float(finite)
      } else {
        doubles[index % lanes] += finite
      }
      if (index + 1).isMultiple(of: block) || index == samples.count - 1 {
        for lane in 0..<lanes { doubles[lane] += Double(floats[lane]) }
        floats = [Float](repeating: 0, count: lanes)
      }
    }
    row.sum = doubles.reduce(0, +)
    return row
  }

  private static func note(
    _ value: Double, _ key: Int32, _ type: PixelType, limit: Int32, in row: inout RowSurvey
  ) {
    if value.isNaN {
      row.nans += 1
    } else if value == .infinity {
      row.positiveInfinities += 1
    } else if value == -.infinity {
      row.negativeInfinities += 1
    } else {
      row.least = min(row.least, key)
      row.greatest = max(row.greatest, key)
      if value == 0 { row.zeros += 1 }
      if value < 0 { row.negatives += 1 }
      if key > limit { row.overLimit += 1 }
      if type == .half && abs(value) == 65504 { row.clipped += 1 }
      let smallest = type == .half ? 0x1p-14 : 0x1p-126
      if type != .uint && value != 0 && abs(value) < smallest { row.denormals += 1 }
    }
  }

  private static func read(_ bits: UInt32, _ type: PixelType) -> (value: Double, key: Int32) {
    switch type {
    case .half:
      let half = UInt16(truncatingIfNeeded: bits)
      let key = half >= 0x8000 ? -1 - Int32(half & 0x7FFF) : Int32(half)
      return (Double(Float16(bitPattern: half)), key)
    case .float:
      let key = bits >= 0x8000_0000 ? -1 - Int32(bits & 0x7FFF_FFFF) : Int32(bits)
      return (Double(Float(bitPattern: bits)), key)
    case .uint: return (Double(bits), Int32(Int64(bits) - 0x8000_0000))
    }
  }
}
