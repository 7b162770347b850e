/// What a file is that is no EXR, by its first bytes: renderers and nodes write other formats under
/// a frame's name.
enum ForeignKind {
  private static let starts: [(bytes: [UInt8], name: String)] = [
    ([0x89, 0x50, 0x4E, 0x47], "a PNG image"),
    ([0xFF, 0xD8, 0xFF], "a JPEG image"),
    ([0x49, 0x49, 0x2A, 0x00], "a TIFF image"),
    ([0x4D, 0x4D, 0x00, 0x2A], "a TIFF image"),
    ([0x49, 0x49, 0x2B, 0x00], "a BigTIFF image"),
    ([0x4D, 0x4D, 0x00, 0x2B], "a BigTIFF image"),
    (Array("SDPX".utf8), "a DPX image"),
    (Array("XPDS".utf8), "a DPX image"),
    ([0x80, 0x2A, 0x5F, 0xD7], "a Cineon image"),
    (Array("#?RADIANCE".utf8), "a Radiance HDR image"),
    (Array("#?RGBE".utf8), "a Radiance HDR image"),
    (Array("8BPS".utf8), "a Photoshop document"),
    (Array("BM".utf8), "a BMP image"),
    (Array("GIF8".utf8), "a GIF image"),
    (Array("RIFF".utf8), "a RIFF file, such as WebP or AVI"),
    (Array("DDS ".utf8), "a DDS texture"),
    (Array("VRim".utf8), "a V-Ray image"),
    ([0x00, 0x00, 0x00, 0x0C, 0x6A, 0x50], "a JPEG 2000 image"),
    ([0xFF, 0x4F, 0xFF, 0x51], "a JPEG 2000 stream"),
    ([0x50, 0x4B, 0x03, 0x04], "a ZIP archive"),
    ([0x1F, 0x8B], "gzip data"),
    ([0x28, 0xB5, 0x2F, 0xFD], "zstd data"),
    (Array("%PDF".utf8), "a PDF document"),
    (Array("<?xml".utf8), "an XML document"),
    (Array("<!DOCTYPE".utf8), "an HTML page"),
    (Array("<html".utf8), "an HTML page"),
    (Array("version https://git-lfs".utf8), "a Git LFS pointer"),
    ([0x01, 0x31, 0x2F, 0x76], "an EXR file with its bytes swapped"),
  ]

  /// A noun phrase for a file that starts with `bytes`.
  static func name(of bytes: RawSpan) -> String {
    let head = bytes.copy(0..<min(bytes.byteCount, 64))
    if let known = starts.first(where: { head.starts(with: $0.bytes) }) { return known.name }
    if head.allSatisfy({ $0 == 0 }) { return "zero bytes" }
    if head.allSatisfy({ $0 >= 0x20 && $0 < 0x7F || $0 == 9 || $0 == 10 || $0 == 13 }) {
      return "text"
    }
    return "data that starts with \(Array(head.prefix(4)).hex)"
  }
}
