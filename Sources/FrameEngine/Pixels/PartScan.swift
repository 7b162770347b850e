/// What the pixels of a part are: the scans of its chunks, merged by rising chunk number, so that
/// everything here is the same for any number of threads.
public struct PartScan: Sendable {
  /// What was looked for.
  public let plan: ScanPlan
  /// The statistics of every channel, over the chunks of the full resolution.
  public private(set) var statistics: [ChannelStatistics]
  /// Where the full resolution holds colour.
  public private(set) var zeroMap: ZeroMap
  /// Chunks merged so far, of all levels.
  public private(set) var chunkCount = 0
  /// For each alpha channel with colour of its own: the alpha, and the pixels where it is zero and
  /// the colour is not.
  public var uncovered: [(alpha: Int, pixels: Sightings)] {
    zip(plan.covers, uncoveredPixels).map { ($0.alpha, $1) }
  }
  private var uncoveredPixels: [Sightings]
  private var insideFireflies = Sightings()
  private var stream: FireflyStream?
  private var pixelDigest: PixelDigest?
  private var lastChunk = -1

  /// Nothing seen yet of a part. `tiles` is the part's.
  public init(_ plan: ScanPlan, tiles: TileDescription? = nil) {
    self.plan = plan
    statistics = plan.channels.map { _ in ChannelStatistics() }
    let origin = PixelPosition(x: plan.window.minX, y: plan.window.minY)
    zeroMap = ZeroMap(plan.window, origin: origin)
    uncoveredPixels = plan.covers.map { _ in Sightings() }
    stream = plan.limits.fireflies.map { FireflyStream($0) }
    if plan.takesDigest {
      pixelDigest = PixelDigest(window: plan.window, channels: plan.channels, tiles: tiles)
    }
  }

  /// Adds the scan of the next chunk. Chunks that could not be decoded are passed over.
  public mutating func merge(_ scan: PixelScan) {
    precondition(scan.region.index > lastChunk, "chunks are merged by rising number")
    lastChunk = scan.region.index
    chunkCount += 1
    pixelDigest?.append(scan.region, scan.digests)
    guard scan.region.level == .full else { return }
    for channel in statistics.indices { statistics[channel].merge(scan.statistics[channel]) }
    zeroMap.merge(scan.zeroMap)
    for index in uncoveredPixels.indices { uncoveredPixels[index].merge(scan.uncovered[index]) }
    insideFireflies.merge(scan.fireflies)
    stream?.append(scan.borders)
  }

  /// The fireflies of the part, as far as it was merged.
  public var fireflies: Sightings {
    var ended = stream
    ended?.finish()
    var all = insideFireflies
    if let ended { all.merge(ended.fireflies) }
    return all
  }

  /// The digest of the pixels that were merged (see `PixelDigest`); `nil` if the plan takes none.
  public var digest: Digest? { pixelDigest?.finalize() }
}
