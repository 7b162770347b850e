/// Where the chunks of one part are to be found in a file, and what their leaders look like.
struct PartLayout {
  let part: Part
  /// The part's number.
  let number: Int
  let grid: ChunkGrid
  let isMultiPart: Bool
  /// Where its offset table starts in the file.
  let tableOffset: Int
  /// Bytes of a leader.
  let leaderByteCount: Int
  private let codec: PixelCodec
  private let kind: Part.Kind
  private let largestUnpacked: Int
  /// What its leaders start with.
  let leaderStart: LeaderStart

  init(
    _ part: Part, _ grid: ChunkGrid, number: Int, isMultiPart: Bool, tableOffset: Int,
    _ limits: FrameLimits
  ) {
    self.part = part
    self.number = number
    self.grid = grid
    self.isMultiPart = isMultiPart
    self.tableOffset = tableOffset
    codec = part.codec
    kind = part.kind
    leaderByteCount = ChunkLeader.byteCount(part.kind, isMultiPart: isMultiPart)
    largestUnpacked = limits.chunkBytes
    leaderStart =
      kind.isTiled
      ? LeaderStart(lowest: 0, highest: Int32(grid.levels[0].columns - 1))
      : LeaderStart(
        lowest: Int32(part.dataWindow.minY), highest: Int32(part.dataWindow.maxY))
  }

  /// The byte behind the offset table.
  var tableEnd: Int { tableOffset + grid.count * 8 }

  /// An entry of the offset table, whose bytes lie inside.
  func entry(_ bytes: RawSpan, _ index: Int) -> UInt64 {
    bytes.u64(at: tableOffset + index * 8)
  }

  /// The leader at `offset`; all its bytes lie inside.
  func leader(_ bytes: RawSpan, at offset: Int) -> ChunkLeader {
    ChunkLeader(bytes, at: offset, kind, isMultiPart: isMultiPart)
  }

  /// Whether the sizes of a leader may be those of the chunk of this region.
  func sizeVerdict(_ leader: ChunkLeader, _ region: ChunkRegion) -> SizeVerdict {
    if kind.isDeep {
      let table = region.window.area * 4
      if leader.unpackedSize > largestUnpacked { return .beyondLimit }
      return fits(leader.tableSize, table)
        && fits(leader.packedSize, leader.unpackedSize) ? .possible : .impossible
    }
    let unpacked = grid.unpackedByteCount(of: region)
    return fits(leader.packedSize, unpacked) ? .possible : .impossible
  }

  /// The record of the chunk whose leader lies at `offset`.
  func record(_ leader: ChunkLeader, _ region: ChunkRegion, at offset: Int) -> ChunkRecord {
    let start = offset + leaderByteCount
    let deep =
      kind.isDeep
      ? DeepSizes(
        packedTable: leader.tableSize, packedData: leader.packedSize,
        unpackedData: leader.unpackedSize) : nil
    return ChunkRecord(
      region: region, leaderOffset: offset,
      payload: start..<start + leader.payloadSize(isDeep: kind.isDeep), deep: deep)
  }

  /// Whether `packed` bytes may hold `unpacked` ones: never more, and just as many without a codec.
  private func fits(_ packed: Int, _ unpacked: Int) -> Bool {
    if unpacked == 0 { return packed == 0 }
    return packed > 0 && packed <= unpacked && (codec != .none || packed == unpacked)
  }
}

/// What the sizes of a leader are.
enum SizeVerdict {
  case possible
  case impossible
  case beyondLimit
}

/// What the first field of a part's leaders, behind the part's number, may be: what a search through
/// many bytes asks first.
struct LeaderStart {
  let lowest: Int32
  let highest: Int32

  /// Whether it may be this.
  func allows(_ field: Int32) -> Bool { field >= lowest && field <= highest }
}
