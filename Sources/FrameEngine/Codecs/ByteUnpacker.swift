/// Unpacks pieces whose bytes a codec takes as they come, whatever they mean: the whole chunks of
/// RLE, ZIPS and ZIP, and the two pieces of a deep chunk. Lends the planes of PXR24 as well.
struct ByteUnpacker: ~Copyable, Sendable {
  private var inflater = Inflater()
  private var planes = Scratch(capacity: 0)

  /// Fills `target` from `packed`, of `none`, `rle`, `zips` or `zip`. Returns how many bytes follow
  /// the packed stream. On failure `target`'s bytes are undefined, and nothing else was written.
  mutating func unpack(
    _ packed: RawSpan, _ codec: PixelCodec, into target: inout MutableRawSpan
  ) throws(ChunkFault) -> Int {
    let count = target.byteCount
    if try ByteUnpacker.copyStored(packed, codec, into: &target) { return 0 }
    var slack = 0
    if codec == .rle {
      planes.reserve(count)
      try RunLengths.unpack(packed, into: &planes, count: count)
    } else {
      slack = try inflate(packed, count: count)
    }
    BytePlanes.join(inflated(count), into: &target)
    return slack
  }

  /// Fills the first `count` bytes of `target` likewise, making room for them.
  mutating func unpack(
    _ packed: RawSpan, _ codec: PixelCodec, into target: inout Scratch, count: Int
  ) throws(ChunkFault) -> Int {
    target.reserve(count)
    var bytes = target.mutableBytes(count)
    return try unpack(packed, codec, into: &bytes)
  }

  /// Inflates a zlib stream to `count` bytes, for `inflated` to lend. Returns how many bytes follow
  /// the stream.
  mutating func inflate(_ packed: RawSpan, count: Int) throws(ChunkFault) -> Int {
    planes.reserve(count)
    return try inflater.inflate(packed, into: &planes, count: count)
  }

  /// What `inflate` made last.
  @_lifetime(borrow self)
  borrowing func inflated(_ count: Int) -> RawSpan { planes.bytes(count) }

  /// Copies `packed` over `target` if it was stored as it is, which its size alone says.
  ///
  /// - Throws: `chunkSize` if no codec makes that size.
  static func copyStored(
    _ packed: RawSpan, _ codec: PixelCodec, into target: inout MutableRawSpan
  ) throws(ChunkFault) -> Bool {
    let (stored, whole) = (packed.byteCount, target.byteCount)
    if stored == whole {
      target.copy(packed)
      return true
    }
    guard stored > 0, stored < whole, codec != .none else {
      throw ChunkFault(
        .chunkSize,
        codec == .none
          ? "\(counted(stored, "byte", "is", "are")) stored unpacked where there should be \(whole)"
          : "\(counted(stored, "packed byte", "stands", "stand")) for \(whole)")
    }
    return false
  }
}
