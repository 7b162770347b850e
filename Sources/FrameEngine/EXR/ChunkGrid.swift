/// How a part divides into chunks: strips of lines, or tiles of one or more levels.
///
/// Indices go as the offset table has them: lines by rising y whatever the line order; tiles level
/// by level (rip levels with x fastest), in a level row by row. Chunks at the edges are cropped
/// (OpenEXR file layout, "chunk" and "levels").
public struct ChunkGrid: Hashable, Sendable {
  /// The chunks of one resolution.
  public struct LevelGrid: Hashable, Sendable {
    /// The resolution.
    public let level: Level
    /// Its pixels, from the data window's corner.
    public let window: Window
    /// Chunks across.
    public let columns: Int
    /// Chunks down.
    public let rows: Int
    /// The index of its first chunk.
    public let firstIndex: Int

    /// Its chunks.
    public var count: Int { columns * rows }
  }

  /// Every chunk of the part.
  public let count: Int
  /// The resolutions in file order; one for scan lines.
  public let levels: [LevelGrid]
  /// Whether chunks are tiles.
  public let isTiled: Bool
  /// Columns of a full chunk.
  public let chunkWidth: Int
  /// Rows of a full chunk.
  public let chunkHeight: Int
  /// Bytes that no chunk exceeds when it is unpacked, deep ones excepted.
  let largestByteCount: Int
  private let mode: LevelMode
  private let levelsAcross: Int
  private let sizes: SampleSizes

  /// The grid of a part; `nil` beyond limits, or of a tiled part without tile size.
  public init?(_ part: Part, limits: FrameLimits = .standard) {
    guard let grid = try? ChunkGrid(checking: part, limits) else { return nil }
    self = grid
  }

  /// The grid of a part, or which limit it breaks.
  init(checking part: Part, _ limits: FrameLimits) throws(FormatError) {
    let window = part.dataWindow
    guard window.width < limits.windowSide, window.height < limits.windowSide else {
      throw FormatError(.limit, at: 0, "the data window \(window) is too large")
    }
    guard part.channels.count <= limits.channels else {
      throw FormatError(
        .limit, at: 0,
        "the part has \(part.channels.count) channels; the limit is \(limits.channels)")
    }
    sizes = SampleSizes(part.channels)
    guard window.area <= limits.imageBytes / max(1, sizes.bytesPerPixel) else {
      throw FormatError(
        .limit, at: 0, "the part exceeds \(limits.imageBytes) bytes when it is unpacked")
    }
    isTiled = part.kind.isTiled
    if isTiled {
      guard let tiles = part.tiles else {
        throw FormatError(.malformed, at: 0, "a tiled part has no tile size")
      }
      guard tiles.width <= limits.tileSide, tiles.height <= limits.tileSide else {
        throw FormatError(
          .limit, at: 0,
          "tiles of \(tiles.width) by \(tiles.height) pixels; the limit is \(limits.tileSide)")
      }
      (chunkWidth, chunkHeight, mode) = (tiles.width, tiles.height, tiles.mode)
      (levels, levelsAcross) = ChunkGrid.levels(of: window, tiles)
    } else {
      (chunkWidth, chunkHeight, mode) = (window.width, part.codec.linesPerChunk, .one)
      let rows = (window.height - 1) / chunkHeight + 1
      levels = [LevelGrid(level: .full, window: window, columns: 1, rows: rows, firstIndex: 0)]
      levelsAcross = 1
    }
    count = levels[levels.count - 1].firstIndex + levels[levels.count - 1].count
    guard count <= limits.chunks else {
      throw FormatError(
        .limit, at: 0, "the part has \(count) chunks; the limit is \(limits.chunks)")
    }
    let largest = min(chunkWidth, window.width) * min(chunkHeight, window.height)
    largestByteCount = largest * sizes.bytesPerPixel
    guard largestByteCount <= limits.chunkBytes else {
      throw FormatError(
        .limit, at: 0, "a chunk exceeds \(limits.chunkBytes) bytes when it is unpacked")
    }
  }

  /// The pixels of the chunk at `index`, which is below `count`.
  public func region(at index: Int) -> ChunkRegion {
    let grid = levels[levels.count == 1 ? 0 : levelIndex(ofChunk: index)]
    let (row, column) = (index - grid.firstIndex).quotientAndRemainder(dividingBy: grid.columns)
    let left = grid.window.minX + column * chunkWidth
    let top = grid.window.minY + row * chunkHeight
    let window = Window(
      minX: left, minY: top, maxX: min(left + chunkWidth - 1, grid.window.maxX),
      maxY: min(top + chunkHeight - 1, grid.window.maxY))
    return ChunkRegion(
      index: index, window: window, level: grid.level,
      tile: isTiled ? TilePosition(x: column, y: row) : nil)
  }

