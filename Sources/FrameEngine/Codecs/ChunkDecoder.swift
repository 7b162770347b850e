/// Unpacks the chunks of scan lines and tiles that our own code can: none, RLE, ZIPS, ZIP and PXR24.
/// Trusts no byte of them.
///
/// One a thread; holds a libdeflate decompressor and a scratch buffer as large as the largest chunk
/// so far, and allocates nothing for a chunk otherwise. ZIP takes a twentieth longer than
/// libdeflate alone.
public struct ChunkDecoder: ~Copyable, Sendable {
  private var unpacker = ByteUnpacker()

  /// A decoder ready for any number of chunks.
  public init() {}

  /// Fills `target`, whose length is `shape.byteCount`, with the unpacked bytes of a chunk. Returns
  /// how many bytes follow the packed stream: more than 0 is for `chunkSlack`.
  ///
  /// A packed chunk as long as the unpacked one was stored as it is. On failure `target`'s bytes
  /// are undefined, and nothing else was written. The caller has checked `shape` against its limits.
  ///
  /// - Throws: `chunkSize` for a packed size that cannot be; `chunkChecksum` if the Adler-32 of a
  ///   zlib stream differs; `chunkShort` if it unpacks to too few bytes; `chunkCorrupt` if it
  ///   unpacks to too many, or not at all; `codecUnsupported` for the other codecs.
  public mutating func decode(
    _ packed: RawSpan, _ codec: PixelCodec, _ shape: ChunkShape, into target: inout MutableRawSpan
  ) throws(ChunkFault) -> Int {
    precondition(target.byteCount == shape.byteCount, "the target has the size of the chunk")
    switch codec {
    case .none, .rle, .zips, .zip:
      return try unpacker.unpack(packed, codec, into: &target)
    case .pxr24:
      if try ByteUnpacker.copyStored(packed, codec, into: &target) { return 0 }
      let count = PXR24.planesByteCount(shape)
      let slack = try unpacker.inflate(packed, count: count)
      PXR24.join(unpacker.inflated(count), shape, into: &target)
      return slack
    default:
      throw ChunkFault(.codecUnsupported, "\(codec.name) is not unpacked in this process")
    }
  }
}
