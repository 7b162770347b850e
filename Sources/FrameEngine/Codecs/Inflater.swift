internal import CDeflate

/// One libdeflate decompressor: whole zlib streams (RFC 1950) from untrusted sources, unpacked into
/// memory of the expected size.
@safe struct Inflater: ~Copyable, @unchecked Sendable {
  private let handle: OpaquePointer

  init() {
    guard let handle = unsafe libdeflate_alloc_decompressor() else {
      fatalError("no memory for a deflate decompressor")
    }
    unsafe self.handle = unsafe handle
  }

  deinit { unsafe libdeflate_free_decompressor(handle) }

  /// Fills `target` from the zlib stream that `packed` starts with. Returns how many bytes follow
  /// the stream. On failure `target`'s bytes are undefined, and nothing else was written.
  ///
  /// - Throws: `chunkChecksum` if the stream unpacks, but not to the bytes its Adler-32 was taken
  ///   of; `chunkShort` if it is whole and ends early; `chunkCorrupt` otherwise.
  mutating func inflate(
    _ packed: RawSpan, into target: inout MutableRawSpan
  ) throws(ChunkFault) -> Int {
    let outcome = unsafe run(libdeflate_zlib_decompress_ex, packed, into: &target)
    switch outcome.result {
    case LIBDEFLATE_SUCCESS:
      guard outcome.produced == target.byteCount else {
        throw ChunkFault(
          .chunkShort, at: outcome.consumed,
          "the chunk unpacks to \(outcome.produced) of \(counted(target.byteCount, "byte"))")
      }
      return packed.byteCount - outcome.consumed
    case LIBDEFLATE_INSUFFICIENT_SPACE: throw Inflater.overflow(target.byteCount)
    default: throw explain(packed, &target)
    }
  }

  /// Fills the first `count` bytes of `target` likewise, which has room for them.
  mutating func inflate(
    _ packed: RawSpan, into target: inout Scratch, count: Int
  ) throws(ChunkFault) -> Int {
    var bytes = target.mutableBytes(count)
    return try inflate(packed, into: &bytes)
  }

  /// The C functions that unpack a stream, with or without the zlib wrapper.
  private typealias Unpacking = (
    OpaquePointer?, UnsafeRawPointer?, Int, UnsafeMutableRawPointer?, Int,
    UnsafeMutablePointer<Int>?, UnsafeMutablePointer<Int>?
  ) -> libdeflate_result

  private struct Outcome {
    var result = LIBDEFLATE_SUCCESS
    var consumed = 0
    var produced = 0
  }

  private func run(
    _ unpack: Unpacking, _ packed: RawSpan, into target: inout MutableRawSpan
  ) -> Outcome {
    var outcome = Outcome()
    unsafe target.withUnsafeMutableBytes { target in
      unsafe packed.withUnsafeBytes { packed in
        outcome.result = unsafe unpack(
          handle, packed.baseAddress, packed.count, target.baseAddress, target.count,
          &outcome.consumed, &outcome.produced)
      }
    }
    return outcome
  }

  /// What is wrong with a stream that libdeflate refused. It has one answer for a bad checksum and
  /// for all other damage, so the stream is unpacked again without its wrapper.
  private func explain(_ packed: RawSpan, _ target: inout MutableRawSpan) -> ChunkFault {
    let wrapper = (header: 2, checksum: 4)
    guard packed.byteCount >= wrapper.header + wrapper.checksum else {
      return ChunkFault(
        .chunkCorrupt, at: 0,
        "\(counted(packed.byteCount, "byte", "is", "are")) too few for a zlib stream")
    }
    let header = unsafe packed.unsafeLoadUnaligned(as: UInt16.self).bigEndian
    // Deflate, a window of at most 32 KiB, no preset dictionary, and the header's own check.
    guard header & 0x0F00 == 0x0800, header >> 12 <= 7, header & 0x20 == 0, header % 31 == 0 else {
      return ChunkFault(.chunkCorrupt, at: 0, "the chunk does not start as a zlib stream")
    }
    let body = packed.extracting(wrapper.header..<packed.byteCount - wrapper.checksum)
    let outcome = unsafe run(libdeflate_deflate_decompress_ex, body, into: &target)
    switch outcome.result {
    case LIBDEFLATE_SUCCESS: break
    case LIBDEFLATE_INSUFFICIENT_SPACE: return Inflater.overflow(target.byteCount)
    default:
      return ChunkFault(.chunkCorrupt, "the zlib stream is damaged, or cut off")
    }
    let place = wrapper.header + outcome.consumed
    let stored = unsafe packed.unsafeLoadUnaligned(fromByteOffset: place, as: UInt32.self).bigEndian
    let computed = unsafe target.withUnsafeBytes {
      unsafe libdeflate_adler32(1, $0.baseAddress, outcome.produced)
    }
    return ChunkFault(
      .chunkChecksum, at: place,
      "the Adler-32 of \(counted(outcome.produced, "byte")) unpacked is "
        + "\(String(computed, radix: 16)), "
        + "and \(String(stored, radix: 16)) is stored")
  }

  private static func overflow(_ expected: Int) -> ChunkFault {
    ChunkFault(.chunkCorrupt, "the chunk unpacks to more than \(counted(expected, "byte"))")
  }
}
