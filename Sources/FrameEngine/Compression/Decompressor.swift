/// Turns stored payloads back into the chunk's bytes. Trusts no payload.
///
/// One a thread; holds a zstd context and a scratch buffer of `Limits.chunkBytes`, and allocates
/// nothing for a chunk.
public struct Decompressor: ~Copyable, Sendable {
  private var decoder = ZstdDecoder()
  private var planes = Scratch(capacity: Limits.chunkBytes)

  /// A decompressor ready for any number of payloads.
  public init() {}

  /// Decodes `payload` into `target`, which must be exactly as long as the record says the plain
  /// bytes are. On failure nothing was written outside `target`, whose bytes are undefined then.
  ///
  /// - Throws: `FormatError` with an offset into the payload: `malformed` for a frame that is not
  ///   whole, declares another size or names a dictionary, or for an encoding that is reserved;
  ///   `limit` for a window or length beyond the limits; `corrupt` if the bytes do not decode.
  public mutating func decode(
    _ payload: RawSpan, _ encoding: Encoding, into target: inout MutableRawSpan
  ) throws(FormatError) {
    guard target.byteCount <= Limits.metadataBytes else {
      throw FormatError(
        .limit, at: 0, "\(target.byteCount) bytes exceed the largest record")
    }
    switch encoding.codec {
    case .raw:
      guard payload.byteCount == target.byteCount else {
        throw FormatError(
          .malformed, at: 0,
          "a raw payload of \(payload.byteCount) bytes stands for \(target.byteCount) bytes")
      }
      target.copy(payload)
    case .zstd where encoding.stride == 0:
      try decoder.decode(payload, into: &target)
    case .zstd:
      planes.reserve(target.byteCount)
      try decoder.decode(payload, into: &planes, count: target.byteCount)
      planes.unshuffle(encoding, into: &target)
    case .zstdDictionary:
      throw FormatError(.malformed, at: 0, "the payload needs a dictionary, and none is known")
    }
  }
}
