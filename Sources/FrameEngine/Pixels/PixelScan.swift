/// What the pixels of one chunk are: made by `PixelScanner`, merged into a `PartScan`.
public struct PixelScan: Sendable {
  /// The chunk.
  public let region: ChunkRegion
  /// The statistics of every channel of the part.
  public internal(set) var statistics: [ChannelStatistics]
  /// Where the chunk holds colour.
  public internal(set) var zeroMap: ZeroMap
  /// BLAKE3 of the unpacked bytes of each line, from the top; of a tile, of all its bytes. Empty
  /// if the plan asks for none.
  public internal(set) var digests = [Digest]()
  /// Pixels with colour where alpha is zero, for each alpha of the plan.
  var uncovered: [Sightings]
  /// The fireflies that need no look beyond the chunk.
  var fireflies = Sightings()
  /// The rows that the fireflies at the chunk's upper and lower border need; none in tiles.
  var borders = [PeakPlane]()

  /// Looks at one chunk, without keeping scratch memory for the next one; see `PixelScanner`.
  public init(_ plan: ScanPlan, _ region: ChunkRegion, _ shape: ChunkShape, _ bytes: RawSpan) {
    var scanner = PixelScanner(plan)
    self = scanner.scan(region, shape, bytes)
  }

  /// Nothing seen yet.
  init(_ plan: ScanPlan, _ region: ChunkRegion) {
    self.region = region
    // Lower levels are smaller, and lie at the same corner.
    let origin = PixelPosition(x: plan.window.minX, y: plan.window.minY)
    statistics = plan.channels.map { _ in ChannelStatistics() }
    zeroMap = ZeroMap(region.window, origin: origin)
    uncovered = plan.covers.map { _ in Sightings() }
  }
}
