import FrameEngine

/// Which records some snapshot needs: one bit for each record of each pack.
struct LiveRecords {
  private var bits: [[UInt64]] = []
  /// Live records and their stored bytes, by pack number.
  private(set) var counts: [Int] = []
  private(set) var storedBytes: [Int] = []

  init() {}

  /// Marks a record; `false` if it was marked before.
  mutating func mark(_ stored: StoredChunk, record: Int) -> Bool {
    while bits.count <= stored.number {
      bits.append([])
      counts.append(0)
      storedBytes.append(0)
    }
    let word = record / 64
    let missing = word + 1 - bits[stored.number].count
    if missing > 0 { bits[stored.number].append(contentsOf: repeatElement(0, count: missing)) }
    let bit: UInt64 = 1 << UInt64(record % 64)
    if bits[stored.number][word] & bit != 0 { return false }
    bits[stored.number][word] |= bit
    counts[stored.number] += 1
    storedBytes[stored.number] += Int(stored.record.storedCount)
    return true
  }

  func contains(pack: Int, record: Int) -> Bool {
    guard pack < bits.count, record / 64 < bits[pack].count else { return false }
    return bits[pack][record / 64] & (1 << UInt64(record % 64)) != 0
  }

  /// Live records of a pack.
  func count(pack: Int) -> Int { pack < counts.count ? counts[pack] : 0 }

  /// Stored bytes of a pack's live records.
  func storedBytes(pack: Int) -> Int { pack < storedBytes.count ? storedBytes[pack] : 0 }
}
