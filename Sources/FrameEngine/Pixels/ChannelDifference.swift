/// How far two channels are apart: of a chunk, or of all chunks that were merged.
///
/// Samples are equal if their values are, so -0 and +0 are, or if both are NaN. Two infinities of
/// one sign are equal. Samples that differ while either is NaN or infinite have no distance: they
/// are counted in `differing` and `unmeasured`, and left out of maximum, mean and root mean square,
/// which are about all other samples, the equal ones included.
public struct ChannelDifference: Hashable, Sendable {
  /// All pairs of samples.
  public var samples = 0
  /// Those that are not equal, and where.
  public var differing = Sightings()
  /// Those of them without a distance.
  public var unmeasured = 0
  /// The greatest distance; 0 if there is none.
  public var maximum = 0.0
  /// The sum of all distances, in doubles: in sixteen lanes along a row, then by rows and chunks.
  public var sum = 0.0
  /// The sum of their squares.
  public var squares = 0.0

  /// Of no samples.
  public init() {}

  /// Whether no sample differs.
  public var isEqual: Bool { differing.count == 0 }

  /// The mean distance; 0 if none has one.
  public var mean: Double { measured > 0 ? sum / Double(measured) : 0 }

  /// The root of the mean squared distance; 0 if none has one.
  public var rootMeanSquare: Double {
    measured > 0 ? (squares / Double(measured)).squareRoot() : 0
  }

  /// The peak signal-to-noise ratio in decibels: 20 log10(peak / root mean square), where `peak` is
  /// the value that counts as full signal; 1, diffuse white, unless the caller knows better.
  /// Infinite if all distances are zero.
  public func peakSignalToNoise(peak: Double = 1) -> Double {
    rootMeanSquare == 0 ? .infinity : 20 * logarithm10(peak / rootMeanSquare)
  }

  /// Adds the difference of other samples of the channel. For equal sums, merge in the order of
  /// the chunks.
  public mutating func merge(_ other: ChannelDifference) {
    samples += other.samples
    differing.merge(other.differing)
    unmeasured += other.unmeasured
    maximum = max(maximum, other.maximum)
    sum += other.sum
    squares += other.squares
  }

  private var measured: Int { samples - unmeasured }
}

/// The decimal logarithm of a positive number, to 15 digits: exponent and significand apart, the
/// latter by the series of the inverse hyperbolic tangent.
private func logarithm10(_ value: Double) -> Double {
  var exponent = Double(value.exponent)
  var significand = value.significand
  if significand > 1.414 {
    significand /= 2
    exponent += 1
  }
  let ratio = (significand - 1) / (significand + 1)
  var power = ratio
  var series = 0.0
  for odd in stride(from: 1.0, through: 25, by: 2) {
    series += power / odd
    power *= ratio * ratio
  }
  return exponent * 0.301_029_995_663_981_2 + 2 * series * 0.434_294_481_903_251_8
}
