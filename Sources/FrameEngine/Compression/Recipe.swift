/// The figures behind the choice of an encoding. Each was measured on version history of a show:
/// `docs/decisions/0003-compression-recipe.md`.
enum Recipe {
  /// The zstd level of chunks unless the caller says otherwise.
  static let level: Int32 = -1
  /// Bytes below which a frame's own header eats every gain.
  static let smallest = 32

  /// The zstd level of probes: it must see skewed bytes, not only repeats, so no negative one.
  static let probeLevel: Int32 = 1
  /// Bytes of each of the three slices of a probe.
  static let probeSliceBytes = 4096
  /// Chunks below this size are not probed: packing them costs as much.
  static let leastProbedBytes = 24 << 10
  /// A probe must save one byte in this many, or the chunk is stored raw.
  static let leastSaving = 50
  /// A chunk stored in more than this share of its bytes has the file's next chunk probed.
  static let weakRatio = 0.9

  /// The zstd level of stride trials: repeats alone rank the strides well, at twice the speed.
  static let trialLevel: Int32 = -5
  /// Bytes of each of the four slices that strides are tried on: a multiple of every stride, so
  /// that joined slices stay in phase.
  static let trialSliceBytes = 42 * trialPhase
  /// The least common multiple of the strides.
  static let trialPhase = 96
  /// A trial sample with fewer bytes than one in this many that no ASCII text has is text.
  static let textShare = 32
  /// Strides that are tried first: floats, halfs, points of three floats. The others are tried
  /// only where one of these beats the plain bytes.
  static let baseStrides: [UInt8] = [4, 2, 12]
  /// Doubles, and vectors of 4, 6 and 8 floats.
  static let vectorStrides: [UInt8] = [8, 16, 24, 32]
  /// Chunks from the first trial of a file to the second. A trial that confirms the stride
  /// doubles the interval.
  static let firstInterval = 4
  /// The longest interval between trials, in chunks.
  static let longestInterval = 64
  /// A ratio this much worse than the best since the last trial asks for a trial early.
  static let worseRatio = 1.25
  /// Chunks after a trial before a worse ratio is heard.
  static let patience = 8
}
