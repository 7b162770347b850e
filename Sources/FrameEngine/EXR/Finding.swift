/// One thing that is wrong, doubtful or worth knowing about a frame or a sequence.
public struct Finding: Hashable, Sendable {
  /// How much it matters.
  public enum Severity: String, Hashable, Sendable, Comparable {
    /// Worth knowing; never a fault.
    case information
    /// Doubtful: often right, never to be passed over in silence.
    case warning
    /// The frame is not what it should be.
    case error

    /// Whether `a` matters less than `b`.
    public static func < (a: Severity, b: Severity) -> Bool { a.rank < b.rank }

    private var rank: Int {
      switch self {
      case .information: 0
      case .warning: 1
      case .error: 2
      }
    }
  }

  /// Which look at a frame brought it to light.
  public enum Depth: String, Hashable, Sendable {
    case structure, decode, pixels, profile, sequence, manifest
  }

  /// What it is.
  public let code: FindingCode
  /// How much it matters; profiles may raise or lower what the code says.
  public var severity: Severity
  /// Where it lies in the image.
  public var place: FindingPlace
  /// Where it lies in the file, if that says more.
  public var byteOffset: Int?
  /// How many samples, chunks or bytes it is about.
  public var count: Int?
  /// A sentence for a person, without the file's name.
  public var text: String

  /// A finding with the severity of its code.
  public init(
    _ code: FindingCode, _ place: FindingPlace = FindingPlace(), at byteOffset: Int? = nil,
    count: Int? = nil, _ text: String
  ) {
    self.code = code
    self.severity = code.severity
    self.place = place
    self.byteOffset = byteOffset
    self.count = count
    self.text = text
  }
}

/// Where in an image a finding lies; what is `nil` does not narrow it.
public struct FindingPlace: Hashable, Sendable {
  /// The part's number, from 0.
  public var part: Int?
  /// The chunk's number within its part.
  public var chunk: Int?
  /// The resolution, where the part has several.
  public var level: Level?
  /// The tile within its level.
  public var tile: TilePosition?
  /// The pixels, on the part's (or the level's) own coordinates.
  public var window: Window?
  /// The channel's name.
  public var channel: String?
  /// The first sample in reading order that it is about.
  public var pixel: PixelPosition?

  /// A place with every field given or left open.
  public init(
    part: Int? = nil, chunk: Int? = nil, level: Level? = nil, tile: TilePosition? = nil,
    window: Window? = nil, channel: String? = nil, pixel: PixelPosition? = nil
  ) {
    self.part = part
    self.chunk = chunk
    self.level = level
    self.tile = tile
    self.window = window
    self.channel = channel
    self.pixel = pixel
  }

  /// The place of a whole chunk.
  public init(part: Int, _ region: ChunkRegion) {
    self.init(
      part: part, chunk: region.index, level: region.level == .full ? nil : region.level,
      tile: region.tile, window: region.window)
  }
}

/// One pixel, on the part's own coordinates.
public struct PixelPosition: Hashable, Sendable {
  /// The column.
  public var x: Int
  /// The row.
  public var y: Int

  /// The pixel in column `x` of row `y`.
  public init(x: Int, y: Int) {
    self.x = x
    self.y = y
  }
}
