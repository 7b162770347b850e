internal import CPNG

/// Packs pictures as PNG: by libpng for a small file, else by `PNGRows`.
public struct PNGEncoder: Hashable, Sendable {
  /// Whether speed matters more than size.
  public var isFast: Bool

  /// An encoder, tuned for size unless said otherwise.
  public init(isFast: Bool = false) {
    self.isFast = isFast
  }

  /// The bytes of a PNG file: 8 bits a component, sRGB, with alpha if the picture has it.
  ///
  /// Fails if memory does, or for a side beyond 1,000,000 pixels, libpng's limit.
  public func encode(_ bitmap: Bitmap) throws(ImageCodingError) -> [UInt8] {
    if isFast {
      let (width, height) = (bitmap.width, bitmap.height)
      guard var rows = PNGRows(width: width, height: height, hasAlpha: bitmap.hasAlpha) else {
        throw ImageCodingError(reason: "a PNG of \(width) by \(height) pixels is too large")
      }
      return rows.append(bitmap.bytes) + rows.finish()
    }
    var image = unsafe farmio_png_image(
      UInt32(clamping: bitmap.width), UInt32(clamping: bitmap.height), bitmap.hasAlpha ? 1 : 0)
    defer { unsafe png_image_free(&image) }
    // What deflate can add to rows that do not shrink: 5 bytes to 16 KB, and a filter byte a row.
    let raw = bitmap.bytes.count + bitmap.height
    var count = raw + raw / 1000 + 1024
    let packed = unsafe [UInt8](unsafeUninitializedCapacity: count) { target, written in
      let done = unsafe bitmap.bytes.withUnsafeBufferPointer {
        unsafe png_image_write_to_memory(
          &image, target.baseAddress, &count, 0, $0.baseAddress, 0, nil)
      }
      written = done != 0 ? count : 0
    }
    guard !packed.isEmpty else {
      let message = unsafe withUnsafeBytes(of: image.message) {
        unsafe String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      throw ImageCodingError(reason: "the picture cannot be packed as PNG: \(message)")
    }
    return packed
  }
}
