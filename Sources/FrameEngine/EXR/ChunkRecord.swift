/// Where a chunk lies in its file.
public struct ChunkRecord: Hashable, Sendable {
  /// The pixels that it holds.
  public let region: ChunkRegion
  /// The byte of the file where its leader starts.
  public let leaderOffset: Int
  /// Its packed bytes; of a deep chunk, the table of sample counts and then the samples.
  public let payload: Range<Int>
  /// How a deep chunk divides; `nil` for others.
  public let deep: DeepSizes?

  /// A record with every field given.
  public init(
    region: ChunkRegion, leaderOffset: Int, payload: Range<Int>, deep: DeepSizes? = nil
  ) {
    self.region = region
    self.leaderOffset = leaderOffset
    self.payload = payload
    self.deep = deep
  }
}

/// The three sizes in the leader of a deep chunk, in bytes.
public struct DeepSizes: Hashable, Sendable {
  /// The table of sample counts as it lies in the file.
  public let packedTable: Int
  /// The samples as they lie in the file.
  public let packedData: Int
  /// The samples unpacked.
  public let unpackedData: Int

  /// Sizes as a leader names them.
  public init(packedTable: Int, packedData: Int, unpackedData: Int) {
    self.packedTable = packedTable
    self.packedData = packedData
    self.unpackedData = unpackedData
  }
}
