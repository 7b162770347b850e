/// What the samples of one channel are: of a chunk, or of all chunks that were merged.
///
/// NaN and the infinities are counted, and left out of everything else: minimum, maximum, sum and
/// mean are about finite samples, and so are the counts below them.
public struct ChannelStatistics: Hashable, Sendable {
  /// All samples, finite or not.
  public var samples = 0
  /// The smallest finite sample; `nil` if none is finite.
  public var minimum: Double?
  /// The greatest finite sample; `nil` if none is finite.
  public var maximum: Double?
  /// The sum of the finite samples. Rows add floats in sixteen lanes (`farmio_pixel_row`), rows and
  /// chunks are added as doubles in their order: the same for any CPU and number of threads.
  public var sum = 0.0
  /// Samples that are not a number.
  public var nans = Sightings()
  /// Samples that are infinite, of either sign.
  public var infinities = Sightings()
  /// Those of them above zero.
  public var positiveInfinities = 0
  /// Finite samples below zero; -0 is none.
  public var negatives = Sightings()
  /// Finite samples above the channel's limit.
  public var overLimit = Sightings()
  /// Samples that are zero, of either sign.
  public var zeros = 0
  /// Samples between zero and the smallest normal number, of either sign.
  public var denormals = 0
  /// Halves whose magnitude is the greatest, 65504.
  public var clipped = 0

  /// Of no samples.
  public init() {}

  /// Samples that are neither NaN nor infinite.
  public var finite: Int { samples - nans.count - infinities.count }
  /// Infinite samples below zero.
  public var negativeInfinities: Int { infinities.count - positiveInfinities }
  /// The mean of the finite samples; `nil` if none is finite.
  public var mean: Double? { finite > 0 ? sum / Double(finite) : nil }
  /// Whether every sample is zero.
  public var isZero: Bool { samples > 0 && zeros == samples }
  /// Whether every sample has the same finite value.
  public var isConstant: Bool { finite > 0 && finite == samples && minimum == maximum }

  /// Adds the statistics of other samples of the channel. Counts, extremes and places do not depend
  /// on the order; for equal sums, merge in the order of the chunks.
  public mutating func merge(_ other: ChannelStatistics) {
    samples += other.samples
    widen(other.minimum, other.maximum)
    sum += other.sum
    nans.merge(other.nans)
    infinities.merge(other.infinities)
    positiveInfinities += other.positiveInfinities
    negatives.merge(other.negatives)
    overLimit.merge(other.overLimit)
    zeros += other.zeros
    denormals += other.denormals
    clipped += other.clipped
  }

  /// Lets the extremes reach two more values.
  mutating func widen(_ low: Double?, _ high: Double?) {
    guard let low, let high else { return }
    minimum = min(minimum ?? low, low)
    maximum = max(maximum ?? high, high)
  }
}
