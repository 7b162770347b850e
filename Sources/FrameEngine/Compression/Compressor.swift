/// Packs chunks: raw, zstd, or shuffled and zstd, whichever a cheap look at the bytes suggests.
///
/// One a thread. Holds two zstd contexts and two scratch buffers of `Limits.chunkBytes`, and
/// allocates nothing for a chunk. The same bytes with the same hint give the same payload, on any
/// machine with the same zstd.
public struct Compressor: ~Copyable, Sendable {
  /// The zstd level that `encode` uses.
  public let level: Int32

  private var encoder: ZstdEncoder
  private var prober: ZstdEncoder
  private var stored = Scratch(capacity: Limits.chunkBytes)
  private var planes = Scratch(capacity: Limits.chunkBytes)
  private var sample = Scratch(capacity: 4 * Recipe.trialSliceBytes)
  private var storedCount = 0

  /// The zstd level that the project's measurements chose.
  public static var defaultLevel: Int32 { Recipe.level }

  /// A compressor of zstd level `level`: -7 (fastest) to 19.
  public init(level: Int32 = Compressor.defaultLevel) {
    precondition(level >= -7 && level <= 19 && level != 0)
    self.level = level
    encoder = ZstdEncoder(level: level)
    prober = ZstdEncoder(level: Recipe.probeLevel)
  }

  /// What the last `encode` or `encodePlain` stored; empty if it answered `raw`, for then the
  /// source itself is the payload.
  public var payload: RawSpan {
    @_lifetime(borrow self) borrowing get { stored.bytes(storedCount) }
  }

  /// Packs the chunk `bytes` (at most `Limits.chunkBytes`), the next of the file that `hint`
  /// belongs to. The payload is always shorter than the bytes, unless the answer is `raw`.
  public mutating func encode(_ bytes: RawSpan, hint: inout StrideHint) -> Encoding {
    precondition(bytes.byteCount <= Limits.chunkBytes)
    storedCount = 0
    if hint.wantsProbe && !seemsCompressible(bytes) {
      hint.recordProbedRaw()
      return .raw
    }
    if hint.wantsTrial { hint.choose(stride: bestStride(of: bytes)) }
    guard let count = pack(bytes, as: hint.encoding) else {
      hint.recordMisled()
      return .raw
    }
    hint.record(stored: count, plain: bytes.byteCount)
    storedCount = count
    return hint.encoding
  }

  /// Packs a metadata record (at most `Limits.metadataBytes`) with zstd at `level`, without any
  /// probe: `zstd`, or `raw` if that is not shorter.
  public mutating func encodePlain(_ bytes: RawSpan, level: Int32 = 3) -> Encoding {
    precondition(bytes.byteCount <= Limits.metadataBytes)
    storedCount = 0
    guard bytes.byteCount >= Recipe.smallest else { return .raw }
    stored.reserve(bytes.byteCount)
    let limit = bytes.byteCount - 1
    guard let count = encoder.encode(bytes, level: level, into: &stored, limit: limit) else {
      return .raw
    }
    storedCount = count
    return .zstd
  }

  private mutating func pack(_ bytes: RawSpan, as encoding: Encoding) -> Int? {
    let count = bytes.byteCount
    guard count >= Recipe.smallest else { return nil }
    guard encoding.stride > 0 else {
      return encoder.encode(bytes, level: level, into: &stored, limit: count - 1)
    }
    planes.shuffle(bytes, encoding)
    return encoder.encode(
      planes, count: count, level: level, planes: true, into: &stored, limit: count - 1)
  }

  /// Packs three slices of the chunk and asks whether that saved anything worth having.
  private mutating func seemsCompressible(_ bytes: RawSpan) -> Bool {
    let count = bytes.byteCount
    guard count >= Recipe.leastProbedBytes else { return true }
    let size = Recipe.probeSliceBytes
    for (slice, start) in [0, (count - size) / 2, count - size].enumerated() {
      sample.copy(bytes.extracting(start..<start + size), at: slice * size)
    }
    let limit = 3 * size - 3 * size / Recipe.leastSaving
    return prober.encode(
      sample, count: 3 * size, level: Recipe.probeLevel, into: &stored, limit: limit) != nil
  }

  /// The stride whose differenced planes pack smallest, on a sample of the chunk; 0 if the plain
  /// bytes do, or if they are text.
  private mutating func bestStride(of bytes: RawSpan) -> UInt8 {
    let count = takeSample(of: bytes)
    guard count >= Recipe.trialPhase, !sample.looksLikeText(count) else { return 0 }
    var winner: UInt8 = 0
    var least =
      prober.encode(
        sample, count: count, level: Recipe.trialLevel, planes: true, into: &stored, limit: count)
      ?? count
    for strides in [Recipe.baseStrides, Recipe.vectorStrides] {
      for stride in strides {
        planes.shuffle(sample, count: count, .shuffled(stride: stride, delta: true))
        let packed = prober.encode(
          planes, count: count, level: Recipe.trialLevel, planes: true, into: &stored,
          limit: least - 1)
        guard let packed else { continue }
        least = packed
        winner = stride
      }
      if winner == 0 { break }
    }
    return winner
  }

  /// Fills the sample with four slices spread over the chunk, or all of it; the sample's length.
  private mutating func takeSample(of bytes: RawSpan) -> Int {
    let size = Recipe.trialSliceBytes
    guard bytes.byteCount > 4 * size else {
      sample.copy(bytes, at: 0)
      return bytes.byteCount
    }
    let step = (bytes.byteCount - size) / 3 / Recipe.trialPhase * Recipe.trialPhase
    for slice in 0..<4 {
      sample.copy(bytes.extracting(slice * step..<slice * step + size), at: slice * size)
    }
    return 4 * size
  }
}
