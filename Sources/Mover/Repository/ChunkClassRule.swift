import FrameEngine

/// Which chunk class a file has: by its kind, never by its size, so that a file which grows keeps
/// its class and its chunks.
struct ChunkClassRule: Sendable {
  private let fixed: ChunkClass?

  /// The repository's one class, or `nil` to choose by kind.
  init(_ fixed: ChunkClass?) { self.fixed = fixed }

  /// The class of joined small files.
  var small: ChunkClass { fixed ?? .k64 }

  /// The class of a file with this extension.
  func chunkClass(ofExtension fileExtension: [UInt8]) -> ChunkClass {
    if let fixed { return fixed }
    let text = String(decoding: fileExtension, as: UTF8.self).lowercased()
    return ChunkClassRule.packed.contains(text) ? .k256 : .k64
  }

  /// Images, caches, films and archives: written whole or appended to, hardly ever edited inside.
  private static let packed: Set<String> = [
    "exr", "tx", "tex", "rat", "tif", "tiff", "dpx", "hdr", "png", "jpg", "jpeg", "psd", "tga",
    "vdb", "abc", "bgeo", "sc", "mov", "mp4", "mxf", "mkv", "avi", "wav", "zip", "gz", "zst", "xz",
    "bz2", "7z", "rar", "tar", "iso",
  ]
}
