/// What a show or a client demands of its frames: expectations about names, headers and channels,
/// limits for pixels, and how much each kind of finding matters.
///
/// Whatever is `nil` or empty demands nothing. Profiles are data: see the page on profiles for the
/// files that they are read from.
public struct Profile: Hashable, Sendable {
  /// Its name.
  public var name: String
  /// What it is for, in a sentence.
  public var summary = ""
  /// Severities other than those of the codes; `.some(nil)` leaves a finding out.
  public var severities: [FindingCode: Finding.Severity?] = [:]
  /// How files are named.
  public var fileName = FileNameDemand()
  /// Windows and pixels.
  public var image = ImageDemand()
  /// How files are packed and laid out.
  public var storage = StorageDemand()
  /// Which channels there are.
  public var channels = ChannelDemand()
  /// What else the header says.
  public var metadata = MetadataDemand()
  /// Whether files are ACES containers of SMPTE ST 2065-4.
  public var isACESContainer = false
  /// Limits for pixels.
  public var pixels = PixelLimits.standard
  /// From when on a frame stands out of its sequence; `nil` lets none stand out.
  public var outliers: OutlierLimits? = .standard

  /// A profile that demands nothing.
  public init(name: String) { self.name = name }

  /// What is used where nobody chose: every code with its own severity, no demands.
  public static let standard = Profile(name: "standard")

  /// A finding as this profile sees it; `nil` where it is left out.
  public func weighing(_ finding: Finding) -> Finding? {
    guard let override = severities[finding.code] else { return finding }
    guard let severity = override else { return nil }
    var weighed = finding
    weighed.severity = severity
    return weighed
  }
}

/// How files are named.
public struct FileNameDemand: Hashable, Sendable {
  /// The characters that a name may have.
  public var characters: CharacterRanges?
  /// The most bytes of a name.
  public var byteLimit: Int?
  /// What the whole name looks like.
  public var pattern: TextPattern?

  /// Any name.
  public init() {}
}

/// Windows and pixels.
public struct ImageDemand: Hashable, Sendable {
  /// A width and a height.
  public struct Size: Hashable, Sendable {
    /// Pixels of a row.
    public var width: Int
    /// Rows.
    public var height: Int

    /// So many pixels.
    public init(width: Int, height: Int) {
      self.width = width
      self.height = height
    }
  }

  /// Where the data window lies.
  public enum DataWindow: Hashable, Sendable {
    /// It is the display window.
    case display
    /// It lies in the display window.
    case insideDisplay
    /// It is this window.
    case window(Window)
    /// It exceeds the display window by so many pixels on each side.
    case overscan(left: Int, top: Int, right: Int, bottom: Int)
  }

  /// The sizes that the display window may have.
  public var resolutions: [Size] = []
  /// The smallest width and height of the display window.
  public var smallest: Size?
  /// The display window.
  public var displayWindow: Window?
  /// The data window.
  public var dataWindow: DataWindow?
  /// Width of a pixel over its height, within a thousandth.
  public var pixelAspectRatio: Float?

  /// Any window.
  public init() {}
}

/// How files are packed and laid out.
public struct StorageDemand: Hashable, Sendable {
  /// The codecs that parts may use.
  public var codecs: [PixelCodec] = []
  /// The orders that chunks may have.
  public var lineOrders: [LineOrder] = []
  /// The kinds that parts may be of.
  public var kinds: [Part.Kind] = []
  /// The most parts of a file.
  public var partLimit: Int?
  /// The sizes that tiles may have.
  public var tileSizes: [ImageDemand.Size] = []
  /// Whether the sides of tiles are powers of two.
  public var needsPowerOfTwoTiles = false
  /// The resolutions that tiled parts may keep.
  public var levels: [LevelMode] = []

  /// Any file.
  public init() {}
}

/// Which channels there are.
public struct ChannelDemand: Hashable, Sendable {
  /// A channel that must be there.
  public struct Required: Hashable, Sendable {
    /// Its whole name, or, in a part of its own, the part's name, a dot, and its name.
    public var name: String
    /// The types that it may have; empty for any.
    public var types: [PixelType]

    /// A channel of a name and of one of these types.
    public init(name: String, types: [PixelType] = []) {
      self.name = name
      self.types = types
    }
  }

  /// Channels that must be there.
  public var required: [Required] = []
  /// The names that other channels may have; `nil` for any, empty for no others.
  public var allowed: [TextPattern]?
  /// The types that channels may have for which `required` says nothing.
  public var types: [PixelType] = []
  /// Channels that hold IDs, beside those of Cryptomatte: 32 bits, packed without loss.
  public var ids: [TextPattern] = []

  /// Any channels.
  public init() {}
}

/// What else the header says.
public struct MetadataDemand: Hashable, Sendable {
  /// An attribute that must be there.
  public struct Required: Hashable, Sendable {
    /// Its name.
    public var name: String
    /// What its value looks like as text; `nil` for any value.
    public var value: TextPattern?

    /// An attribute of a name, and of a value if it matters.
    public init(name: String, value: TextPattern? = nil) {
      self.name = name
      self.value = value
    }
  }

  /// The rates that `framesPerSecond` may have.
  public var frameRates: [FrameRate] = []
  /// The colour spaces that `chromaticities` may say; a file without it means Rec. 709.
  public var chromaticities: [Chromaticities] = []
  /// Attributes that must be in one part at least.
  public var required: [Required] = []

  /// Any header.
  public init() {}
}
