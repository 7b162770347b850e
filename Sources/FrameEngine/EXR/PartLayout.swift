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
    let largest = kind.isDeep ? Int(Int32.max) : grid.largestByteCount
    leaderStart = LeaderStart(
      lowest: kind.isTiled ? 0 : Int32(part.dataWindow.minY),
      highest: kind.isTiled ? Int32(grid.levels[0].columns - 1) : Int32(part.dataWindow.maxY),
      sizeOffset: kind.isTiled ? 16 : 4, largestSize: UInt32(clamping: largest))
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

  /// The chunk of this part whose leader lies at `offset`, as far as place and sizes tell. It may
  /// run past the end.
  func chunk(_ bytes: RawSpan, at offset: Int) -> ChunkRecord? {
    guard offset + leaderByteCount <= bytes.byteCount else { return nil }
    let leader = leader(bytes, at: offset)
    guard let index = leader.index(in: grid) else { return nil }
    let region = grid.region(at: index)
    return sizeVerdict(leader, region) == .possible ? record(leader, region, at: offset) : nil
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

/// What a leader of a part must hold behind the part's number, in four bytes each: what a search
/// through many bytes asks first.
struct LeaderStart {
  /// The least first field: line or column of tiles.
  let lowest: Int32
  /// The greatest first field.
  let highest: Int32
  /// Where the first size lies.
  let sizeOffset: Int
  /// The largest size, of 1 and up.
  let largestSize: UInt32

  /// Whether the fields from `offset` on, which lie inside, may be those of a leader.
  func mayStart(_ bytes: RawSpan, at offset: Int) -> Bool {
    let field = bytes.i32(at: offset)
    guard field >= lowest && field <= highest else { return false }
    let size = bytes.u32(at: offset + sizeOffset)
    return size > 0 && size <= largestSize
  }
}
