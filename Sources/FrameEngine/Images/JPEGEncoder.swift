internal import CJPEG

/// Packs pictures as JPEG, by TurboJPEG. Owns its compressor: one a thread.
@safe public struct JPEGEncoder: ~Copyable {
  private let compressor: tjhandle

  /// A compressor. Fails only if memory does.
  public init() throws(ImageCodingError) {
    guard let compressor = unsafe tjInitCompress() else {
      throw ImageCodingError(reason: "no JPEG compressor can be made")
    }
    unsafe self.compressor = compressor
  }

  deinit { unsafe tjDestroy(compressor) }

  /// The bytes of a JPEG file; alpha is left out.
  ///
  /// - Parameter quality: 1 to 100. From 90 on, colour has the full resolution, below it half.
  ///
  /// Fails for a side beyond 65,500 pixels, the format's limit.
  public mutating func encode(
    _ bitmap: Bitmap, quality: Int = 90
  ) throws(ImageCodingError) -> [UInt8] {
    precondition((1...100).contains(quality), "a quality is 1 to 100")
    guard max(bitmap.width, bitmap.height) <= 65500 else {
      throw ImageCodingError(reason: "a JPEG side has at most 65,500 pixels")
    }
    let sampling = quality >= 90 ? TJSAMP_444 : TJSAMP_420
    let format = bitmap.hasAlpha ? TJPF_RGBX : TJPF_RGB
    let (width, height) = (Int32(bitmap.width), Int32(bitmap.height))
    var count = tjBufSize(width, height, Int32(sampling.rawValue))
    let handle = unsafe compressor
    let packed = unsafe [UInt8](unsafeUninitializedCapacity: Int(count)) { target, written in
      var start = target.baseAddress
      let failed = unsafe tjCompress2(
        handle, bitmap.bytes, width, 0, height, format.rawValue, &start, &count,
        Int32(sampling.rawValue), Int32(quality), TJFLAG_NOREALLOC)
      written = failed == 0 ? Int(count) : 0
    }
    guard !packed.isEmpty else {
      let message = unsafe String(cString: tjGetErrorStr2(handle))
      throw ImageCodingError(reason: "the picture cannot be packed as JPEG: \(message)")
    }
    return packed
  }
}
