/// Packs the chunks that `ChunkDecoder` unpacks.
///
/// One a thread; holds a libdeflate compressor and two scratch buffers as large as the largest chunk
/// so far. The packed bytes depend on chunk, codec and level alone.
public struct ChunkEncoder: ~Copyable, Sendable {
  private var packer: BytePacker

  /// An encoder ready for any number of chunks. `level` is libdeflate's, for ZIPS, ZIP and PXR24: 1
  /// (fast) to 12 (small); 1 is smaller than zlib's 4 already, and three times as fast.
  public init(level: Int = 4) { packer = BytePacker(level: level) }

  /// Replaces `packed` by the packed bytes of a chunk: those of `unpacked` as they are where packing
  /// does not make them fewer, as the format demands. `packed` keeps its memory between calls.
  ///
  /// - Throws: `codecUnsupported` for codecs that are not packed in this process.
  public mutating func encode(
    _ unpacked: RawSpan, _ codec: PixelCodec, _ shape: ChunkShape, into packed: inout [UInt8]
  ) throws(ChunkFault) {
    precondition(unpacked.byteCount == shape.byteCount, "the source has the size of the chunk")
    switch codec {
    case .none, .rle, .zips, .zip: packer.pack(unpacked, codec, into: &packed)
    case .pxr24: packer.pack(unpacked, pxr24: shape, into: &packed)
    default:
      throw ChunkFault(.codecUnsupported, "\(codec.name) is not packed in this process")
    }
  }
}
