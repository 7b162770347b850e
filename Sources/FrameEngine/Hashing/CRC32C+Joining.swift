extension CRC32C {
  /// The checksum of two runs of bytes in a row, from the checksum of each and the length of the
  /// second: parts may be summed in any order, and nobody has to see all bytes.
  ///
  /// A checksum is a polynomial over two elements modulo P, and appending n zero bytes multiplies it
  /// by x to the power 8n. Costs about a microsecond.
  public static func joined(_ first: UInt32, _ second: UInt32, secondByteCount: Int64) -> UInt32 {
    precondition(secondByteCount >= 0, "a length is not negative")
    return product(first, power(ofBytes: UInt64(secondByteCount))) ^ second
  }

  /// x to the power 8n, modulo P: by squaring.
  private static func power(ofBytes count: UInt64) -> UInt32 {
    var result = one
    var square = one >> 8
    var rest = count
    while rest > 0 {
      if rest & 1 == 1 { result = product(result, square) }
      square = product(square, square)
      rest >>= 1
    }
    return result
  }

  /// The polynomial 1: the highest bit holds the lowest power.
  private static let one: UInt32 = 1 << 31
  private static let modulus: UInt32 = 0x82F6_3B78

  private static func product(_ a: UInt32, _ b: UInt32) -> UInt32 {
    var sum: UInt32 = 0
    var shifted = b
    var bit = one
    while bit > 0 {
      if a & bit != 0 { sum ^= shifted }
      shifted = shifted >> 1 ^ (shifted & 1 == 0 ? 0 : modulus)
      bit >>= 1
    }
    return sum
  }
}
