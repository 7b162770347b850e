/// Packs pieces as `ByteUnpacker` takes them.
struct BytePacker: ~Copyable, Sendable {
  private var deflater: Deflater
  private var planes = Scratch(capacity: 0)
  private var output = Scratch(capacity: 0)

  /// A packer whose zlib streams are of libdeflate's `level`.
  init(level: Int) { deflater = Deflater(level: level) }

  /// Replaces `packed` by `source` packed as `none`, `rle`, `zips` or `zip` has it; by a copy of
  /// `source` where that is not shorter.
  mutating func pack(_ source: RawSpan, _ codec: PixelCodec, into packed: inout [UInt8]) {
    guard codec != .none else { return BytePacker.store(source, into: &packed) }
    planes.reserve(source.byteCount)
    var bytes = planes.mutableBytes(source.byteCount)
    BytePlanes.split(source, into: &bytes)
    finish(count: source.byteCount, source, codec, into: &packed)
  }

  /// Replaces `packed` by the planes of PXR24 of a chunk, packed; or by a copy likewise.
  mutating func pack(_ source: RawSpan, pxr24 shape: ChunkShape, into packed: inout [UInt8]) {
    let count = PXR24.planesByteCount(shape)
    planes.reserve(count)
    var bytes = planes.mutableBytes(count)
    PXR24.split(source, shape, into: &bytes)
    finish(count: count, source, .pxr24, into: &packed)
  }

  /// Packs the first `count` bytes of the planes, which stand for `source`.
  private mutating func finish(
    count: Int, _ source: RawSpan, _ codec: PixelCodec, into packed: inout [UInt8]
  ) {
    // Only what is shorter can be told from what was stored as it is.
    let limit = max(source.byteCount - 1, 0)
    output.reserve(limit)
    let length =
      codec == .rle
      ? RunLengths.pack(planes, count: count, into: &output, limit: limit)
      : deflater.deflate(planes, count: count, into: &output, limit: limit)
    guard let length else { return BytePacker.store(source, into: &packed) }
    BytePacker.store(output.bytes(length), into: &packed)
  }

  private static func store(_ bytes: RawSpan, into packed: inout [UInt8]) {
    packed.removeAll(keepingCapacity: true)
    unsafe bytes.withUnsafeBytes { unsafe packed.append(contentsOf: $0) }
  }
}
