import Testing

@testable import FrameEngine

@Suite struct MipBuilderTests {
  private static let floats = [Channel(name: "Y", type: .float)]
  private static let sizes = [(1, 1), (2, 1), (1, 3), (7, 5), (8, 4), (16, 16), (5, 12), (33, 18)]

  private func tiles(_ mode: LevelMode, _ rounding: LevelRounding = .down) -> TileDescription {
    TileDescription(width: 4, height: 4, mode: mode, rounding: rounding)
  }

  private func window(_ width: Int, _ height: Int) -> Window {
    Window(minX: -9, minY: 4, maxX: width - 10, maxY: height + 3)
  }

  private func value(_ channel: Int, _ x: Int, _ y: Int) -> Double {
    let mixed = x * 31 + y * 17 + x * y + 1000
    return Double(mixed % 29) / 4
  }

  /// The mean of the source pixels that a pixel covers, those at the seams in part.
  private func covered(
    _ source: [[Double]], _ width: Int, _ height: Int, _ x: Int, _ y: Int
  ) -> Double {
    let across = Double(source[0].count) / Double(width)
    let down = Double(source.count) / Double(height)
    var sum = 0.0
    for row in source.indices {
      let share = min(Double(row + 1), Double(y + 1) * down) - max(Double(row), Double(y) * down)
      guard share > 0 else { continue }
      for column in source[row].indices {
        let part =
          min(Double(column + 1), Double(x + 1) * across) - max(Double(column), Double(x) * across)
        if part > 0 { sum += share * part * source[row][column] }
      }
    }
    return sum / (across * down)
  }

  /// Levels that are halved row by row have the bits of those that are made one after the other.
  @Test(arguments: [(64, 48), (96, 32), (40, 24), (128, 2)], [PixelType.half, .float])
  func halvingsAreThoseOfWholeLevels(size: (Int, Int), type: PixelType) {
    let full = window(size.0, size.1)
    let channel = Channel(name: "Y", type: type)
    let raster = SampleImages.raster(full, [channel], value)
    let levels = MipBuilder(tiles(.mip)).levels(of: raster)
    let resampler = Resampler(filter: .box, wrapAcross: .black, wrapDown: .black)
    var before = FloatPlane(width: full.width, height: full.height)
    for row in 0..<full.height {
      SampleRow.read(
        raster.row(row, of: 0), as: type, into: &before.samples, from: row * full.width)
    }
    for level in levels.dropFirst() {
      let window = level.raster.window
      before = resampler.reduce(before, to: window.width, window.height)
      var expected = Raster.Plane(window, channel)
      for row in 0..<window.height {
        expected.set(row, before.samples, from: row * window.width)
      }
      #expect(level.raster.planes == [expected])
    }
  }

  @Test(arguments: sizes, [LevelRounding.down, .up])
  func boxLevelsAreMeansOfWhatTheyCover(size: (Int, Int), rounding: LevelRounding) {
    let full = window(size.0, size.1)
    let raster = SampleImages.raster(full, Self.floats, value)
    for mode in [LevelMode.mip, .rip] {
      let levels = MipBuilder(tiles(mode, rounding)).levels(of: raster)
      #expect(levels[0].raster == raster)
      #expect(levels.map(\.level) == MipGrid(full, tiles(mode, rounding)).levels)
      var naive = [Level: [[Double]]]()
      for level in levels {
        let window = level.raster.window
        #expect(window.minX == full.minX && window.minY == full.minY)
        if level.level == .full {
          naive[.full] = (full.minY...full.maxY).map { y in
            (full.minX...full.maxX).map { value(0, $0, y) }
          }
        } else {
          let before = Level(
            x: level.level.x > 0 ? level.level.x - 1 : 0,
            y: mode == .rip && level.level.x > 0 ? level.level.y : level.level.y - 1)
          let source = naive[before]!
          naive[level.level] = (0..<window.height).map { y in
            (0..<window.width).map { covered(source, window.width, window.height, $0, y) }
          }
        }
        for y in 0..<window.height {
          for x in 0..<window.width {
            let sample = SampleImages.sample(level.raster, 0, window.minX + x, window.minY + y)
            #expect(abs(sample - naive[level.level]![y][x]) < 1e-5)
          }
        }
      }
    }
  }

