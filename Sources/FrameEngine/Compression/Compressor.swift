/// Packs chunks: raw, zstd, or shuffled and zstd, whichever a cheap look at the bytes suggests.
///
/// One a thread. Holds two zstd contexts and scratch buffers of `Limits.chunkBytes`, and
/// allocates nothing for a chunk. The same bytes with the same hint give the same payload, on any
/// machine with the same zstd.
public struct Compressor: ~Copyable, Sendable {
  /// The zstd level that `encode` uses.
  public let level: Int32

  private var encoder: ZstdEncoder
  private var prober: ZstdEncoder
  private var stored = Scratch(capacity: Limits.chunkBytes)
  private var planes = Scratch(capacity: Limits.chunkBytes)
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
    guard seemsCompressible(bytes) else { return .raw }
    if hint.wantsTrial { tryStrides(on: bytes, hint: &hint) }
    let encoding = hint.encoding
    guard let count = pack(bytes, as: encoding) else { return .raw }
    hint.record(stored: count, plain: bytes.byteCount)
    storedCount = count
    return encoding
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
    let limit = bytes.byteCount - 1
    guard encoding.stride > 0 else {
      return encoder.encode(bytes, level: level, into: &stored, limit: limit)
    }
    planes.shuffle(bytes, encoding)
    return encoder.encode(
      planes, count: bytes.byteCount, level: level, into: &stored, limit: limit)
  }

  /// Packs three slices of the chunk and asks whether that saved anything worth having.
  private mutating func seemsCompressible(_ bytes: RawSpan) -> Bool {
    let count = bytes.byteCount
    guard count >= Recipe.smallest else { return false }
    if count < Recipe.wholeProbeBytes { return true }
    let size = Recipe.sliceBytes
    planes.copy(bytes.extracting(first: size), at: 0)
    planes.copy(
      bytes.extracting(droppingFirst: (count - size) / 2).extracting(first: size), at: size)
    planes.copy(bytes.extracting(last: size), at: 2 * size)
    let limit = 3 * size - 3 * size / Recipe.leastSaving
    return prober.encode(
      planes, count: 3 * size, level: Recipe.probeLevel, into: &stored, limit: limit) != nil
  }

  /// Packs the chunk's start with each stride, then with differences on top of the winner, and
  /// tells the hint which was smallest.
  private mutating func tryStrides(on bytes: RawSpan, hint: inout StrideHint) {
    let sample = bytes.extracting(first: min(bytes.byteCount, Recipe.trialBytes))
    var best = tryEncoding(.zstd, on: sample) ?? sample.byteCount
    var stride: UInt8 = 0
    for candidate in Recipe.strides {
      guard let count = tryEncoding(.shuffled(stride: candidate, delta: false), on: sample),
        count < best
      else { continue }
      best = count
      stride = candidate
    }
    guard stride > 0 else { return hint.choose(stride: 0, delta: false) }
    let differenced = tryEncoding(.shuffled(stride: stride, delta: true), on: sample) ?? best
    hint.choose(stride: stride, delta: differenced < best)
  }

  private mutating func tryEncoding(_ encoding: Encoding, on sample: RawSpan) -> Int? {
    let limit = sample.byteCount - 1
    guard encoding.stride > 0 else {
      return prober.encode(sample, level: Recipe.probeLevel, into: &stored, limit: limit)
    }
    planes.shuffle(sample, encoding)
    return prober.encode(
      planes, count: sample.byteCount, level: Recipe.probeLevel, into: &stored, limit: limit)
  }
}
