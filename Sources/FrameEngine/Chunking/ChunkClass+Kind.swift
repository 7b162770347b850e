extension ChunkClass {
  /// The class for files of this name: 256K for what is written once and as a whole (frames,
  /// textures, films, archives), 64K for what people save again and again, and for all the rest.
  ///
  /// By the extension alone, without regard to case, so that a file keeps its class as it grows.
  /// Why these: `docs/decisions/0003-compression-recipe.md`.
  public static func suited(to name: FileName) -> ChunkClass {
    let longest = 5
    guard let dot = name.bytes.suffix(longest + 1).lastIndex(of: UInt8(ascii: ".")) else {
      return .k64
    }
    var packed: UInt64 = 0
    for byte in name.bytes[(dot + 1)...] {
      let isUpper = byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z")
      packed = packed << 8 | UInt64(isUpper ? byte | 0x20 : byte)
    }
    return writtenWhole.contains(packed) ? .k256 : .k64
  }

  /// Extensions, packed eight bits a letter, of files that programs write whole.
  private static let writtenWhole: Set<UInt64> = Set(
    ([
      "exr", "dpx", "cin", "tif", "tiff", "tx", "tex", "rat", "hdr", "png", "jpg", "jpeg", "jp2",
      "tga", "bmp", "psd", "psb", "raw", "dng", "iff", "pic", "sxr", "deep",
      "mov", "mp4", "mxf", "mkv", "avi", "webm", "r3d", "braw", "ari", "wav", "aif", "aiff", "flac",
      "zip", "gz", "tgz", "xz", "bz2", "zst", "7z", "rar", "tar",
    ]).map { text in text.utf8.reduce(0) { $0 << 8 | UInt64($1) } })
}
