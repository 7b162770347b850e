public import FrameEngine

/// Makes a tiled texture with smaller resolutions out of a frame.
public struct FrameTiler: Sendable {
  /// How a texture is made.
  public struct Options: Sendable {
    /// The part that is read.
    public var part = 0
    /// Tile size, resolutions and rounding.
    public var tiles = TileDescription(width: 64, height: 64, mode: .mip)
    /// How a resolution is made of the one before.
    public var filter = MipFilter.box
    /// What the texture is beyond its left and right edge.
    public var wrapAcross = WrapMode.black
    /// What the texture is beyond its top and bottom edge.
    public var wrapDown = WrapMode.black
    /// What the texture is looked up by.
    public var format = TextureAttributes.Format.plain
    /// How its chunks are packed.
    public var codec = PixelCodec.zip
    /// The level of deflate, 1 (fast) to 12 (small).
    public var level = 4
    /// The type of all samples; `nil` for those of the source.
    public var type: PixelType?
    /// What is done about samples that are no number or infinite.
    public var repair: NonFiniteRepair?
    /// Whether the attributes of textures are written.
    public var marksTexture = true

    /// 64 by 64 pixels, halved resolutions by the box filter, ZIP.
    public init() {}
  }

  private let options: Options
  private let output: FrameOutput
  private let cancellation: CancelToken?

  /// A tiler that writes through `output`.
  public init(_ options: Options, output: FrameOutput, cancellation: CancelToken? = nil) {
    self.options = options
    self.output = output
    self.cancellation = cancellation
  }

  /// Makes a texture of the frame that `source` has open, and writes it to `path`. Returns its
  /// bytes.
  public func tile(_ source: FrameSource, to path: FileName) throws(FrameWorkError) -> Int {
    var part = try source.flatPart(options.part)
    var raster = try source.raster(options.part)
    do throws(ImageShapeError) {
      try TileBuilder.check(part.channels)
      if let type = options.type {
        let picks = part.channels.map { PixelConversion.Pick($0.name, type: type) }
        let conversion = try PixelConversion(of: part.channels, in: part.dataWindow, picks: picks)
        raster = conversion.convert(raster).raster
      }
    } catch {
      throw FrameWorkError(.unsuitable, source.path, error.reason)
    }
    if let repair = options.repair { _ = raster.repair(repair) }
    let builder = TileBuilder(levels(of: raster, source.crew), tiles: options.tiles)
    part.kind = .tiles
    part.channels = raster.channels
    part.codec = options.codec
    part.tiles = options.tiles
    part.lineOrder = .increasing
    if options.marksTexture {
      let marks = TextureAttributes(
        raster, display: part.displayWindow, format: options.format,
        wrapAcross: options.wrapAcross, wrapDown: options.wrapDown)
      part.attributes = marks.replacing(in: part.attributes)
    }
    let assembly = FrameAssembly(
      parts: [part], crew: source.crew, cancellation: cancellation, level: options.level)
    return try assembly.write(to: path, output) { _, region, target in
      builder.gather(region, into: &target)
    }
  }

  /// The resolutions, a channel a thread.
  private func levels(of raster: Raster, _ crew: FrameCrew) -> [MipLevel] {
    let mips = MipBuilder(
      options.tiles, filter: options.filter, wrapAcross: options.wrapAcross,
      wrapDown: options.wrapDown)
    let channels = crew.map(count: raster.channels.count) { mips.levels(of: raster, channel: $0) }
    return mips.assemble(raster, channels)
  }
}
