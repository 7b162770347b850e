import Testing

@testable import FrameEngine

@Suite struct RasterTests {
  private static let windows = [
    Window(minX: 0, minY: 0, maxX: 0, maxY: 0), Window(minX: 0, minY: 0, maxX: 6, maxY: 4),
    Window(minX: -3, minY: -5, maxX: 9, maxY: 2), Window(minX: 100, minY: 7, maxX: 170, maxY: 73),
  ]

  /// Random bits, so NaNs of every kind, denormals and infinities among them.
  private func random(_ window: Window, _ channels: [Channel]) -> [UInt8] {
    TestBytes.x(99, ChunkShape(window: window, channels: channels).byteCount)
  }

  @Test(arguments: windows, [SampleImages.rgba, SampleImages.mixed])
  func scanLinesBecomeTilesAndBackBitForBit(window: Window, channels: [Channel]) {
    let bytes = random(window, channels)
    let whole = SampleImages.raster(window, channels, bytes)
    var fromTiles = Raster(window: window, channels: channels)
    for tile in SampleImages.pieces(window, width: 5, height: 3) {
      fromTiles.fill(
        ChunkShape(window: tile, channels: channels), whole.bytes(of: tile).rawBytes)
    }
    #expect(fromTiles == whole)
    var fromLines = Raster(window: window, channels: channels)
    for lines in SampleImages.pieces(window, width: window.width, height: 2) {
      fromLines.fill(
        ChunkShape(window: lines, channels: channels), fromTiles.bytes(of: lines).rawBytes)
    }
    #expect(fromLines.bytes(of: window) == bytes)
  }

  @Test(arguments: windows) func sparseChannelsKeepTheirRows(window: Window) {
    let bytes = random(window, SampleImages.chroma)
    let whole = SampleImages.raster(window, SampleImages.chroma, bytes)
    #expect(!whole.isFullySampled)
    #expect(whole.bytes(of: window) == bytes)
    var byLines = Raster(window: window, channels: SampleImages.chroma)
    for lines in SampleImages.pieces(window, width: window.width, height: 3) {
      byLines.fill(
        ChunkShape(window: lines, channels: SampleImages.chroma), whole.bytes(of: lines).rawBytes)
    }
    #expect(byLines == whole)
  }

  /// What a tile holds is the samples of its pixels, in the order that the file layout states.
  @Test func aTileHoldsTheSamplesOfItsPixels() {
    let window = Window(minX: -2, minY: -1, maxX: 6, maxY: 5)
    let value = { (channel: Int, x: Int, y: Int) in
      Double((channel + 1) * 1000 + (x + 10) * 20 + y + 10)
    }
    let raster = SampleImages.raster(window, SampleImages.mixed, value)
    let tile = Window(minX: -1, minY: 2, maxX: 3, maxY: 5)
    #expect(raster.bytes(of: tile) == SampleImages.bytes(tile, SampleImages.mixed, value))
  }

  @Test func aRasterKeepsThePickedChannelsAndCrops() {
    let window = Window(minX: 0, minY: 0, maxX: 8, maxY: 6)
    let value = { (channel: Int, x: Int, y: Int) in Double(channel * 100 + y * 9 + x) }
    let bytes = SampleImages.bytes(window, SampleImages.mixed, value)
    let crop = Window(minX: 2, minY: 5, maxX: 12, maxY: 9)
    var raster = Raster(window: crop, channels: SampleImages.mixed, keeping: [1, 3])
    raster.fill(ChunkShape(window: window, channels: SampleImages.mixed), bytes.rawBytes)
    #expect(raster.channels.map(\.name) == ["ID", "Z"])
    #expect(raster.byteCount == 11 * 5 * 8)
    #expect(SampleImages.sample(raster, 0, 2, 5) == value(1, 2, 5))
    #expect(SampleImages.sample(raster, 1, 8, 6) == value(3, 8, 6))
    #expect(SampleImages.sample(raster, 1, 9, 6) == 0, "what was never filled is zero")
  }

  @Test func betweenSparseSamplesValuesRunStraight() {
    let window = Window(minX: -1, minY: 0, maxX: 4, maxY: 3)
    let raster = SampleImages.raster(window, SampleImages.chroma) { _, x, y in
      Double(10 * x + y)
    }
    var (scratch, row) = ([Float](repeating: 0, count: 6), [Float](repeating: 0, count: 6))
    raster.expandRow(1, of: 0, scratch: &scratch, into: &row)
    #expect(row == [1, 1, 11, 21, 31, 41])
    raster.expandRow(3, of: 0, scratch: &scratch, into: &row)
    #expect(row == [2, 2, 12, 22, 32, 42])
  }
}
