/// RKP-CDC/1, one byte at a time: the specification that every kernel must agree with.
///
/// A 64-byte window slides over the bytes after the chunk's minimum. A public polynomial hash of the
/// window finds candidates, one position in 2^candidateBits; a secret function of the window accepts
/// a few of them. If none is accepted before the maximum, the candidate that came nearest wins, so
/// that even those cuts depend on content ("regression").
struct ScalarChunker {
  /// Bytes of the window that decides a cut.
  static let windowBytes = 64

  static let multiplier: UInt16 = 0x6A5D
  static let spread: UInt16 = 0x9E37
  /// `multiplier` to the power 64: what a byte weighs when it leaves the window.
  static let leaving: UInt16 = 0xB501

  let chunkClass: ChunkClass
  let prf: WindowPRF
  let threshold: UInt16
  let acceptingShift: UInt64

  init(class chunkClass: ChunkClass, key: CutKey, candidateBits: Int = 10) {
    self.chunkClass = chunkClass
    prf = WindowPRF(key: key)
    threshold = 1 << UInt16(16 - candidateBits)
    acceptingShift = UInt64(64 - (Int(chunkClass.rawValue) - 1 - candidateBits))
  }

  /// What one byte adds to the hash.
  static func weight(_ byte: UInt8) -> UInt16 { (UInt16(byte) &+ spread) &* spread }

  /// The hash of a whole window.
  static func hash(_ window: some Sequence<UInt8>) -> UInt16 {
    window.reduce(0) { $0 &* multiplier &+ weight($1) }
  }

  /// Calls `body` with every length from `lengths.lowerBound` on whose window is a candidate, until
  /// it returns false.
  func forEachCandidate(
    of bytes: ArraySlice<UInt8>, lengths: ClosedRange<Int>, _ body: (Int) -> Bool
  ) {
    let start = bytes.startIndex
    let first = start + lengths.lowerBound
    var hash = Self.hash(bytes[first - Self.windowBytes..<first])
    for length in lengths {
      if length > lengths.lowerBound {
        hash = hash &* Self.multiplier &+ Self.weight(bytes[start + length - 1])
        hash &-= Self.leaving &* Self.weight(bytes[start + length - 1 - Self.windowBytes])
      }
      if hash < threshold && !body(length) { return }
    }
  }

  /// The length of the chunk that begins at the first byte. `bytes` reaches the end of the file, or
  /// holds at least the maximum.
  func cut(_ bytes: ArraySlice<UInt8>) -> Int {
    guard bytes.count > chunkClass.minimum else { return bytes.count }
    let limit = min(bytes.count, chunkClass.maximum)
    var accepted: Int?
    var nearest: (value: UInt64, length: Int)?
    forEachCandidate(of: bytes, lengths: chunkClass.minimum...limit) { length in
      let end = bytes.startIndex + length
      let value = prf.value(of: Array(bytes[end - Self.windowBytes..<end]))
      if value >> acceptingShift == 0 {
        accepted = length
        return false
      }
      if value <= nearest?.value ?? .max { nearest = (value, length) }
      return true
    }
    if let accepted { return accepted }
    if bytes.count < chunkClass.maximum { return bytes.count }
    return nearest?.length ?? chunkClass.maximum
  }

  /// The ends of all chunks of a whole file.
  func cuts(_ bytes: [UInt8]) -> [UInt32] {
    var ends: [UInt32] = []
    var start = 0
    while start < bytes.count {
      start += cut(bytes[start...])
      ends.append(UInt32(start))
    }
    return ends
  }
}
