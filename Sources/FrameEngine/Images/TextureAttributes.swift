/// The attributes that make renderers take an EXR file as a texture.
///
/// Found by running maketx of OpenImageIO 2.4.7 on EXR files and listing what it wrote beyond the
/// attributes that every tiled part has (it tiles 64 by 64, rounds down, packs with ZIP and filters
/// by box unless told otherwise):
///
/// | attribute | type | value |
/// |---|---|---|
/// | `textureformat` | string | `Plain Texture`, `LatLong Environment`, `Shadow` |
/// | `wrapmodes` | string | across and down: `black,black`; `periodic,clamp` for a lat-long |
/// | `fovcot` | float | width over height of the display window |
/// | `envmap` | envmap | 0, only of a lat-long |
/// | `oiio:AverageColor` | string | means, such as `0.25,0.5,0.75,1`: R, G, B, A, then the rest |
/// | `oiio:ConstantColor` | string | the same, only if all pixels are equal |
/// | `oiio:SHA-1` | string | 40 hexadecimal digits over pixels |
/// | `worldToCamera`, `worldToScreen`, `worldToNDC` | m44f | where given or present |
/// | `capDate` | string | `2026:11:24 23:16:02`: when it was made |
/// | `Software`, `Exif:ImageHistory` | string | the command |
/// | `PixarTextureFormat` | string | as `textureformat`, only with `--prman` |
///
/// `oiio:SHA-1` is not written: OpenImageIO only believes it of files that it made, and ours is
/// another hash, so it stands as `farmio:BLAKE3`. Stale ones of the source are taken out, which
/// also keeps a constant colour from being claimed of pixels that changed since (a known fault of
/// `oiiotool -otex`, OpenImageIO issue 5243).
public struct TextureAttributes: Hashable, Sendable {
  /// What the texture is looked up by.
  public enum Format: String, Hashable, Sendable {
    case plain = "Plain Texture"
    case latLong = "LatLong Environment"
  }

  /// What the texture is looked up by.
  public var format: Format
  /// What it is beyond its left and right edge.
  public var wrapAcross: WrapMode
  /// What it is beyond its top and bottom edge.
  public var wrapDown: WrapMode
  /// Width over height of the display window, unless a camera says otherwise.
  public var fieldOfViewCotangent: Float
  /// When it was made, as `2026:11:24 23:16:02`; not written if `nil`.
  public var date: String?
  private let colour: TextureColour
  private let order: [Int]
  private let digest: Digest

  /// The attributes of a texture of these samples.
  ///
  /// - Parameters:
  ///   - raster: the full resolution, as it will be stored.
  ///   - display: the display window.
  ///
  /// Reads every sample: about 40 ms for 4096 x 2160 four halves.
  public init(
    _ raster: Raster, display: Window, format: Format = .plain, wrapAcross: WrapMode = .black,
    wrapDown: WrapMode = .black, date: String? = nil
  ) {
    self.format = format
    self.wrapAcross = wrapAcross
    self.wrapDown = wrapDown
    self.date = date
    fieldOfViewCotangent = Float(display.width) / Float(display.height)
    colour = TextureColour(raster)
    order = TextureAttributes.colourOrder(raster.channels)
    digest = TextureAttributes.digest(raster)
  }

  /// The attributes, in byte order of their names.
  public var attributes: [Attribute] {
    var all = [
      Attribute(name: "farmio:BLAKE3", type: "string", value: Array(digest.hex.utf8)),
      TextureAttributes.float("fovcot", fieldOfViewCotangent),
      TextureAttributes.text("oiio:AverageColor", list(colour.averages)),
      TextureAttributes.text("textureformat", format.rawValue),
      TextureAttributes.text("wrapmodes", "\(wrapAcross.rawValue),\(wrapDown.rawValue)"),
    ]
    if let date { all.append(TextureAttributes.text("capDate", date)) }
    if format == .latLong { all.append(Attribute(name: "envmap", type: "envmap", value: [0])) }
    if let constants = colour.constants {
      all.append(TextureAttributes.text("oiio:ConstantColor", list(constants)))
    }
    return all.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
  }

  /// A header's attributes with these in place of what they replace; the rest stays as it is, and
  /// in its order. Hints about pixels that the header had are gone, whoever wrote them.
  public func replacing(in header: [Attribute]) -> [Attribute] {
    let own = attributes
    var gone = Set(own.map(\.name)).union(TextureAttributes.hints)
    if format != .latLong { gone.insert("envmap") }
    return header.filter { !gone.contains($0.name) } + own
  }

  /// Attributes that are only true of the pixels they were computed from.
  public static let hints: Set<String> = [
    "farmio:BLAKE3", "oiio:AverageColor", "oiio:ConstantColor", "oiio:SHA-1",
    "PixarTextureFormat",
  ]

  /// Values in the order of colours, with as many digits as it takes to get the same float back.
  private func list(_ values: [Float]) -> String {
    order.map { TextureAttributes.number(values[$0]) }.joined(separator: ",")
  }

  /// A float without a needless fraction.
  static func number(_ value: Float) -> String {
    let text = "\(value)"
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }

  /// R, G, B, A of the unnamed layer first, then the rest as the file has it: OpenImageIO's order.
  static func colourOrder(_ channels: [Channel]) -> [Int] {
    let colours = ["R", "G", "B", "A"].compactMap { name in
      channels.firstIndex { $0.name == name }
    }
    return colours + channels.indices.filter { !colours.contains($0) }
  }

  /// The digest of the samples, their window and their channels.
  private static func digest(_ raster: Raster) -> Digest {
    var head = ByteWriter()
    let window = raster.window
    for side in [window.minX, window.minY, window.maxX, window.maxY] { head.append(Int64(side)) }
    for (channel, plane) in zip(raster.channels, raster.planes) {
      head.append(contentsOf: Array(channel.name.utf8) + [0])
      head.append(UInt32(bitPattern: channel.type.rawValue))
      head.append(BLAKE3.hash(plane.bytes))
    }
    return BLAKE3.hash(head.bytes)
  }

  private static func text(_ name: String, _ value: String) -> Attribute {
    Attribute(name: name, type: "string", value: Array(value.utf8))
  }

  private static func float(_ name: String, _ value: Float) -> Attribute {
    var writer = ByteWriter()
    writer.append(value.bitPattern)
    return Attribute(name: name, type: "float", value: writer.bytes)
  }
}
