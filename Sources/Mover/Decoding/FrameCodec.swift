public import FrameEngine

/// Unpacks and packs the chunks of all codecs: in this process where our own code can, in one apart
/// where only OpenEXR can (`PixelCodec.decoding`).
///
/// One owner at a time: each thread has its own. The process apart starts with the first chunk that
/// needs it.
public struct FrameCodec: ~Copyable, Sendable {
  private var decoder = ChunkDecoder()
  private var encoder: ChunkEncoder
  private var isolated: IsolatedCodec

  /// A codec over the program `decoder`. `level` is libdeflate's, for packing ZIPS, ZIP and PXR24:
  /// 1 (fast) to 12 (small).
  public init(
    decoder program: DecoderProgram, limits: DecoderLimits = DecoderLimits(), level: Int = 4
  ) {
    encoder = ChunkEncoder(level: level)
    isolated = IsolatedCodec(program, limits: limits)
  }

  /// Unpacks a chunk into `target`, whose length is `shape.byteCount`. Returns how many bytes
  /// follow the packed stream: more than 0 is for `chunkSlack`. On failure the bytes of `target`
  /// are undefined.
  ///
  /// Throws what `ChunkDecoder` and `IsolatedCodec` throw; `codecUnsupported` for codecs that
  /// nobody here unpacks.
  public mutating func decode(
    _ packed: RawSpan, _ codec: PixelCodec, _ shape: ChunkShape, into target: inout MutableRawSpan
  ) throws(ChunkFault) -> Int {
    switch codec.decoding {
    case .here: try decoder.decode(packed, codec, shape, into: &target)
    case .isolated: try isolated.decode(packed, codec, shape, into: &target)
    case .unsupported: throw FrameCodec.unsupported(codec)
    }
  }

  /// Packs a chunk into `packed`, whose content is replaced: stored as it is where packing does
  /// not shrink it. `quality` is what DWA may lose (OpenEXR's `dwaCompressionLevel`).
  ///
  /// Throws what `ChunkEncoder` and `IsolatedCodec` throw.
  public mutating func encode(
    _ unpacked: RawSpan, _ codec: PixelCodec, _ shape: ChunkShape, quality: Float = 45,
    into packed: inout [UInt8]
  ) throws(ChunkFault) {
    switch codec.decoding {
    case .here: try encoder.encode(unpacked, codec, shape, into: &packed)
    case .isolated:
      try isolated.encode(unpacked, codec, shape, quality: quality, into: &packed)
    case .unsupported: throw FrameCodec.unsupported(codec)
    }
  }

  private static func unsupported(_ codec: PixelCodec) -> ChunkFault {
    ChunkFault(.codecUnsupported, "\(codec.name) is neither unpacked nor packed here")
  }
}
