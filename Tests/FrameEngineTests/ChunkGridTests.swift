import Testing

@testable import FrameEngine

@Suite struct ChunkGridTests {
  private func part(
    _ width: Int, _ height: Int, _ tiles: TileDescription?, codec: PixelCodec = .zip,
    x: Int = 0, y: Int = 0
  ) -> Part {
    Part(
      tiles == nil ? .scanLines : .tiles, channels: [Channel(name: "Y", type: .half)],
      codec: codec,
      dataWindow: Window(minX: x, minY: y, maxX: x + width - 1, maxY: y + height - 1),
      tiles: tiles)
  }

  private func sizes(_ grid: ChunkGrid) -> [[Int]] {
    grid.levels.map { [$0.window.width, $0.window.height] }
  }

  @Test func strips() throws {
    let grid = try #require(ChunkGrid(part(10, 33, nil, x: -3, y: -20)))
    #expect(grid.count == 3 && !grid.isTiled)
    #expect(grid.region(at: 1).window == Window(minX: -3, minY: -4, maxX: 6, maxY: 11))
    #expect(grid.region(at: 2).window.height == 1)
    #expect(grid.index(ofFirstLine: -20) == 0 && grid.index(ofFirstLine: 12) == 2)
    #expect(grid.index(ofFirstLine: -19) == nil && grid.index(ofFirstLine: -36) == nil)
    #expect(grid.index(ofFirstLine: 28) == nil && grid.index(of: TilePosition(x: 0, y: 0)) == nil)
  }

  @Test func levelSizesOfBothRoundings() throws {
    func mip(_ rounding: LevelRounding) throws -> [[Int]] {
      let tiles = TileDescription(width: 4, height: 4, mode: .mip, rounding: rounding)
      return sizes(try #require(ChunkGrid(part(15, 6, tiles))))
    }
    #expect(try mip(.down) == [[15, 6], [7, 3], [3, 1], [1, 1]])
    #expect(try mip(.up) == [[15, 6], [8, 3], [4, 2], [2, 1], [1, 1]])
  }

  @Test func ripLevelsRunAcrossFirst() throws {
    let tiles = TileDescription(width: 4, height: 4, mode: .rip)
    let grid = try #require(ChunkGrid(part(4, 2, tiles)))
    #expect(sizes(grid) == [[4, 2], [2, 2], [1, 2], [4, 1], [2, 1], [1, 1]])
    #expect(grid.levels.map(\.level.x) == [0, 1, 2, 0, 1, 2])
    #expect(grid.levelIndex(of: Level(x: 1, y: 1)) == 4)
    #expect(grid.levelIndex(of: Level(x: 3, y: 0)) == nil)
    #expect(grid.levelIndex(of: Level(x: -1, y: 1)) == nil)
  }

  /// The size of a published case that a widespread reader gets wrong.
  @Test func ripMapOf800() throws {
    let tiles = TileDescription(width: 32, height: 32, mode: .rip)
    #expect(try #require(ChunkGrid(part(800, 800, tiles))).count == 3136)
  }

  @Test func onePixel() throws {
    for rounding in [LevelRounding.down, .up] {
      for mode in [LevelMode.one, .mip, .rip] {
        let tiles = TileDescription(width: 64, height: 64, mode: mode, rounding: rounding)
        #expect(try #require(ChunkGrid(part(1, 1, tiles))).count == 1)
      }
    }
  }

  @Test(arguments: SampleFrame.all) func chunksCoverEachLevelOnce(frame: SampleFrame) throws {
    for part in frame.parts {
      let grid = try #require(ChunkGrid(part))
      var areas = [Level: Int]()
      var positions = Set<Int>()
      for index in 0..<grid.count {
        let region = grid.region(at: index)
        #expect(region.index == index)
        areas[region.level, default: 0] += region.window.area
        if let tile = region.tile {
          #expect(grid.index(of: tile, region.level) == index)
        } else {
          #expect(grid.index(ofFirstLine: region.window.minY) == index)
        }
        let shape = ChunkShape(window: region.window, channels: part.channels)
        #expect(grid.unpackedByteCount(of: region) == shape.byteCount)
        let position = grid.position(of: index, in: .decreasing)
        #expect(grid.position(of: position, in: .decreasing) == index)
        positions.insert(position)
      }
      #expect(positions == Set(0..<grid.count))
      for level in grid.levels { #expect(areas[level.level] == level.window.area) }
    }
  }

  @Test func fallingOrderTurnsRowsRound() throws {
    let tiles = TileDescription(width: 4, height: 4)
    let grid = try #require(ChunkGrid(part(8, 8, tiles)))
    #expect((0..<4).map { grid.position(of: $0, in: .decreasing) } == [2, 3, 0, 1])
    #expect((0..<4).map { grid.position(of: $0, in: .increasing) } == [0, 1, 2, 3])
  }

  @Test func beyondLimits() {
    let most = (1 << 30) - 1
    #expect(ChunkGrid(part(most + 1, 1, nil)) == nil)
    #expect(ChunkGrid(part(1, most, nil)) == nil)
    #expect(ChunkGrid(part(most, most, TileDescription(width: 1, height: 1, mode: .rip))) == nil)
    #expect(ChunkGrid(part(1, 1, TileDescription(width: 1 << 17, height: 1))) == nil)
    #expect(ChunkGrid(part(1 << 15, 1 << 15, nil, codec: .dwab)) != nil)
  }
}
