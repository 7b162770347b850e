/// MurmurHash3, the 32-bit variant for x86 (Austin Appleby, public domain): what Cryptomatte turns
/// names into IDs with. No protection against forgery.
public enum MurmurHash3 {
  /// The hash of bytes; one pass of four bytes at a time.
  public static func hash(_ bytes: [UInt8], seed: UInt32 = 0) -> UInt32 {
    var hash = seed
    let wholeCount = bytes.count & ~3
    var offset = 0
    while offset < wholeCount {
      hash ^= mixed(word(bytes, offset, 4))
      hash = rotated(hash, 13) &* 5 &+ 0xE654_6B64
      offset += 4
    }
    if offset < bytes.count { hash ^= mixed(word(bytes, offset, bytes.count - offset)) }
    return finished(hash ^ UInt32(truncatingIfNeeded: bytes.count))
  }

  private static func word(_ bytes: [UInt8], _ offset: Int, _ count: Int) -> UInt32 {
    (0..<count).reduce(0) { $0 | UInt32(bytes[offset + $1]) << (8 * UInt32($1)) }
  }

  private static func mixed(_ word: UInt32) -> UInt32 {
    rotated(word &* 0xCC9E_2D51, 15) &* 0x1B87_3593
  }

  private static func rotated(_ value: UInt32, _ count: UInt32) -> UInt32 {
    value << count | value >> (32 - count)
  }

  private static func finished(_ value: UInt32) -> UInt32 {
    var hash = value
    hash = (hash ^ hash >> 16) &* 0x85EB_CA6B
    hash = (hash ^ hash >> 13) &* 0xC2B2_AE35
    return hash ^ hash >> 16
  }
}
