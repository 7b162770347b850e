/// Cuts the levels of a texture into tiles, in the order that a file has them.
public struct TileBuilder: Sendable {
  /// Every tile of every level: index 0 is the first entry of the offset table.
  public let regions: [ChunkRegion]
  private let levels: [Level: Raster]
  private let channels: [Channel]

  /// The tiles of a raster and of the levels below it, which are made here.
  ///
  /// Costs what `MipBuilder.levels` does.
  public init(_ raster: Raster, _ mips: MipBuilder) throws(ImageShapeError) {
    try TileBuilder.check(raster.channels)
    self.init(mips.levels(of: raster), tiles: mips.tiles)
  }

  /// The tiles of levels made before, the full one first.
  public init(_ levels: [MipLevel], tiles: TileDescription) {
    precondition(!levels.isEmpty, "there is a full resolution")
    channels = levels[0].raster.channels
    regions = MipGrid(levels[0].raster.window, tiles).regions
    self.levels = Dictionary(uniqueKeysWithValues: levels.map { ($0.level, $0.raster) })
  }

  /// Fails unless tiles may hold these channels: a tile has a sample of each for every pixel.
  public static func check(_ channels: [Channel]) throws(ImageShapeError) {
    guard let sparse = channels.first(where: { $0.xSampling > 1 || $0.ySampling > 1 }) else {
      return
    }
    throw ImageShapeError(
      reason: "tiles cannot hold channel \(sparse.name), which has a sample only every "
        + "\(sparse.xSampling) by \(sparse.ySampling) pixels")
  }

  /// How the bytes of a tile lie.
  public func shape(_ region: ChunkRegion) -> ChunkShape {
    ChunkShape(window: region.window, channels: channels)
  }

  /// Writes the unpacked bytes of a tile to the front of `target`, which has room for them.
  public func gather(_ region: ChunkRegion, into target: inout MutableRawSpan) {
    guard let raster = levels[region.level] else {
      preconditionFailure("a tile is of one of the levels")
    }
    raster.gather(shape(region), into: &target)
  }

  /// The unpacked bytes of a tile.
  public func bytes(of region: ChunkRegion) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: shape(region).byteCount)
    var span = bytes.mutableSpan
    var target = unsafe span.mutableBytes
    gather(region, into: &target)
    return bytes
  }
}

/// Why channels and windows do not give the image that was asked for.
public struct ImageShapeError: Error, Hashable, Sendable {
  /// A sentence for a person.
  public let reason: String
}

extension ImageShapeError: CustomStringConvertible {
  /// The sentence.
  public var description: String { reason }
}
