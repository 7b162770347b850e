/// Channels picked, renamed and changed in type, within a window of the image.
///
/// A channel that keeps its type keeps its bits. Halves become floats exactly; floats become the
/// nearest half, ties to even, and beyond 65,520 infinite; to whole numbers both are rounded, and held
/// within what 32 bits have, NaN as 0.
public struct PixelConversion: Hashable, Sendable {
  /// A channel of the result.
  public struct Pick: Hashable, Sendable {
    /// The full name of the channel that it comes from.
    public var source: String
    /// Its own full name.
    public var name: String
    /// Its type; that of the source if `nil`.
    public var type: PixelType?

    /// A channel, under its own name and in its own type unless said otherwise.
    public init(_ source: String, as name: String? = nil, type: PixelType? = nil) {
      self.source = source
      self.name = name ?? source
      self.type = type
    }
  }

  /// The channels of the result, sorted by the bytes of their names as a file demands.
  public let channels: [Channel]
  /// The pixels of the result.
  public let window: Window
  /// For each channel, the place of its source.
  private let sources: [Int]

  /// A conversion of images with these channels and this window.
  ///
  /// - Parameters:
  ///   - picks: the channels wanted, in any order; all, as they are, if `nil`.
  ///   - crop: the pixels wanted; those outside the image are left out.
  ///
  /// Fails if a channel is not there, a name would occur twice or be empty, nothing is left of the
  /// window, or it would start where a sparse channel has no sample.
  public init(
    of channels: [Channel], in window: Window, picks: [Pick]? = nil, crop: Window? = nil
  ) throws(ImageShapeError) {
    guard let left = window.intersection(crop ?? window) else {
      throw ImageShapeError(reason: "the crop lies outside the data window \(window)")
    }
    var made = [(channel: Channel, source: Int)]()
    for pick in picks ?? channels.map({ Pick($0.name) }) {
      guard let source = channels.firstIndex(where: { $0.name == pick.source }) else {
        throw ImageShapeError(reason: "there is no channel \(pick.source)")
      }
      made.append((try PixelConversion.channel(channels[source], pick, left), source))
    }
    guard !made.isEmpty else { throw ImageShapeError(reason: "no channel is left") }
    made.sort { $0.channel.name.utf8.lexicographicallyPrecedes($1.channel.name.utf8) }
    for (first, second) in zip(made, made.dropFirst())
    where first.channel.name == second.channel.name {
      throw ImageShapeError(reason: "two channels would have the name \(first.channel.name)")
    }
    self.channels = made.map(\.channel)
    self.sources = made.map(\.source)
    self.window = left
  }

  /// Whether every sample keeps its bits.
  public func isExact(from channels: [Channel]) -> Bool {
    zip(self.channels, sources).allSatisfy { $0.type == channels[$1].type }
  }

  /// The result, and how many samples a smaller type could not hold: finite ones that became
  /// infinite, or were held within the range of whole numbers.
  public func convert(_ raster: Raster) -> (raster: Raster, exceeding: Int) {
    var exceeding = 0
    let planes = zip(channels, sources).map { channel, source in
      let plane = raster.planes[source]
      if raster.window == window && channel.type == plane.type { return plane }
      return crop(raster, source, channel, &exceeding)
    }
    return (Raster(window: window, channels: channels, planes: planes), exceeding)
  }

  private func crop(
    _ raster: Raster, _ source: Int, _ channel: Channel, _ exceeding: inout Int
  ) -> Raster.Plane {
    let plane = raster.planes[source]
    var target = Raster.Plane(window, channel)
    let (rows, grid) = (target.grid.firstRow - plane.grid.firstRow, target.grid)
    let start = (grid.firstColumn - plane.grid.firstColumn) * plane.type.byteCount
    let count = grid.columns * plane.type.byteCount
    let rowBytes = target.rowByteCount
    var floats = [Float](repeating: 0, count: grid.columns)
    var span = target.bytes.mutableSpan
    var rest = unsafe span.mutableBytes
    for row in 0..<grid.rows {
      let stored = raster.row(rows + row, of: source).extracting(start..<start + count)
      var place = rest._mutatingExtracting(row * rowBytes..<(row + 1) * rowBytes)
      if channel.type == plane.type {
        unsafe place.withUnsafeMutableBytes { target in
          unsafe stored.withUnsafeBytes { unsafe target.copyMemory(from: $0) }
        }
      } else {
        SampleRow.read(stored, as: plane.type, into: &floats)
        SampleRow.write(floats, as: channel.type, into: &place)
        exceeding += PixelConversion.exceeding(floats, channel.type)
      }
    }
    return target
  }

  private static func channel(
    _ source: Channel, _ pick: Pick, _ window: Window
  ) throws(ImageShapeError) -> Channel {
    guard !pick.name.isEmpty else { throw ImageShapeError(reason: "a channel needs a name") }
    guard window.minX.isMultiple(of: source.xSampling),
      window.minY.isMultiple(of: source.ySampling),
      window.width.isMultiple(of: source.xSampling),
      window.height.isMultiple(of: source.ySampling)
    else {
      throw ImageShapeError(
        reason: "channel \(source.name) has a sample only every \(source.xSampling) by "
          + "\(source.ySampling) pixels, which the window \(window) does not fit")
    }
    return Channel(
      name: pick.name, type: pick.type ?? source.type,
      isPerceptuallyLinear: source.isPerceptuallyLinear, xSampling: source.xSampling,
      ySampling: source.ySampling)
  }

  /// How many finite samples a type cannot hold.
  private static func exceeding(_ floats: [Float], _ type: PixelType) -> Int {
    var count = 0
    switch type {
    case .float: break
    case .half:
      for value in floats where value.isFinite && abs(value) >= 65520 { count += 1 }
    case .uint:
      for value in floats where value < -0.5 || value >= 4_294_967_296 { count += 1 }
    }
    return count
  }
}
