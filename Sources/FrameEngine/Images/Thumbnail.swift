/// A small picture of a frame, made chunk by chunk while they are decoded: the frame as a whole is
/// never needed.
///
/// Every cell is the mean of its pixels (a box filter), in linear light; pixels outside the data
/// window and samples that are not finite count as black. Chunks are reduced to bands, on any
/// thread and in any order, and merged in the order of the chunks: then the picture does not depend
/// on the threads. A 4096 x 2160 frame of four halves takes about 20 ms in all.
public struct Thumbnail: Sendable {
  let reduction: Reduction
  let channels: [Channel]
  let showing: ViewChannels
  /// The channels that are summed, by place in the part; a depth is followed by its count.
  let places: [Int]
  /// Sums of every cell, for each of `places`.
  private var sums: [[Float]]

  /// An empty picture.
  ///
  /// - Parameters:
  ///   - display: the pixels that are shown.
  ///   - pixelAspectRatio: the width of a pixel over its height.
  ///   - channels: the part's channels, in file order.
  ///   - showing: which of them are shown.
  ///   - width: the most columns it may have.
  ///   - height: the most rows it may have.
  public init(
    display: Window, pixelAspectRatio: Float = 1, channels: [Channel], showing: ViewChannels,
    fittingWidth width: Int, height: Int
  ) {
    reduction = Reduction(
      display: display, pixelAspectRatio: pixelAspectRatio, fittingWidth: width, height: height)
    self.channels = channels
    self.showing = showing
    places = showing.places
    let planes = if case .depth = showing { 2 } else { places.count }
    let cells = [Float](repeating: 0, count: reduction.width * reduction.height)
    sums = Array(repeating: cells, count: planes)
  }

  /// Columns and rows that a picture of such a frame gets.
  public static func size(
    display: Window, pixelAspectRatio: Float, fittingWidth width: Int, height: Int
  ) -> (width: Int, height: Int) {
    let reduction = Reduction(
      display: display, pixelAspectRatio: pixelAspectRatio, fittingWidth: width, height: height)
    return (reduction.width, reduction.height)
  }

  /// Columns of the picture.
  public var width: Int { reduction.width }
  /// Rows of the picture.
  public var height: Int { reduction.height }

  /// Reduces a chunk of the full resolution; `nil` if nothing of it is shown. `bytes` are the
  /// unpacked bytes that `shape` describes.
  public func band(_ shape: ChunkShape, _ bytes: RawSpan) -> ThumbnailBand? {
    guard let shared = shape.window.intersection(reduction.display) else { return nil }
    var band = ThumbnailBand(self, shared)
    for plane in places.indices { band.add(plane, shape, bytes, shared, self) }
    return band
  }

  /// Adds a band of this picture.
  public mutating func merge(_ band: ThumbnailBand) {
    for plane in sums.indices {
      for row in 0..<band.height {
        let target = (band.row + row) * width + band.column
        for column in 0..<band.width {
          sums[plane][target + column] += band.sums[plane][row * band.width + column]
        }
      }
    }
  }

  /// Adds a chunk: band and merge in one.
  public mutating func add(_ shape: ChunkShape, _ bytes: RawSpan) {
    if let band = band(shape, bytes) { merge(band) }
  }

  /// The means as a raster of floats whose window starts at (0 0), and which of its channels show
  /// what was asked for.
  public func raster() -> (raster: Raster, showing: ViewChannels) {
    let window = Window(minX: 0, minY: 0, maxX: width - 1, maxY: height - 1)
    let kept = places.map { Channel(name: channels[$0].name, type: .float) }
    let planes = places.indices.map { plane in
      var target = Raster.Plane(window, kept[plane])
      let means = means(of: plane)
      unsafe target.bytes.withUnsafeMutableBytes { bytes in
        unsafe means.withUnsafeBytes { unsafe bytes.copyMemory(from: $0) }
      }
      return target
    }
    return (Raster(window: window, channels: kept, planes: planes), showing.within(places))
  }

  /// The picture.
  public func bitmap(_ table: ViewTable) -> Bitmap {
    let (raster, channels) = raster()
    return table.bitmap(of: raster, showing: channels)
  }

  private func means(of plane: Int) -> [Float] {
    if case .depth = showing {
      return zip(sums[0], sums[1]).map { $1 > 0 ? $0 / $1 : .infinity }
    }
    let channel = channels[places[plane]]
    var means = sums[plane]
    for row in 0..<height {
      let lines = Channel.multiples(
        of: channel.ySampling, from: reduction.firstY(of: row),
        through: reduction.firstY(of: row + 1) - 1)
      for column in 0..<width {
        let samples =
          lines
          * Channel.multiples(
            of: channel.xSampling, from: reduction.firstX(of: column),
            through: reduction.firstX(of: column + 1) - 1)
        let cell = row * width + column
        if samples > 0 {
          means[cell] /= Float(samples)
        } else if column > 0 && lines > 0 {
          // A cell between the samples of a channel that has few: the one before is as near.
          means[cell] = means[cell - 1]
        } else if row > 0 {
          means[cell] = means[cell - width]
        }
      }
    }
    return means
  }
}
