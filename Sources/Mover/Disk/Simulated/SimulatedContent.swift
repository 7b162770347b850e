/// A made-up file's bytes: as programs see them, and as they would be found after a power cut.
struct SimulatedContent {
  private static let pageSize = 4096

  /// What programs read.
  private(set) var live: [UInt8] = []
  /// What surely is on the disk.
  private var durable: [UInt8] = []
  /// Pages that were written since they were last synced.
  private var dirty: Set<Int> = []

  /// Bytes that are all durable.
  init(durable bytes: [UInt8] = []) {
    live = bytes
    durable = bytes
  }

  mutating func write(_ bytes: [UInt8], at offset: Int) {
    if bytes.isEmpty { return }
    let end = offset + bytes.count
    if live.count < end { live += repeatElement(0, count: end - live.count) }
    live.replaceSubrange(offset..<end, with: bytes)
    dirty.formUnion(SimulatedContent.pages(offset..<end))
  }

  mutating func resize(to count: Int) {
    if count < live.count {
      live.removeSubrange(count...)
    } else {
      live += repeatElement(0, count: count - live.count)
    }
    if count % SimulatedContent.pageSize != 0 { dirty.insert(count / SimulatedContent.pageSize) }
  }

  /// Makes size and written pages durable.
  mutating func sync() {
    var synced = SimulatedContent.resized(durable, to: live.count)
    for page in dirty { SimulatedContent.copy(page, from: live, to: &synced) }
    durable = synced
    dirty = []
  }

  /// What a failed sync does on Linux: nothing got written, and the pages count as clean from now
  /// on. A second sync succeeds and still writes none of them.
  mutating func failSync() { dirty = [] }

  /// One of the contents that a power cut may leave: the size old, new or between; each page
  /// written since the last sync old or new on its own, zeros where the old file did not reach.
  func afterCrash(_ random: inout SeededGenerator) -> [UInt8] {
    var found = SimulatedContent.resized(durable, to: sizeAfterCrash(&random))
    for page in dirty.sorted() where Bool.random(using: &random) {
      SimulatedContent.copy(page, from: live, to: &found)
    }
    return found
  }

  private func sizeAfterCrash(_ random: inout SeededGenerator) -> Int {
    switch Int.random(in: 0..<3, using: &random) {
    case 0: return durable.count
    case 1: return live.count
    default:
      let (low, high) = (min(durable.count, live.count), max(durable.count, live.count))
      return Int.random(in: low...high, using: &random)
    }
  }

  private static func pages(_ range: Range<Int>) -> ClosedRange<Int> {
    range.lowerBound / pageSize...(range.upperBound - 1) / pageSize
  }

  private static func resized(_ bytes: [UInt8], to count: Int) -> [UInt8] {
    bytes.prefix(count) + [UInt8](repeating: 0, count: max(0, count - bytes.count))
  }

  private static func copy(_ page: Int, from source: [UInt8], to target: inout [UInt8]) {
    let start = page * pageSize
    let end = min(start + pageSize, source.count, target.count)
    if start < end { target.replaceSubrange(start..<end, with: source[start..<end]) }
  }
}
