/// Gathers the object IDs that stand in the pixels of Cryptomatte's ID channels.
public enum IDCollector {
  /// Adds to `ids` the distinct bit patterns of a 32-bit channel in a chunk, zero (nothing) left
  /// out. IDs come in runs along a row, so a pattern is looked up only where it changes.
  public static func collect(
    _ channel: Int, _ shape: ChunkShape, _ bytes: RawSpan, into ids: inout Set<UInt32>
  ) {
    guard shape.channels[channel].type.byteCount == 4 else { return }
    let samples = shape.samples(of: channel)
    var last: UInt32 = 0
    shape.forEachRow(of: channel) { _, offset in
      for index in 0..<samples {
        let id = bytes.u32(at: offset + index * 4)
        guard id != last else { continue }
        last = id
        if id != 0 { ids.insert(id) }
      }
    }
  }
}
