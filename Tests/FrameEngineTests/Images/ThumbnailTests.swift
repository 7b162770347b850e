import Testing

@testable import FrameEngine

@Suite struct ThumbnailTests {
  private let rgba = ViewChannels(of: SampleImages.rgba)!

  private func value(_ channel: Int, _ x: Int, _ y: Int) -> Double {
    let mixed = channel * 7 + (x + 50) * 3 + (y + 50) * 5
    return Double(mixed % 64) / 32
  }

  @Test func sizesFitAndPixelsComeOutSquare() {
    func size(_ width: Int, _ height: Int, _ aspect: Float, _ fit: (Int, Int)) -> [Int] {
      let display = Window(minX: 0, minY: 0, maxX: width - 1, maxY: height - 1)
      let reduction = Reduction(
        display: display, pixelAspectRatio: aspect, fittingWidth: fit.0, height: fit.1)
      return [reduction.width, reduction.height]
    }
    #expect(size(4096, 2160, 1, (640, 640)) == [640, 338])
    #expect(size(4096, 2160, 1, (320, 180)) == [320, 169])
    #expect(size(100, 50, 1, (640, 640)) == [100, 50], "nothing is enlarged")
    #expect(size(1828, 1556, 2, (640, 640)) == [640, 272])
    #expect(size(100, 100, 2, (640, 640)) == [100, 50])
    #expect(size(100, 100, 0.5, (640, 640)) == [50, 100])
    #expect(size(4000, 1, 1, (100, 100)) == [100, 1])
    #expect(size(7, 5, .nan, (3, 3)) == [3, 2])
  }

  /// Against the plain mean over the pixels of each cell, with the data window beside the display.
  @Test(arguments: [1, 3, 16], [(9, 9), (40, 40), (1, 1)])
  func cellsAreMeansOfTheirPixels(lines: Int, fit: (Int, Int)) {
    let data = Window(minX: -4, minY: 3, maxX: 20, maxY: 29)
    let display = Window(minX: 0, minY: 0, maxX: 24, maxY: 25)
    let source = SampleImages.raster(data, SampleImages.rgba, value)
    var thumbnail = Thumbnail(
      display: display, channels: SampleImages.rgba, showing: rgba, fittingWidth: fit.0,
      height: fit.1)
    for window in SampleImages.pieces(data, width: data.width, height: lines) {
      thumbnail.add(
        ChunkShape(window: window, channels: SampleImages.rgba),
        source.bytes(of: window).rawBytes)
    }
    let (raster, channels) = thumbnail.raster()
    #expect(channels == rgba)
    let reduction = thumbnail.reduction
    for channel in 0..<4 {
      var sums = [Double](repeating: 0, count: thumbnail.width * thumbnail.height)
      var counts = sums
      for y in display.minY...display.maxY {
        for x in display.minX...display.maxX {
          let cell = reduction.row(of: y) * thumbnail.width + reduction.column(of: x)
          counts[cell] += 1
          if data.contains(x: x, y: y) { sums[cell] += value(channel, x, y) }
        }
      }
      for cell in sums.indices {
        let (x, y) = (cell % thumbnail.width, cell / thumbnail.width)
        let mean = SampleImages.sample(raster, channel, x, y)
        #expect(abs(mean - sums[cell] / counts[cell]) < 1e-5)
      }
    }
  }

  @Test func tilesInAnyOrderOfThreadsGiveOnePicture() {
    let data = Window(minX: -7, minY: -3, maxX: 60, maxY: 41)
    let source = SampleImages.raster(data, SampleImages.mixed) { channel, x, y in
      let mixed = channel + 3 * x * x + 7 * y * y
      return Double(mixed % 97)
    }
    let empty = Thumbnail(
      display: data, channels: SampleImages.mixed, showing: .grey(3, alpha: nil),
      fittingWidth: 13, height: 13)
    let tiles = SampleImages.pieces(data, width: 16, height: 16)
    let bands = tiles.reversed().map {
      empty.band(
        ChunkShape(window: $0, channels: SampleImages.mixed), source.bytes(of: $0).rawBytes)
    }
    var (merged, added) = (empty, empty)
    for band in bands.reversed() { merged.merge(band!) }
    for tile in tiles {
      added.add(
        ChunkShape(window: tile, channels: SampleImages.mixed), source.bytes(of: tile).rawBytes)
    }
    #expect(merged.raster().raster == added.raster().raster)
    #expect(SampleImages.sample(merged.raster().raster, 0, 5, 5) > 0)
  }

  @Test func sparseChannelsAreShownToo() {
    let data = Window(minX: 0, minY: 0, maxX: 19, maxY: 9)
    for fit in [20, 10, 7, 3] {
      var thumbnail = Thumbnail(
        display: data, channels: SampleImages.chroma,
        showing: ViewChannels(of: SampleImages.chroma)!, fittingWidth: fit, height: fit)
      for window in SampleImages.pieces(data, width: 20, height: 4) {
        thumbnail.add(
          ChunkShape(window: window, channels: SampleImages.chroma),
          SampleImages.bytes(window, SampleImages.chroma) { channel, _, _ in
            channel == 2 ? 0.5 : 0.125
          }.rawBytes)
      }
      let raster = thumbnail.raster().raster
      for y in 0..<thumbnail.height {
        for x in 0..<thumbnail.width {
          #expect(SampleImages.sample(raster, 0, x, y) == 0.125)
          #expect(SampleImages.sample(raster, 2, x, y) == 0.5)
        }
      }
    }
  }

  @Test func whatHitNothingDoesNotBlurADepth() {
    let channels = [Channel(name: "Z", type: .float)]
    let data = Window(minX: 0, minY: 0, maxX: 3, maxY: 0)
    let depths: [Double] = [4, 1e10, 8, 8]
    var thumbnail = Thumbnail(
      display: data, channels: channels, showing: .depth(0), fittingWidth: 2, height: 1)
    thumbnail.add(
      ChunkShape(window: data, channels: channels),
      SampleImages.bytes(data, channels) { depths[$1 + 0 * ($0 + $2)] }.rawBytes)
    #expect(thumbnail.bitmap(ViewTable(View())).bytes == [255, 255, 255, 0, 0, 0])
    let raster = thumbnail.raster().raster
    #expect(SampleImages.sample(raster, 0, 0, 0) == 4)
  }

  @Test func whatIsNotFiniteIsBlack() {
    let window = Window(minX: 0, minY: 0, maxX: 1, maxY: 0)
    var thumbnail = Thumbnail(
      display: window, channels: SampleImages.rgba, showing: rgba, fittingWidth: 1, height: 1)
    thumbnail.add(
      ChunkShape(window: window, channels: SampleImages.rgba),
      SampleImages.bytes(window, SampleImages.rgba) { channel, x, _ in
        x == 0 ? 1 : channel == 1 ? .nan : .infinity
      }.rawBytes)
    #expect(thumbnail.bitmap(ViewTable(View())).bytes == [188, 188, 188])
  }
}
