/// The keyed function that judges candidate windows: AES-128 in CBC-MAC over the 64 bytes, with no
/// padding and a zero start, which is sound because the length is fixed.
///
/// Written from FIPS 197 for clarity; the kernels must agree with it.
struct WindowPRF {
  private let roundKeys: [[UInt8]]
  private static let substitution = makeSubstitution()

  init(key: CutKey) {
    roundKeys = Self.expand(key.bytes)
  }

  /// The first eight bytes of the last block, read as a little-endian number.
  func value(of window: [UInt8]) -> UInt64 {
    precondition(window.count == ScalarChunker.windowBytes)
    var block = [UInt8](repeating: 0, count: 16)
    for start in stride(from: 0, to: window.count, by: 16) {
      for index in 0..<16 { block[index] ^= window[start + index] }
      block = encrypt(block)
    }
    return (0..<8).reduce(0) { $0 | UInt64(block[$1]) << UInt64(8 * $1) }
  }

  private func encrypt(_ block: [UInt8]) -> [UInt8] {
    var state = Self.add(block, roundKeys[0])
    for round in 1..<10 {
      state = Self.add(Self.mixColumns(Self.substituteAndShiftRows(state)), roundKeys[round])
    }
    return Self.add(Self.substituteAndShiftRows(state), roundKeys[10])
  }

  private static func add(_ state: [UInt8], _ key: [UInt8]) -> [UInt8] {
    (0..<16).map { state[$0] ^ key[$0] }
  }

  /// Byte `row + 4 * column` of the result comes from the column `row` places to the right.
  private static func substituteAndShiftRows(_ state: [UInt8]) -> [UInt8] {
    (0..<16).map { substitution[Int(state[($0 + 4 * ($0 % 4)) % 16])] }
  }

  private static func mixColumns(_ state: [UInt8]) -> [UInt8] {
    (0..<16).map { index in
      let column = index - index % 4
      func byte(_ row: Int) -> UInt8 { state[column + (index + row) % 4] }
      return double(byte(0)) ^ double(byte(1)) ^ byte(1) ^ byte(2) ^ byte(3)
    }
  }

  /// Multiplication by x modulo x^8 + x^4 + x^3 + x + 1.
  private static func double(_ value: UInt8) -> UInt8 {
    value << 1 ^ (value & 0x80 == 0 ? 0 : 0x1B)
  }

  private static func expand(_ key: [UInt8]) -> [[UInt8]] {
    var words = stride(from: 0, to: 16, by: 4).map { Array(key[$0..<$0 + 4]) }
    var constant: UInt8 = 1
    for index in 4..<44 {
      var word = words[index - 1]
      if index % 4 == 0 {
        word = [word[1], word[2], word[3], word[0]].map { substitution[Int($0)] }
        word[0] ^= constant
        constant = double(constant)
      }
      words.append((0..<4).map { words[index - 4][$0] ^ word[$0] })
    }
    return stride(from: 0, to: 44, by: 4).map { Array(words[$0..<$0 + 4].joined()) }
  }

  /// The S-box: the inverse in the field, then the affine map. Walks the powers of 3 and of 1/3
  /// side by side, which visits every pair of inverses once.
  private static func makeSubstitution() -> [UInt8] {
    var table = [UInt8](repeating: 0x63, count: 256)
    var power: UInt8 = 1
    var inverse: UInt8 = 1
    repeat {
      power ^= double(power)
      inverse ^= inverse << 1
      inverse ^= inverse << 2
      inverse ^= inverse << 4
      if inverse & 0x80 != 0 { inverse ^= 0x09 }
      var turned = inverse
      for _ in 0..<4 {
        turned = turned << 1 | turned >> 7
        table[Int(power)] ^= turned
      }
      table[Int(power)] ^= inverse
    } while power != 1
    return table
  }
}
