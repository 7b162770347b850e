package import FrameEngine

/// Where a chunk lies: the pack's number in the catalog, and the record's number in the pack.
package struct ChunkLocation: Hashable, Sendable {
  package let pack: Int
  package let record: Int

  package init(pack: Int, record: Int) {
    self.pack = pack
    self.record = record
  }
}

/// Finds chunks in eight bytes each: open addressing over buckets of one cache line.
///
/// A slot holds a 16-bit tag of the chunk's name and its location (24 bits of pack, 24 of record);
/// 0 is empty. A full bucket continues in the next. The name itself is not kept: every hit must be
/// confirmed against the pack's own list, which `confirm` does. At the highest load, 7/8, a chunk
/// costs 9.2 bytes; on average between two growths, less than 11.
@safe package struct ChunkTable: ~Copyable, @unchecked Sendable {
  /// Chunks in the table.
  package private(set) var count = 0
  private let bucketCount: Int
  private let slots: UnsafeMutablePointer<UInt64>

  private static let bucketSlots = 8
  static let numberLimit = 1 << 24

  /// An empty table that takes `capacity` chunks before it is full.
  package init(capacity: Int) {
    let wanted = max(64, capacity) * 8 / 7
    bucketCount = (wanted + ChunkTable.bucketSlots - 1) / ChunkTable.bucketSlots
    unsafe slots = .allocate(capacity: bucketCount * ChunkTable.bucketSlots)
    unsafe slots.initialize(repeating: 0, count: bucketCount * ChunkTable.bucketSlots)
  }

  deinit { unsafe slots.deallocate() }

  /// Chunks that fit before the table should grow.
  package var capacity: Int { bucketCount * ChunkTable.bucketSlots / 8 * 7 }
  var isFull: Bool { count >= capacity }
  /// Bytes of memory.
  package var byteCount: Int { bucketCount * ChunkTable.bucketSlots * MemoryLayout<UInt64>.size }

  /// Adds a chunk. The table must not be full. Expected constant time.
  package mutating func insert(_ id: Digest, _ location: ChunkLocation) {
    precondition(!isFull)
    precondition(location.pack < ChunkTable.numberLimit && location.record < ChunkTable.numberLimit)
    let value = tag(of: id) << 48 | UInt64(location.pack) << 24 | UInt64(location.record)
    var slot = firstSlot(of: id)
    while unsafe slots[slot] != 0 { slot = next(after: slot) }
    unsafe slots[slot] = value
    count += 1
  }

  /// The location of `id` that was added first, or `nil`. `confirm` says whether a location holds
  /// `id`; 1 location in some thousands that it is asked for does not.
  package func find<E: Error>(
    _ id: Digest, confirm: (ChunkLocation) throws(E) -> Bool
  ) throws(E) -> ChunkLocation? {
    let wanted = tag(of: id)
    var slot = firstSlot(of: id)
    while true {
      let value = unsafe slots[slot]
      if value == 0 { return nil }
      if value >> 48 == wanted {
        let location = ChunkLocation(
          pack: Int(value >> 24 & 0xFF_FFFF), record: Int(value & 0xFF_FFFF))
        if try confirm(location) { return location }
      }
      slot = next(after: slot)
    }
  }

  private func firstSlot(of id: Digest) -> Int {
    let bucket = id.words.0.multipliedFullWidth(by: UInt64(bucketCount)).high
    return Int(bucket) * ChunkTable.bucketSlots
  }

  private func next(after slot: Int) -> Int {
    slot + 1 == bucketCount * ChunkTable.bucketSlots ? 0 : slot + 1
  }

  /// Never 0, so that no used slot looks empty.
  private func tag(of id: Digest) -> UInt64 { id.words.1 >> 48 | 1 }
}