  @Test(arguments: MipFilter.allCases, WrapMode.allCases)
  func everyFilterKeepsAConstant(filter: MipFilter, wrap: WrapMode) {
    for (width, height) in Self.sizes {
      let raster = SampleImages.raster(window(width, height), SampleImages.rgba) { channel, _, _ in
        [0, 0.75, 1000, -0.3][channel]
      }
      for mode in [LevelMode.mip, .rip] {
        let builder = MipBuilder(
          tiles(mode, .up), filter: filter, wrapAcross: wrap, wrapDown: wrap)
        for level in builder.levels(of: raster) {
          let expected = SampleImages.raster(level.raster.window, SampleImages.rgba) {
            channel, _, _ in
            [0, 0.75, 1000, -0.3][channel]
          }
          #expect(level.raster == expected, "\(filter) \(level.level)")
        }
      }
    }
  }

  /// A pixel at the left edge reaches the right side only where the texture repeats.
  @Test func wideFiltersWrap() {
    let raster = SampleImages.raster(window(16, 2), Self.floats) { _, x, _ in x == 6 ? 64 : 0 }
    func first(_ wrap: WrapMode) -> Double {
      let level = MipBuilder(tiles(.mip), filter: .triangle, wrapAcross: wrap).levels(of: raster)[1]
      return SampleImages.sample(level.raster, 0, -9, 4)
    }
    #expect(first(.periodic) > 1)
    #expect(first(.clamp) == 0 && first(.black) == 0 && first(.mirror) == 0)
    #expect(WrapMode.mirror.place(of: -1, count: 4) == 0)
    #expect(WrapMode.mirror.place(of: 5, count: 4) == 2)
    #expect(WrapMode.periodic.place(of: -1, count: 4) == 3)
    #expect(WrapMode.clamp.place(of: 9, count: 4) == 3)
  }

  /// The weights of the published formulas, halving: a tent has 1 3 3 1 eighths.
  @Test func filtersHaveTheirShape() {
    let tent = AxisWeights(from: 8, to: 4, .triangle, .clamp)
    #expect(Array(tent.weights[4..<8]) == [0.125, 0.375, 0.375, 0.125])
    #expect(Array(tent.places[4..<8]) == [1, 2, 3, 4])
    #expect(abs(MipFilter.lanczos3.weight(at: 0.5) - 0.607_927_101_854_026_6) < 1e-14)
    #expect(abs(MipFilter.lanczos3.weight(at: 1.5) + 0.135_094_911_523_117) < 1e-14)
    #expect(abs(MipFilter.blackmanHarris.weight(at: 0) - 1) < 1e-14)
    #expect(abs(MipFilter.blackmanHarris.weight(at: 0.75) - 0.21747) < 1e-14)
    #expect(MipFilter.lanczos3.weight(at: 3) == 0)
  }

  @Test func overshootStaysWithinHalves() {
    let raster = SampleImages.raster(window(32, 1), SampleImages.rgba) { _, x, _ in
      x < 6 ? 65504 : 0
    }
    for level in MipBuilder(tiles(.mip), filter: .lanczos3).levels(of: raster) {
      for x in level.raster.window.minX...level.raster.window.maxX {
        #expect(SampleImages.sample(level.raster, 0, x, 4).isFinite)
      }
    }
  }

  @Test func namesAreNeverAveraged() {
    let ids = [Channel(name: "ID", type: .uint)]
    let raster = SampleImages.raster(window(6, 3), ids) { _, x, y in
      Double(0xF000_0000 + (x + 9) * 16 + y - 4)
    }
    let levels = MipBuilder(tiles(.mip)).levels(of: raster)
    #expect(levels.count == 3)
    #expect(SampleImages.sample(levels[1].raster, 0, -8, 4) == Double(0xF000_0020))
    #expect(SampleImages.sample(levels[2].raster, 0, -9, 4) == Double(0xF000_0000))
  }

  @Test func whatIsNotFiniteSpreadsUnlessRepaired() {
    let full = Window(minX: 0, minY: 0, maxX: 3, maxY: 3)
    var raster = SampleImages.raster(full, Self.floats) { _, x, y in
      x == 1 && y == 1 ? .nan : x == 3 && y == 3 ? .infinity : 4
    }
    func level() -> [Double] {
      let half = MipBuilder(tiles(.mip)).levels(of: raster)[1].raster
      return [0, 1].flatMap { y in [0, 1].map { SampleImages.sample(half, 0, $0, y) } }
    }
    #expect(raster.repair(.none) == 0)
    let spread = level()
    #expect(spread[0].isNaN && spread[1] == 4 && spread[3] == .infinity)
    var black = raster
    #expect(black.repair(.black) == 2)
    #expect(SampleImages.sample(black, 0, 1, 1) == 0)
    #expect(raster.repair(.box3) == 2)
    #expect(level() == [4, 4, 4, 4])
  }
}
