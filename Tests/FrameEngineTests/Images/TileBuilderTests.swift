import Testing

@testable import FrameEngine

@Suite struct TileBuilderTests {
  @Test(arguments: [(1, 1), (7, 5), (64, 64), (65, 130)])
  func tilesOfTheFullLevelHoldTheRasterBitForBit(size: (Int, Int)) throws {
    let window = Window(minX: -3, minY: 8, maxX: size.0 - 4, maxY: size.1 + 7)
    let count = ChunkShape(window: window, channels: SampleImages.mixed).byteCount
    let raster = SampleImages.raster(window, SampleImages.mixed, TestBytes.x(3, count))
    let tiles = TileDescription(width: 64, height: 64, mode: .mip)
    let builder = try TileBuilder(raster, MipBuilder(tiles))
    var back = Raster(window: window, channels: SampleImages.mixed)
    for region in builder.regions where region.level == .full {
      let bytes = builder.bytes(of: region)
      #expect(bytes.count == builder.shape(region).byteCount)
      back.fill(builder.shape(region), bytes.rawBytes)
    }
    #expect(back == raster)
    #expect(builder.regions == MipGrid(window, tiles).regions)
  }

  @Test func tilesOfALevelHoldTheLevel() throws {
    let window = Window(minX: 0, minY: 0, maxX: 9, maxY: 5)
    let raster = SampleImages.raster(window, SampleImages.rgba) { Double($0 + $1 * 2 + $2) }
    let mips = MipBuilder(TileDescription(width: 3, height: 2, mode: .rip))
    let builder = try TileBuilder(raster, mips)
    for level in mips.levels(of: raster) {
      var back = Raster(window: level.raster.window, channels: SampleImages.rgba)
      for region in builder.regions where region.level == level.level {
        back.fill(builder.shape(region), builder.bytes(of: region).rawBytes)
      }
      #expect(back == level.raster)
    }
  }

  @Test func sparseChannelsAreRefused() throws {
    let window = Window(minX: 0, minY: 0, maxX: 3, maxY: 3)
    let raster = Raster(window: window, channels: SampleImages.chroma)
    let error = #expect(throws: ImageShapeError.self) {
      _ = try TileBuilder(raster, MipBuilder(TileDescription(width: 64, height: 64)))
    }
    #expect(error?.description.contains("BY") == true)
  }
}
