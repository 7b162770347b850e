public import FrameEngine

/// Writes a frame anew: with another codec, in other types, with some of its channels, cropped.
/// Attributes stay byte for byte, known or not, where they are still true.
public struct FrameConverter: Sendable {
  /// What is changed.
  public struct Options: Sendable {
    /// The part that is kept; `nil` for all of them.
    public var part: Int?
    /// The codec; `nil` keeps that of the source.
    public var codec: PixelCodec?
    /// The level of deflate, 1 to 12.
    public var level = 4
    /// What DWA may lose: 0 little, 45 as OpenEXR does, more for smaller files.
    public var quality: Float = 45
    /// The type of all samples; `nil` keeps each.
    public var type: PixelType?
    /// The channels that stay; `nil` for all.
    public var channels: [String]?
    /// The pixels that stay; `nil` for all.
    public var crop: Window?

    /// Changes nothing.
    public init() {}
  }

  /// What was written.
  public struct Summary: Sendable {
    /// Bytes of the new file.
    public let byteCount: Int
    /// Finite samples that the new type could not hold.
    public let exceeding: Int
  }

  private let options: Options
  private let output: FrameOutput
  private let cancellation: CancelToken?

  /// A converter that writes through `output`.
  public init(_ options: Options, output: FrameOutput, cancellation: CancelToken? = nil) {
    self.options = options
    self.output = output
    self.cancellation = cancellation
  }

  /// Converts the frame that `source` has open, and writes it to `path`.
  public func convert(_ source: FrameSource, to path: FileName) throws(FrameWorkError) -> Summary {
    let numbers = options.part.map { [$0] } ?? Array(source.container.parts.indices)
    var parts: [Part] = []
    var rasters: [Raster] = []
    var exceeding = 0
    for number in numbers {
      let (part, raster, lost) = try convert(number, of: source)
      parts.append(part)
      rasters.append(raster)
      exceeding += lost
    }
    let assembly = FrameAssembly(
      parts: parts, crew: source.crew, cancellation: cancellation, level: options.level,
      quality: options.quality)
    let (shapes, images) = (parts.map(\.channels), rasters)
    let byteCount = try assembly.write(to: path, output) { part, region, target in
      let shape = ChunkShape(window: region.window, channels: shapes[part])
      images[part].gather(shape, into: &target)
    }
    return Summary(byteCount: byteCount, exceeding: exceeding)
  }

  /// A part of the new file, its samples, and how many of them the new type could not hold.
  private func convert(
    _ number: Int, of source: FrameSource
  ) throws(FrameWorkError) -> (Part, Raster, exceeding: Int) {
    var part = try source.flatPart(number)
    let conversion: PixelConversion
    do throws(ImageShapeError) {
      let names = options.channels ?? part.channels.map(\.name)
      conversion = try PixelConversion(
        of: part.channels, in: part.dataWindow,
        picks: names.map { PixelConversion.Pick($0, type: options.type) }, crop: options.crop)
      if part.kind.isTiled { try TileBuilder.check(conversion.channels) }
    } catch {
      throw FrameWorkError(.unsuitable, source.path, error.reason)
    }
    let (raster, exceeding) = conversion.convert(try source.raster(number))
    let isSame = raster.window == part.dataWindow && conversion.channels == part.channels
    part.channels = conversion.channels
    part.dataWindow = conversion.window
    part.codec = options.codec ?? part.codec
    // Lower resolutions would have to be made again: that is `tile`.
    part.tiles?.mode = .one
    if !isSame {
      part.attributes.removeAll { TextureAttributes.hints.contains($0.name) }
    }
    return (part, raster, exceeding)
  }
}
