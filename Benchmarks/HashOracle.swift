import FrameEngine

/// Answers an outside oracle: for each line `seed length` of standard input, the plain digest of
/// the first `length` bytes of stream `seed`, and the digest keyed with the plain one.
enum HashOracle {
  static func run() {
    while let line = readLine() {
      let fields = line.split(separator: " ")
      guard fields.count == 2, let seed = UInt64(fields[0]), let length = Int(fields[1]) else {
        print("not a line of two numbers: \(line)")
        return
      }
      let bytes = stream(seed, byteCount: length)
      let plain = BLAKE3.hash(bytes)
      print(plain.hex, BLAKE3.keyedHash(bytes, key: BLAKE3Key(plain)).hex)
    }
  }

  /// The 64-bit xorshift (13, 7, 17) from `seed`, each state as eight little-endian bytes.
  private static func stream(_ seed: UInt64, byteCount: Int) -> [UInt8] {
    var bytes = [UInt8]()
    bytes.reserveCapacity(byteCount + 8)
    var state = seed
    while bytes.count < byteCount {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      for shift: UInt64 in stride(from: 0, to: 64, by: 8) {
        bytes.append(UInt8(truncatingIfNeeded: state >> shift))
      }
    }
    return Array(bytes.prefix(byteCount))
  }
}
