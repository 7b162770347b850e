/// The levels and tiles of a part, in the order of its offset table: level by level (of rip-maps,
/// halvings of the width run first), in a level row by row.
struct MipGrid: Hashable, Sendable {
  let full: Window
  let tiles: TileDescription

  init(_ full: Window, _ tiles: TileDescription) {
    self.full = full
    self.tiles = tiles
  }

  /// Every level, the full one first.
  var levels: [Level] {
    switch tiles.mode {
    case .one: [.full]
    case .mip: (0..<halvings(max(full.width, full.height))).map { Level(x: $0, y: $0) }
    case .rip:
      (0..<halvings(full.height)).flatMap { y in
        (0..<halvings(full.width)).map { Level(x: $0, y: y) }
      }
    }
  }

  /// The pixels of a level.
  func window(of level: Level) -> Window {
    Window(
      minX: full.minX, minY: full.minY, maxX: full.minX + side(full.width, level.x) - 1,
      maxY: full.minY + side(full.height, level.y) - 1)
  }

  /// Every chunk of the part.
  var regions: [ChunkRegion] {
    var regions = [ChunkRegion]()
    for level in levels {
      let window = window(of: level)
      for y in 0..<(window.height + tiles.height - 1) / tiles.height {
        for x in 0..<(window.width + tiles.width - 1) / tiles.width {
          let left = window.minX + x * tiles.width
          let top = window.minY + y * tiles.height
          let tile = Window(
            minX: left, minY: top, maxX: min(left + tiles.width - 1, window.maxX),
            maxY: min(top + tiles.height - 1, window.maxY))
          regions.append(
            ChunkRegion(
              index: regions.count, window: tile, level: level, tile: TilePosition(x: x, y: y)))
        }
      }
    }
    return regions
  }

  /// A side after so many halvings, at least a pixel.
  private func side(_ side: Int, _ halvings: Int) -> Int {
    let divisor = 1 << halvings
    return max(1, (side + (tiles.rounding == .up ? divisor - 1 : 0)) / divisor)
  }

  /// Levels of a side: its logarithm to base 2, rounded, and one.
  private func halvings(_ side: Int) -> Int {
    let floor = Int.bitWidth - 1 - side.leadingZeroBitCount
    return floor + 1 + (tiles.rounding == .up && side.nonzeroBitCount > 1 ? 1 : 0)
  }
}