  /// The index of a tile; `nil` where there is none, and for scan lines.
  public func index(of tile: TilePosition, _ level: Level = .full) -> Int? {
    guard isTiled, let levelIndex = levelIndex(of: level) else { return nil }
    let grid = levels[levelIndex]
    guard tile.x >= 0, tile.x < grid.columns, tile.y >= 0, tile.y < grid.rows else { return nil }
    return grid.firstIndex + tile.y * grid.columns + tile.x
  }

  /// The index of the chunk whose first line is exactly `y`; `nil` if none, and for tiles.
  public func index(ofFirstLine y: Int) -> Int? {
    let (row, rest) = (y - levels[0].window.minY).quotientAndRemainder(dividingBy: chunkHeight)
    return !isTiled && rest == 0 && row >= 0 && row < count ? row : nil
  }

  /// The index of a resolution in `levels`; `nil` where there is none.
  public func levelIndex(of level: Level) -> Int? {
    let index: Int
    switch mode {
    case .one: index = level == .full ? 0 : -1
    case .mip: index = level.x == level.y ? level.x : -1
    case .rip:
      index = level.x >= 0 && level.x < levelsAcross ? level.y * levelsAcross + level.x : -1
    }
    return levels.indices.contains(index) && levels[index].level == level ? index : nil
  }

  /// The index in `levels` of the resolution that a chunk belongs to.
  func levelIndex(ofChunk index: Int) -> Int {
    var (low, high) = (0, levels.count - 1)
    while low < high {
      let middle = (low + high + 1) / 2
      if levels[middle].firstIndex <= index { low = middle } else { high = middle - 1 }
    }
    return low
  }

  /// The place of a chunk among those of its part as they follow each other in a file of this line
  /// order: falling order turns the rows of each level round. Its own inverse.
  public func position(of index: Int, in order: LineOrder) -> Int {
    guard order == .decreasing else { return index }
    let grid = levels[levelIndex(ofChunk: index)]
    let (row, column) = (index - grid.firstIndex).quotientAndRemainder(dividingBy: grid.columns)
    return grid.firstIndex + (grid.rows - 1 - row) * grid.columns + column
  }

  /// Bytes of a chunk unpacked, deep ones excepted: what its `ChunkShape` says, without making one.
  public func unpackedByteCount(of region: ChunkRegion) -> Int {
    sizes.byteCount(of: region.window)
  }
}

extension ChunkGrid {
  /// The resolutions of a tiled part. There are at most 31 times 31 of them, whatever the window.
  private static func levels(
    of window: Window, _ tiles: TileDescription
  ) -> (levels: [LevelGrid], across: Int) {
    let (width, height) = (window.width, window.height)
    let (across, down) =
      switch tiles.mode {
      case .one: (1, 1)
      case .mip: (levelCount(max(width, height), tiles.rounding), 1)
      case .rip: (levelCount(width, tiles.rounding), levelCount(height, tiles.rounding))
      }
    var levels = [LevelGrid]()
    levels.reserveCapacity(across * down)
    var firstIndex = 0
    for y in 0..<down {
      for x in 0..<across {
        let level = Level(x: x, y: tiles.mode == .mip ? x : y)
        let size = (
          side(width, level.x, tiles.rounding), side(height, level.y, tiles.rounding)
        )
        let grid = LevelGrid(
          level: level,
          window: Window(
            minX: window.minX, minY: window.minY, maxX: window.minX + size.0 - 1,
            maxY: window.minY + size.1 - 1),
          columns: (size.0 - 1) / tiles.width + 1, rows: (size.1 - 1) / tiles.height + 1,
          firstIndex: firstIndex)
        levels.append(grid)
        firstIndex += grid.count
      }
    }
    return (levels, across)
  }

  /// How often a side can be halved, and the full size.
  private static func levelCount(_ side: Int, _ rounding: LevelRounding) -> Int {
    let value = rounding == .down ? side : side - 1
    let logarithm = Int.bitWidth - value.leadingZeroBitCount - 1
    return (rounding == .down ? logarithm : logarithm + 1) + 1
  }

  /// A side after `halvings`, at least 1.
  private static func side(_ full: Int, _ halvings: Int, _ rounding: LevelRounding) -> Int {
    let odd = rounding == .up ? 1 << halvings - 1 : 0
    return max(1, (full + odd) >> halvings)
  }
}
