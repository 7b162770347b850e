/// The fields before a chunk's payload, as they stand in the file (OpenEXR file layout, "chunk").
struct ChunkLeader {
  /// The part's number; 0 where the file has one part.
  var part = 0
  /// The first line, of scan lines.
  var y = 0
  /// The tile and its level, of tiles.
  var tile = TilePosition(x: 0, y: 0)
  var level = Level.full
  /// Bytes of the payload; of a deep chunk, of the packed samples alone.
  var packedSize = 0
  /// Bytes of a deep chunk's packed table of sample counts.
  var tableSize = 0
  /// Bytes of a deep chunk's samples unpacked.
  var unpackedSize = 0

  /// Bytes of the leader of a chunk of this kind.
  static func byteCount(_ kind: Part.Kind, isMultiPart: Bool) -> Int {
    let fields =
      switch kind {
      case .scanLines: 8
      case .tiles: 20
      case .deepScanLines: 28
      case .deepTiles: 40
      }
    return fields + (isMultiPart ? 4 : 0)
  }

  /// The leader at `offset`; all its bytes lie inside.
  init(_ bytes: RawSpan, at offset: Int, _ kind: Part.Kind, isMultiPart: Bool) {
    var next = offset
    if isMultiPart {
      part = Int(bytes.i32(at: next))
      next += 4
    }
    if kind.isTiled {
      tile = TilePosition(x: Int(bytes.i32(at: next)), y: Int(bytes.i32(at: next + 4)))
      level = Level(x: Int(bytes.i32(at: next + 8)), y: Int(bytes.i32(at: next + 12)))
      next += 16
    } else {
      y = Int(bytes.i32(at: next))
      next += 4
    }
    if kind.isDeep {
      tableSize = Int(clamping: bytes.u64(at: next))
      packedSize = Int(clamping: bytes.u64(at: next + 8))
      unpackedSize = Int(clamping: bytes.u64(at: next + 16))
    } else {
      packedSize = Int(bytes.i32(at: next))
    }
  }

  /// The leader of a chunk that is to be written.
  init(part: Int, _ region: ChunkRegion, packedSize: Int) {
    self.part = part
    self.packedSize = packedSize
    y = region.window.minY
    if let tile = region.tile { self.tile = tile }
    level = region.level
  }

  /// Appends the fields that a chunk of this kind has.
  func append(to bytes: inout [UInt8], _ kind: Part.Kind, isMultiPart: Bool) {
    var writer = ByteWriter(capacity: 44)
    if isMultiPart { writer.append(Int32(part)) }
    if kind.isTiled {
      for number in [tile.x, tile.y, level.x, level.y] { writer.append(Int32(number)) }
    } else {
      writer.append(Int32(y))
    }
    if kind.isDeep {
      for size in [tableSize, packedSize, unpackedSize] { writer.append(UInt64(size)) }
    } else {
      writer.append(Int32(packedSize))
    }
    bytes.append(contentsOf: writer.bytes)
  }

  /// Whether it is the leader of this chunk, sizes aside.
  func names(_ region: ChunkRegion, part: Int) -> Bool {
    guard self.part == part else { return false }
    if let tile = region.tile { return self.tile == tile && level == region.level }
    return y == region.window.minY
  }

  /// Which chunk of its part it is the leader of; `nil` if of none.
  func index(in grid: ChunkGrid) -> Int? {
    grid.isTiled ? grid.index(of: tile, level) : grid.index(ofFirstLine: y)
  }

  /// Bytes of the whole payload, and of its parts for a deep chunk. Saturates.
  func payloadSize(isDeep: Bool) -> Int {
    guard isDeep else { return packedSize }
    let (sum, overflow) = tableSize.addingReportingOverflow(packedSize)
    return overflow ? Int.max : sum
  }
}
