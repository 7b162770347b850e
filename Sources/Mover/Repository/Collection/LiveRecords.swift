import FrameEngine

/// Which records some snapshot needs: one bit for each record of each pack.
struct LiveRecords {
  private var bits: [[UInt64]] = []
  private var uses: [PackUse] = []

  init() {}

  /// Marks a record; `false` if it was marked before.
  mutating func mark(_ stored: StoredChunk, record: Int) -> Bool {
    while bits.count <= stored.number {
      bits.append([])
      uses.append(PackUse())
    }
    let word = record / 64
    let missing = word + 1 - bits[stored.number].count
    if missing > 0 { bits[stored.number].append(contentsOf: repeatElement(0, count: missing)) }
    let bit: UInt64 = 1 << UInt64(record % 64)
    if bits[stored.number][word] & bit != 0 { return false }
    bits[stored.number][word] |= bit
    uses[stored.number].count(stored.record)
    return true
  }

  func contains(pack: Int, record: Int) -> Bool {
    guard pack < bits.count, record / 64 < bits[pack].count else { return false }
    return bits[pack][record / 64] & (1 << UInt64(record % 64)) != 0
  }

  /// What of a pack is needed.
  func use(ofPack number: Int) -> PackUse { number < uses.count ? uses[number] : PackUse() }
}

/// What of one pack is needed.
struct PackUse: Hashable {
  /// Needed records, and their bytes as stored and before compression.
  private(set) var count = 0
  private(set) var storedBytes: Int64 = 0
  private(set) var plainBytes: Int64 = 0
  /// Bytes that they take with their headers, padding and entries in the footer.
  private(set) var occupiedBytes: Int64 = 0

  fileprivate mutating func count(_ record: PackRecord) {
    count += 1
    storedBytes += Int64(record.storedCount)
    plainBytes += Int64(record.plainCount)
    occupiedBytes +=
      Int64(record.endOffset) - Int64(record.offset) + Int64(PackRecord.entryByteCount)
  }

  /// Bytes that rewriting a pack of `byteCount` would give back.
  func unusedBytes(ofPackOf byteCount: Int64) -> Int64 {
    let ends = count == 0 ? 0 : Int64(PackHeader.byteCount + PackTrailer.byteCount)
    return max(0, byteCount - occupiedBytes - ends)
  }
}
