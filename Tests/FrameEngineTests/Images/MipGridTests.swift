import Testing

@testable import FrameEngine

@Suite struct MipGridTests {
  private func grid(
    _ width: Int, _ height: Int, _ mode: LevelMode, _ rounding: LevelRounding
  ) -> MipGrid {
    MipGrid(
      Window(minX: -5, minY: 3, maxX: width - 6, maxY: height + 2),
      TileDescription(width: 4, height: 3, mode: mode, rounding: rounding))
  }

  /// Sizes by the rule of the format: max(1, r(side / 2^l)), r(log2 side) + 1 of them.
  @Test func mipLevelsHalveAsTheFormatSays() {
    func sizes(_ width: Int, _ height: Int, _ rounding: LevelRounding) -> [String] {
      let grid = grid(width, height, .mip, rounding)
      return grid.levels.map { "\(grid.window(of: $0).width)x\(grid.window(of: $0).height)" }
    }
    #expect(sizes(1, 1, .down) == ["1x1"])
    #expect(sizes(1, 1, .up) == ["1x1"])
    #expect(sizes(7, 5, .down) == ["7x5", "3x2", "1x1"])
    #expect(sizes(7, 5, .up) == ["7x5", "4x3", "2x2", "1x1"])
    #expect(sizes(15, 17, .down) == ["15x17", "7x8", "3x4", "1x2", "1x1"])
    #expect(sizes(15, 17, .up) == ["15x17", "8x9", "4x5", "2x3", "1x2", "1x1"])
    #expect(sizes(8, 2, .up) == ["8x2", "4x1", "2x1", "1x1"])
  }

  @Test func ripLevelsRunAcrossFirst() {
    let grid = grid(5, 3, .rip, .down)
    #expect(
      grid.levels == [
        Level(x: 0, y: 0), Level(x: 1, y: 0), Level(x: 2, y: 0),
        Level(x: 0, y: 1), Level(x: 1, y: 1), Level(x: 2, y: 1),
      ])
    #expect(grid.window(of: Level(x: 2, y: 0)) == Window(minX: -5, minY: 3, maxX: -5, maxY: 5))
  }

  @Test(arguments: [LevelMode.one, .mip, .rip], [LevelRounding.down, .up])
  func tilesCoverEveryLevelOnce(mode: LevelMode, rounding: LevelRounding) {
    let grid = grid(13, 7, mode, rounding)
    let regions = grid.regions
    #expect(regions.map(\.index) == Array(0..<regions.count))
    for level in grid.levels {
      let tiles = regions.filter { $0.level == level }
      #expect(tiles.reduce(0) { $0 + $1.window.area } == grid.window(of: level).area)
      #expect(tiles.reduce(tiles[0].window) { $0.union($1.window) } == grid.window(of: level))
      #expect(tiles.first?.tile == TilePosition(x: 0, y: 0))
    }
  }
}
