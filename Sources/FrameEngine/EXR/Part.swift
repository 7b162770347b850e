/// One part of an EXR file: what its header says.
public struct Part: Hashable, Sendable {
  /// What the part holds; the raw value is the `type` attribute's.
  public enum Kind: String, Hashable, Sendable {
    case scanLines = "scanlineimage"
    case tiles = "tiledimage"
    case deepScanLines = "deepscanline"
    case deepTiles = "deeptile"

    /// Whether a pixel has any number of samples.
    public var isDeep: Bool { self == .deepScanLines || self == .deepTiles }
    /// Whether its chunks are tiles.
    public var isTiled: Bool { self == .tiles || self == .deepTiles }
  }

  /// Every attribute in file order, those below among them.
  public var attributes: [Attribute]
  /// What the part holds.
  public var kind: Kind
  /// Its name; single-part files may have none.
  public var name: String?
  /// Its channels, in file order.
  public var channels: [Channel]
  /// How its chunks are packed.
  public var codec: PixelCodec
  /// The pixels that it stores.
  public var dataWindow: Window
  /// The pixels that a viewer shows.
  public var displayWindow: Window
  /// In which order the chunks were written.
  public var lineOrder: LineOrder
  /// Width of a pixel over its height.
  public var pixelAspectRatio: Float
  /// Tile size and levels; `nil` for scan lines.
  public var tiles: TileDescription?

  /// A part with every field given.
  public init(
    attributes: [Attribute], kind: Kind, name: String?, channels: [Channel], codec: PixelCodec,
    dataWindow: Window, displayWindow: Window, lineOrder: LineOrder = .increasing,
    pixelAspectRatio: Float = 1, tiles: TileDescription? = nil
  ) {
    self.attributes = attributes
    self.kind = kind
    self.name = name
    self.channels = channels
    self.codec = codec
    self.dataWindow = dataWindow
    self.displayWindow = displayWindow
    self.lineOrder = lineOrder
    self.pixelAspectRatio = pixelAspectRatio
    self.tiles = tiles
  }

  /// The attribute of this name, if the header has it.
  public func attribute(_ name: String) -> Attribute? { attributes.first { $0.name == name } }
}

/// In which order a part's chunks lie in the file; the raw value is the file's.
public enum LineOrder: UInt8, Hashable, Sendable {
  case increasing = 0
  case decreasing = 1
  case random = 2
}
