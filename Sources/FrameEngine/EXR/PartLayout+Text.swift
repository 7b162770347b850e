/// Leaders and regions in words.
extension PartLayout {
  /// What a leader names.
  func describe(_ leader: ChunkLeader) -> String {
    let part = isMultiPart ? "part \(leader.part), " : ""
    return part
      + (grid.isTiled ? describe(leader.tile, leader.level) : "line \(leader.y)")
  }

  /// What the leader of this region should name.
  func describe(_ region: ChunkRegion) -> String {
    let part = isMultiPart ? "part \(number), " : ""
    return part
      + (region.tile.map { describe($0, region.level) } ?? "line \(region.window.minY)")
  }

  /// What is wrong with the sizes of a leader.
  func describeSizes(_ leader: ChunkLeader, _ region: ChunkRegion) -> String {
    let index = region.index
    if part.kind.isDeep {
      return
        "chunk \(index) has \(counted(leader.tableSize, "byte")) of counts and"
        + " \(leader.packedSize) of"
        + " samples, which are \(leader.unpackedSize) unpacked"
    }
    let unpacked = grid.unpackedByteCount(of: region)
    if leader.packedSize > 0 && leader.packedSize <= unpacked && part.codec != .none {
      return
        "chunk \(index) has \(counted(leader.packedSize, "byte", "that runs", "that run"))"
        + " past the end of the file"
    }
    if part.codec == .none {
      return "chunk \(index) has \(counted(leader.packedSize, "byte")) instead of \(unpacked)"
    }
    return
      "chunk \(index) has \(counted(leader.packedSize, "packed byte")),"
      + " for \(counted(unpacked, "unpacked one"))"
  }

  /// Whether the header says that a deep part was never closed.
  var hasOpenSampleCount: Bool {
    part.kind.isDeep && part.attribute("maxSamplesPerPixel")?.int == -1
  }

  private func describe(_ tile: TilePosition, _ level: Level) -> String {
    "tile \(tile.x) \(tile.y)"
      + (grid.levels.count == 1 && level == .full ? "" : " of level \(level.x) \(level.y)")
  }
}
