/// What a file's chunks so far taught about its elements: how wide they are, and whether the bytes
/// were packed already. One a file, started anew for each; chunks must come in order.
public struct StrideHint: Sendable {
  /// The width of the elements, 0 for none.
  private(set) var stride: UInt8 = 0

  private var interval = 0
  private var chunksSinceTrial = 0
  private var bestRatio = Double.infinity
  private var lastRatio = 1.0

  /// Knows nothing: the first compressible chunk decides.
  public init() {}

  /// Whether the next chunk must prove that it compresses.
  var wantsProbe: Bool { lastRatio > Recipe.weakRatio }

  /// Whether the next compressible chunk should be tried with all strides.
  var wantsTrial: Bool {
    chunksSinceTrial >= interval
      || chunksSinceTrial >= Recipe.patience && lastRatio > bestRatio * Recipe.worseRatio
  }

  /// The encoding that the hint stands for.
  var encoding: Encoding { stride == 0 ? .zstd : .shuffled(stride: stride, delta: true) }

  /// Takes the outcome of a trial.
  mutating func choose(stride winner: UInt8) {
    let isConfirmed = interval > 0 && winner == stride
    interval = isConfirmed ? min(2 * interval, Recipe.longestInterval) : Recipe.firstInterval
    stride = winner
    chunksSinceTrial = 0
    bestRatio = .infinity
  }

  /// Takes note that a chunk of `plain` bytes, encoded as hinted, was stored in `stored`.
  mutating func record(stored: Int, plain: Int) {
    lastRatio = Double(stored) / Double(plain)
    bestRatio = min(bestRatio, lastRatio)
    chunksSinceTrial += 1
  }

  /// Takes note that a probe found nothing to pack.
  mutating func recordProbedRaw() { lastRatio = 1 }

  /// Takes note that a chunk did not pack as hinted, though a probe or the chunks before promised
  /// it: the stride may be wrong by now, so the next compressible chunk is tried with all.
  mutating func recordMisled() {
    lastRatio = 1
    interval = 0
  }
}
