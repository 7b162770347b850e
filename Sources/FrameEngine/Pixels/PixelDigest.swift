/// The digest of all pixels of a part. It does not depend on the codec, nor on how many lines a
/// chunk holds; it does on channels, data window and tiling.
///
/// BLAKE3 over, all integers little-endian:
///
/// 1. the eight bytes `EXRPIXEL`; the four corners of the data window, i64 each (left, top, right,
///    bottom); u32 width and height of a tile and u32 level mode, all zero for scan lines;
/// 2. u32 number of channels; of each, in file order: u32 bytes of its name, the name as UTF-8,
///    i32 sample type, u32 xSampling, u32 ySampling;
/// 3. by rising chunk number, for each line of a scan-line chunk: i64 y, and the 32-byte BLAKE3 of
///    the line's unpacked bytes; for each tile: i64 level x, level y, tile x, tile y, and the
///    BLAKE3 of the tile's unpacked bytes.
///
/// Chunks that could not be decoded are left out, which makes another digest.
public struct PixelDigest: Sendable {
  private var hasher = BLAKE3Hasher()

  /// Starts the digest of a part.
  public init(window: Window, channels: [Channel], tiles: TileDescription?) {
    var header = ByteWriter()
    header.append(contentsOf: Array("EXRPIXEL".utf8))
    for corner in [window.minX, window.minY, window.maxX, window.maxY] {
      header.append(Int64(corner))
    }
    header.append(UInt32(tiles?.width ?? 0))
    header.append(UInt32(tiles?.height ?? 0))
    header.append(UInt32(tiles?.mode.rawValue ?? 0))
    header.append(UInt32(channels.count))
    for channel in channels {
      let name = Array(channel.name.utf8)
      header.append(UInt32(name.count))
      header.append(contentsOf: name)
      header.append(UInt32(bitPattern: channel.type.rawValue))
      header.append(UInt32(channel.xSampling))
      header.append(UInt32(channel.ySampling))
    }
    hasher.update(header.bytes)
  }

  /// Adds the digests of the next chunk: one a line, or the tile's.
  public mutating func append(_ region: ChunkRegion, _ digests: [Digest]) {
    var entry = ByteWriter(capacity: digests.count * 40)
    if let tile = region.tile {
      for number in [region.level.x, region.level.y, tile.x, tile.y] { entry.append(Int64(number)) }
      for digest in digests { entry.append(digest) }
    } else {
      for (line, digest) in digests.enumerated() {
        entry.append(Int64(region.window.minY + line))
        entry.append(digest)
      }
    }
    hasher.update(entry.bytes)
  }

  /// The digest of all chunks so far.
  public func finalize() -> Digest { hasher.finalize() }
}
