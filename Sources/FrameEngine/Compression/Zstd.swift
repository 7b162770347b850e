internal import CZstd

/// One zstd compression context with its level: frames without checksum, with their content size.
///
/// Costs about 1 MB of memory at level 3 and 64 KiB chunks; allocates on first use only.
@safe struct ZstdEncoder: ~Copyable, @unchecked Sendable {
  /// The parameters that differ between calls.
  private struct Tuning: Equatable {
    var level: Int32
    var isForPlanes = false
    var isLarge = false
  }

  private let context: OpaquePointer
  private var tuning: Tuning

  init(level: Int32) {
    guard let context = unsafe ZSTD_createCCtx() else {
      fatalError("no memory for a zstd compression context")
    }
    unsafe self.context = unsafe context
    tuning = Tuning(level: level)
    set(ZSTD_c_compressionLevel, level)
    set(ZSTD_c_checksumFlag, 0)
    set(ZSTD_c_contentSizeFlag, 1)
  }

  deinit { unsafe ZSTD_freeCCtx(context) }

  /// Packs `source` into one frame at the start of `target`, with a window log of at most 21.
  /// Returns the frame's length, or `nil` if it would be longer than `limit`: the target's bytes
  /// are undefined then. `planes` says that the bytes were shuffled: long repeats are rare there,
  /// so up to level 1 a small table that stays in the first cache finds as much, and faster.
  mutating func encode(
    _ source: RawSpan, level wanted: Int32, planes: Bool = false, into target: inout Scratch,
    limit: Int
  ) -> Int? {
    // A known size caps the window already, except for metadata records of more than 2 MiB.
    let isLarge = source.byteCount > Limits.chunkBytes
    tune(to: Tuning(level: wanted, isForPlanes: planes && wanted <= 1, isLarge: isLarge))
    var room = target.mutableBytes(limit)
    let count = unsafe room.withUnsafeMutableBytes { target in
      unsafe source.withUnsafeBytes { source in
        unsafe ZSTD_compress2(
          context, target.baseAddress, target.count, source.baseAddress, source.count)
      }
    }
    guard ZSTD_isError(count) != 0 else { return count }
    guard ZSTD_getErrorCode(count) == ZSTD_error_dstSize_tooSmall else {
      fatalError("zstd cannot compress: \(unsafe String(cString: ZSTD_getErrorName(count)))")
    }
    // The frame was left half written.
    _ = unsafe ZSTD_CCtx_reset(context, ZSTD_reset_session_only)
    return nil
  }

  /// Packs the first `count` bytes of `source` likewise.
  mutating func encode(
    _ source: borrowing Scratch, count: Int, level: Int32, planes: Bool = false,
    into target: inout Scratch, limit: Int
  ) -> Int? {
    encode(source.bytes(count), level: level, planes: planes, into: &target, limit: limit)
  }

  private mutating func tune(to wanted: Tuning) {
    guard wanted != tuning else { return }
    set(ZSTD_c_compressionLevel, wanted.level)
    set(ZSTD_c_hashLog, wanted.isForPlanes ? 10 : 0)
    set(ZSTD_c_minMatch, wanted.isForPlanes ? 7 : 0)
    set(ZSTD_c_windowLog, wanted.isLarge ? ZstdFrame.windowLogLimit : 0)
    tuning = wanted
  }

  private func set(_ parameter: ZSTD_cParameter, _ value: Int32) {
    let result = unsafe ZSTD_CCtx_setParameter(context, parameter, value)
    precondition(ZSTD_isError(result) == 0, "zstd refuses a parameter")
  }
}

/// One zstd decompression context, for frames from untrusted sources.
///
/// Decodes straight into the target, so that no window is allocated: about 160 KB, once.
@safe struct ZstdDecoder: ~Copyable, @unchecked Sendable {
  private let context: OpaquePointer

  init() {
    guard let context = unsafe ZSTD_createDCtx() else {
      fatalError("no memory for a zstd decompression context")
    }
    unsafe self.context = unsafe context
  }

  deinit { unsafe ZSTD_freeDCtx(context) }

  /// Unpacks `source`, which must be one whole frame that declares `target`'s size as its content
  /// size and fills it; its header is checked before anything is decoded.
  mutating func decode(
    _ source: RawSpan, into target: inout MutableRawSpan
  ) throws(FormatError) {
    try ZstdFrame(source).verify(contentByteCount: target.byteCount, byteCount: source.byteCount)
    let expected = target.byteCount
    let count = unsafe target.withUnsafeMutableBytes { target in
      unsafe source.withUnsafeBytes { source in
        unsafe ZSTD_decompressDCtx(
          context, target.baseAddress, target.count, source.baseAddress, source.count)
      }
    }
    guard ZSTD_isError(count) == 0 else {
      throw FormatError(
        .corrupt, at: 0,
        "zstd cannot decode the payload: \(unsafe String(cString: ZSTD_getErrorName(count)))")
    }
    guard count == expected else {
      throw FormatError(.corrupt, at: 0, "the payload decodes to \(count) of \(expected) bytes")
    }
  }

  /// Unpacks `source` likewise into the first `count` bytes of `target`.
  mutating func decode(
    _ source: RawSpan, into target: inout Scratch, count: Int
  ) throws(FormatError) {
    var bytes = target.mutableBytes(count)
    try decode(source, into: &bytes)
  }
}
