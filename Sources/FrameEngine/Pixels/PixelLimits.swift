/// From when on pixels are worth a finding. The standard values are meant for scene-linear renders
/// and plates; profiles set their own. Shares are of a channel's samples, 0 to 1: a finding comes
/// when more than that share is concerned, so 0 lets no sample pass.
public struct PixelLimits: Hashable, Sendable {
  /// Colour above this is `over-limit`; `nil` knows no limit.
  public var colourMaximum: Double?
  /// How far alpha may leave 0 to 1, as filters overshoot, before it is `alpha-range`.
  public var alphaTolerance = 0.001
  /// The share of colour samples that may be below zero.
  public var negativeShare = 0.0
  /// The share of colour samples that may exceed `colourMaximum`.
  public var overLimitShare = 0.0
  /// The share of colour halves that may stand at 65504.
  public var clippedShare = 0.0
  /// The share of colour samples that may be denormal; photographs of the dark hold many.
  public var denormalShare = 0.01
  /// The share of pixels that may have colour where alpha is zero; added light (glows, fire) has.
  public var uncoveredShare = 0.001
  /// Which pixels are fireflies; `nil` looks for none.
  public var fireflies: FireflyRule? = FireflyRule()
  /// How many fireflies may pass.
  public var fireflyCount = 0
  /// Roles of channels or layers by name, where `ChannelRole` would tell them wrongly.
  public var roles = [String: ChannelRole]()
  /// Roles in which infinite samples are in order: depth where nothing is.
  public var mayBeInfinite: Set<ChannelRole> = [.depth]
  /// Pixels across the smallest empty square that is taken for a missing bucket; a multiple of
  /// `ZeroMap.cell`, at least twice that.
  public var smallestBucket = 32
  /// Rows of the smallest zero band.
  public var smallestBand = 1

  /// The standard limits.
  public init() {}

  /// The standard limits.
  public static let standard = PixelLimits()
}

/// Which pixels are fireflies.
///
/// A pixel's light is the greatest finite sample of its main colour channels (as a half: floats are
/// cut to 11 bits and at most 65504; below zero counts as zero). It is a firefly if
///
/// 1. its light reaches `floor`,
/// 2. it exceeds each of its eight neighbours by `isolationStops`, and
/// 3. it exceeds the median of the other pixels of the 5x5 square around it by `medianStops`.
///
/// A stop is a factor of two. Squares end at the image's border, in tiled parts at the tile's. The
/// second rule spares edges, lines and anything that a lens or a pixel filter has spread over its
/// neighbours, stars among them; a single bright pixel that is meant cannot be told from noise.
///
/// Cost: about 2 ms for 4096x2160 pixels of three half channels.
public struct FireflyRule: Hashable, Sendable {
  /// The least light of a firefly, 2^-13 or more.
  public var floor: Double
  /// Stops above every neighbour, 1 to 16.
  public var isolationStops: Int
  /// Stops above the median, 1 to 16.
  public var medianStops: Int

  /// A rule; by default 2 or brighter, 8 times every neighbour and 16 times the median.
  public init(floor: Double = 2, isolationStops: Int = 3, medianStops: Int = 4) {
    precondition(floor >= 0x1p-13, "the floor is a normal half")
    precondition((1...16).contains(isolationStops) && (1...16).contains(medianStops))
    self.floor = floor
    self.isolationStops = isolationStops
    self.medianStops = medianStops
  }

  /// The bits of the smallest half that reaches the floor.
  var floorBits: UInt16 {
    let nearest = Float16(min(floor, 65504))
    return (Double(nearest) < floor ? nearest.nextUp : nearest).bitPattern
  }
}
