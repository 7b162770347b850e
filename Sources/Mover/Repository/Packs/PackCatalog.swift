import FrameEngine

/// The packs a run knows, by number, and the lists of their records, of which a bounded number is
/// kept in memory.
struct PackCatalog: ~Copyable {
  /// One pack.
  struct Pack {
    let name: PackName
    let kind: PackHeader.Kind
    /// Bytes of the pack; 0 while it is being written.
    var byteCount: Int64
    var recordCount: Int
    var source: Source
    /// Condemned by a collector: read from as a last resort, never borrowed from.
    let isCondemned: Bool
  }

  /// Where a pack's list of records can be read.
  enum Source: Hashable {
    /// In an index segment, at a byte offset of the part's header.
    case segment(String, offset: Int)
    /// At the end of the pack itself.
    case pack
    /// In memory only: the pack is being written.
    case open
  }

  private(set) var packs: [Pack] = []
  private var numbers: [PackName: Int] = [:]
  private var lists: [Int: [PackRecord]] = [:]
  /// Numbers in the order their lists came, the oldest first; those being written are not in it.
  private var order: [Int] = []
  private var cachedRecords = 0

  /// Records whose lists are kept in memory.
  private let cachedRecordLimit: Int

  init(cachedRecordLimit: Int) { self.cachedRecordLimit = cachedRecordLimit }

  /// The number of a pack, or `nil` if it is not known.
  func number(of name: PackName) -> Int? { numbers[name] }

  /// Adds a pack and returns its number.
  mutating func add(_ pack: Pack) -> Int {
    precondition(packs.count < ChunkTable.numberLimit)
    numbers[pack.name] = packs.count
    packs.append(pack)
    return packs.count - 1
  }

  /// The pack's list if it is in memory.
  func list(_ number: Int) -> [PackRecord]? { lists[number] }

  /// Keeps a list in memory; the oldest ones make room.
  mutating func keep(_ records: [PackRecord], of number: Int) {
    guard lists[number] == nil else { return }
    lists[number] = records
    order.append(number)
    cachedRecords += records.count
    while cachedRecords > cachedRecordLimit, order.count > 1 {
      cachedRecords -= lists.removeValue(forKey: order.removeFirst())?.count ?? 0
    }
  }

  /// Appends records to a pack that is being written.
  mutating func append(_ records: [PackRecord], to number: Int) {
    lists[number, default: []].append(contentsOf: records)
    packs[number].recordCount += records.count
  }

  /// The pack is whole now; its list may be forgotten, since the pack itself has it.
  mutating func finish(_ number: Int, byteCount: Int64) {
    packs[number].byteCount = byteCount
    packs[number].source = .pack
    let records = lists.removeValue(forKey: number) ?? []
    keep(records, of: number)
  }
}
