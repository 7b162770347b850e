internal import CZstd

/// The header of a zstd frame (RFC 8878, section 3.1.1.1), read before the decoder sees the frame.
struct ZstdFrame {
  /// The largest window that a reader accepts, as a power of two.
  static let windowLogLimit: Int32 = 21

  /// Bytes that the frame says it decodes to; `nil` if it does not say.
  let contentByteCount: UInt64?
  /// Bytes of history that a decoder must keep.
  let windowByteCount: UInt64
  /// The dictionary that the frame names; 0 for none.
  let dictionary: UInt32
  /// Bytes of the frame with header and all blocks, by their declared sizes.
  let byteCount: Int

  /// Reads the header of the frame at the start of `source` and walks its block headers.
  init(_ source: RawSpan) throws(FormatError) {
    var reader = ByteReader(source)
    guard try reader.u32() == 0xFD2F_B528 else {
      throw FormatError(.malformed, at: 0, "the payload is no zstd frame")
    }
    let descriptor = try reader.u8()
    guard descriptor & 0x08 == 0 else {
      throw FormatError(.malformed, at: 4, "a reserved bit of the zstd frame is set")
    }
    let isSingleSegment = descriptor & 0x20 != 0
    var window: UInt64 = 0
    if !isSingleSegment {
      let byte = UInt64(try reader.u8())
      let base = UInt64(1) << (10 + (byte >> 3))
      window = base + base / 8 * (byte & 7)
    }
    dictionary =
      switch descriptor & 3 {
      case 0: 0
      case 1: UInt32(try reader.u8())
      case 2: UInt32(try reader.u16())
      default: try reader.u32()
      }
    let content: UInt64? =
      switch descriptor >> 6 {
      case 0: isSingleSegment ? UInt64(try reader.u8()) : nil
      case 1: UInt64(try reader.u16()) + 256
      case 2: UInt64(try reader.u32())
      default: try reader.u64()
      }
    contentByteCount = content
    windowByteCount = isSingleSegment ? content ?? 0 : window
    byteCount = unsafe source.withUnsafeBytes {
      unsafe ZSTD_findFrameCompressedSize($0.baseAddress, $0.count)
    }
  }

  /// Fails unless the frame is `byteCount` bytes long, declares `contentByteCount`, needs no
  /// dictionary and a window of no more than the limit.
  func verify(contentByteCount expected: Int, byteCount whole: Int) throws(FormatError) {
    guard let declared = contentByteCount, declared == UInt64(expected) else {
      let said = contentByteCount.map { "\($0) bytes" } ?? "no size"
      throw FormatError(
        .malformed, at: 5, "the zstd frame declares \(said); the record says \(expected) bytes")
    }
    guard windowByteCount <= UInt64(1) << ZstdFrame.windowLogLimit else {
      throw FormatError(.limit, at: 5, "the zstd frame wants a window of \(windowByteCount) bytes")
    }
    guard dictionary == 0 else {
      throw FormatError(.malformed, at: 5, "the zstd frame names dictionary \(dictionary)")
    }
    guard byteCount == whole else {
      throw FormatError(.malformed, at: 0, "the payload is not exactly one zstd frame")
    }
  }
}
