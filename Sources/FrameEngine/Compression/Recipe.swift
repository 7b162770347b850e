/// The figures behind the choice of an encoding, and where they come from:
/// `docs/decisions/0003-compression-recipe.md`.
enum Recipe {
  /// The zstd level of chunks unless the caller says otherwise.
  static let level: Int32 = 1
  /// The zstd level of probes.
  static let probeLevel: Int32 = 1
  /// Bytes of each of the three slices of a probe.
  static let sliceBytes = 4096
  /// Chunks below this size are probed whole.
  static let wholeProbeBytes = 24 << 10
  /// A probe must save one byte in this many, or the chunk is stored raw.
  static let leastSaving = 50
  /// Bytes below which zstd's own header eats every gain.
  static let smallest = 32
  /// Bytes of a chunk's start that the strides are tried on.
  static let trialBytes = 64 << 10
  /// Chunks after which the stride of a file is chosen again.
  static let trialInterval = 64
  /// Element widths that are tried: halfs, floats, doubles, and their vectors of 3, 4 and 8.
  static let strides: [UInt8] = [2, 4, 6, 8, 12, 16, 24, 32]
}

/// What a file's chunks so far taught about its element width. One a file, started anew for each;
/// chunks must come in order.
public struct StrideHint: Sendable {
  private(set) var stride: UInt8 = 0
  private(set) var delta = false
  private var chunksToTrial = 0
  private var bestRatio = 2.0

  /// Knows nothing: the first compressible chunk decides.
  public init() {}

  /// Whether the next compressible chunk should be tried with all strides.
  var wantsTrial: Bool { chunksToTrial <= 0 }

  /// The encoding that the hint stands for.
  var encoding: Encoding { stride == 0 ? .zstd : .shuffled(stride: stride, delta: delta) }

  /// Takes the outcome of a trial.
  mutating func choose(stride: UInt8, delta: Bool) {
    self.stride = stride
    self.delta = delta
    chunksToTrial = Recipe.trialInterval
    bestRatio = 2
  }

  /// Takes note of a chunk encoded as hinted: a ratio of stored to plain bytes that is 10 % worse
  /// than the best since the last trial asks for the next trial.
  mutating func record(stored: Int, plain: Int) {
    let ratio = Double(stored) / Double(plain)
    chunksToTrial = ratio > bestRatio * 1.1 ? 0 : chunksToTrial - 1
    bestRatio = min(bestRatio, ratio)
  }
}
