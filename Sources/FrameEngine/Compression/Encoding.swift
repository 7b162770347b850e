/// How a chunk's bytes are stored: what a decoder must undo, in the order of a record's header.
///
/// The bytes are shuffled first (`stride`), then differenced (`delta`), then packed by the codec.
public struct Encoding: Hashable, Sendable {
  /// The last step of encoding. The raw value is the codec number of the format; number 3 is kept
  /// for chunks packed against a base chunk.
  public enum Codec: UInt8, Hashable, Sendable {
    /// The bytes as they are; never shuffled.
    case raw = 0
    /// One zstd frame that declares its content size.
    case zstd = 1
    /// One zstd frame packed with a dictionary. Reserved: nothing writes it, and a reader refuses.
    case zstdDictionary = 2
  }

  /// The last step of encoding.
  public let codec: Codec
  /// The width of the elements whose bytes were shuffled, 0 for none, at most `Limits.stride`.
  public let stride: UInt8
  /// Whether neighbouring shuffled bytes were replaced by their differences.
  public let delta: Bool

  /// The bytes as they are.
  public static let raw = Encoding(codec: .raw, stride: 0, delta: false)
  /// A zstd frame of the bytes in their own order.
  public static let zstd = Encoding(codec: .zstd, stride: 0, delta: false)

  /// A zstd frame of bytes shuffled with `stride` (2 to `Limits.stride`), differenced if `delta`.
  public static func shuffled(stride: UInt8, delta: Bool) -> Encoding {
    precondition(stride >= 2 && Int(stride) <= Limits.stride)
    return Encoding(codec: .zstd, stride: stride, delta: delta)
  }

  /// An encoding from the fields of a record's header; `nil` if the format has none such: an
  /// unknown codec, a stride of 1 or beyond the limit, a difference without a shuffle, or a
  /// shuffle without zstd.
  public init?(codec number: UInt8, stride: UInt8, delta: Bool) {
    guard let codec = Codec(rawValue: number) else { return nil }
    guard stride != 1, Int(stride) <= Limits.stride, stride > 0 || !delta else { return nil }
    guard stride == 0 || codec == .zstd else { return nil }
    self.init(codec: codec, stride: stride, delta: delta)
  }

  private init(codec: Codec, stride: UInt8, delta: Bool) {
    self.codec = codec
    self.stride = stride
    self.delta = delta
  }
}
