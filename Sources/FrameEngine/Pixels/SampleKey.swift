/// Samples as integers that sort like their values, and the sets that bits fall into.
///
/// The key of a half or float is its bits as a signed integer, all but the sign turned over where
/// that is set: -0 has the key -1. The key of a uint has the highest bit turned over.
enum SampleKey {
  /// The value behind a key.
  static func value(_ key: Int32, _ type: PixelType) -> Double {
    switch type {
    case .half:
      let bits = Int16(truncatingIfNeeded: key)
      let value = Float16(bitPattern: UInt16(bitPattern: bits ^ ((bits >> 15) & 0x7FFF)))
      return value == 0 ? 0 : Double(value)
    case .float:
      let value = Float(bitPattern: UInt32(bitPattern: key ^ ((key >> 31) & Int32.max)))
      return value == 0 ? 0 : Double(value)
    case .uint: return Double(UInt32(bitPattern: key) ^ 0x8000_0000)
    }
  }

  /// The greatest key of a sample that is no greater than `limit`; no limit is beyond every key.
  static func greatest(_ limit: Double?, _ type: PixelType) -> Int32 {
    guard let limit, !limit.isNaN else { return .max }
    switch type {
    case .half:
      var value = Float16(limit)
      if Double(value) > limit { value = value.nextDown }
      let bits = Int16(bitPattern: value.bitPattern)
      return Int32(bits ^ ((bits >> 15) & 0x7FFF))
    case .float:
      var value = Float(limit)
      if Double(value) > limit { value = value.nextDown }
      let bits = Int32(bitPattern: value.bitPattern)
      return bits ^ ((bits >> 31) & Int32.max)
    case .uint:
      let value = UInt32(max(0, min(limit.rounded(.down), Double(UInt32.max))))
      return Int32(bitPattern: value ^ 0x8000_0000)
    }
  }

  /// The bits of a sample that tell zero from the rest.
  static func zeroMask(_ type: PixelType) -> UInt32 {
    switch type {
    case .half: 0x7FFF
    case .float: 0x7FFF_FFFF
    case .uint: 0xFFFF_FFFF
    }
  }
}

/// The samples whose bits, after a mask, lie in a range.
struct SampleClass: Hashable {
  let mask: UInt32
  let first: UInt32
  let span: UInt32

  private init(_ mask: UInt32, _ range: ClosedRange<UInt32>) {
    self.mask = mask
    first = range.lowerBound
    span = range.upperBound - range.lowerBound
  }

  /// NaN; a uint has none.
  static func nan(_ type: PixelType) -> SampleClass {
    type == .half
      ? SampleClass(0x7FFF, 0x7C01...0x7FFF) : SampleClass(0x7FFF_FFFF, 0x7F80_0001...0x7FFF_FFFF)
  }

  /// Infinity of either sign; a uint has none.
  static func infinite(_ type: PixelType) -> SampleClass {
    type == .half
      ? SampleClass(0x7FFF, 0x7C00...0x7C00) : SampleClass(0x7FFF_FFFF, 0x7F80_0000...0x7F80_0000)
  }

  /// Finite and below zero; a uint never is.
  static func negative(_ type: PixelType) -> SampleClass {
    type == .half
      ? SampleClass(0xFFFF, 0x8001...0xFBFF) : SampleClass(0xFFFF_FFFF, 0x8000_0001...0xFF7F_FFFF)
  }

  /// Finite and above the limit with this key, which is not below zero.
  static func above(_ limit: Int32, _ type: PixelType) -> SampleClass {
    switch type {
    case .half:
      return SampleClass(0xFFFF, UInt32(max(0, min(limit, 0x7BFE)) + 1)...0x7BFF)
    case .float:
      return SampleClass(0xFFFF_FFFF, UInt32(max(0, min(limit, 0x7F7F_FFFE)) + 1)...0x7F7F_FFFF)
    case .uint:
      let value = UInt32(bitPattern: limit) ^ 0x8000_0000
      return SampleClass(0xFFFF_FFFF, (value == .max ? value : value + 1)...0xFFFF_FFFF)
    }
  }
}
