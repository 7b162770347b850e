/// Looks at the chunks of a part, one after the other: one scanner a thread.
///
/// One pass over the rows of each channel gives statistics and zero map together; light and digest
/// are taken from the same bytes while they are in the cache. Allocates for the result
/// alone. Cost for 4096x2160 RGBA half, without the digest: see `Benchmarks pixels`.
public struct PixelScanner: ~Copyable {
  private let plan: ScanPlan
  private var hits = [UInt8]()
  private var found = [UInt32]()
  private var light = PeakPlane(width: 0, minX: 0, minY: 0)
  /// Zeros of every row of a channel that has all rows: of channel c, row r at c * height + r.
  private var zeros = [Int]()

  /// A scanner for the chunks of the plan's part.
  public init(_ plan: ScanPlan) {
    self.plan = plan
  }

  /// Looks at one chunk: `bytes` is all of it unpacked, laid out as `shape` says.
  public mutating func scan(
    _ region: ChunkRegion, _ shape: ChunkShape, _ bytes: RawSpan
  ) -> PixelScan {
    precondition(bytes.byteCount >= shape.byteCount, "all bytes of the chunk")
    precondition(shape.window == region.window && shape.channels.count == plan.channels.count)
    var scan = PixelScan(plan, region)
    let width = region.window.width
    if hits.count < width { hits = [UInt8](repeating: 0, count: width) }
    let rows = plan.channels.count * region.window.height
    if zeros.count < rows { zeros = [Int](repeating: 0, count: rows) }
    for channel in plan.channels.indices { survey(channel, shape, bytes, &scan) }
    for index in plan.covers.indices { uncover(index, shape, bytes, &scan) }
    if let rule = plan.limits.fireflies, !plan.bright.isEmpty, region.level == .full {
      lookForFireflies(rule, shape, bytes, &scan)
    }
    if plan.takesDigest { digest(shape, bytes, &scan) }
    return scan
  }

  /// One pass over the rows of a channel.
  private mutating func survey(
    _ channel: Int, _ shape: ChunkShape, _ bytes: RawSpan, _ scan: inout PixelScan
  ) {
    let row = ChannelRow(channel, shape)
    let limit = plan.limitKeys[channel]
    let isMapped = plan.mapped.contains(channel)
    for index in 0..<row.rowCount {
      let y = row.y(index)
      let offset = row.offset(index)
      let seen = PixelKernels.survey(bytes, at: offset, count: row.count, row.type, limit: limit)
      zeros[channel * shape.window.height + y - shape.window.minY] = seen.zeros
      row.note(seen, index, bytes, limit: limit, in: &scan.statistics[channel])
      if isMapped { scan.zeroMap.note(y, bytes, at: offset, row.type, zeros: seen.zeros) }
    }
  }

  /// Counts the pixels that have colour where their alpha is zero.
  private mutating func uncover(
    _ index: Int, _ shape: ChunkShape, _ bytes: RawSpan, _ scan: inout PixelScan
  ) {
    let cover = plan.covers[index]
    let width = shape.window.width
    let height = shape.window.height
    guard scan.statistics[cover.alpha].zeros > 0 else { return }
    let alpha = ChannelRow(cover.alpha, shape)
    let colours = cover.colours.map { (number: $0, row: ChannelRow($0, shape)) }
    for line in 0..<height where zeros[cover.alpha * height + line] > 0 {
      let shown = colours.filter { zeros[$0.number * height + line] < width }
      guard !shown.isEmpty else { continue }
      for x in 0..<width { hits[x] = 0 }
      var total = 0
      for (_, row) in shown {
        total = PixelKernels.uncovered(
          bytes, cover: (alpha.offset(line), alpha.type), other: (row.offset(line), row.type),
          count: width, hits: &hits)
      }
      guard total > 0 else { continue }
      let first = hits[..<width].firstIndex(of: 1) ?? 0
      let last = hits[..<width].lastIndex(of: 1) ?? first
      scan.uncovered[index].add(
        total, row: shape.window.minY + line, from: shape.window.minX + first,
        through: shape.window.minX + last)
    }
  }

  private func digest(_ shape: ChunkShape, _ bytes: RawSpan, _ scan: inout PixelScan) {
    guard scan.region.tile == nil else {
      scan.digests = [BLAKE3.hash(bytes.extracting(0..<shape.byteCount))]
      return
    }
    var offset = 0
    for y in shape.window.minY...shape.window.maxY {
      let line = shape.lineBytes(y)
      scan.digests.append(BLAKE3.hash(bytes.extracting(offset..<offset + line)))
      offset += line
    }
  }

  /// Looks for fireflies where no neighbour lies outside the chunk, and keeps the border rows.
  private mutating func lookForFireflies(
    _ rule: FireflyRule, _ shape: ChunkShape, _ bytes: RawSpan, _ scan: inout PixelScan
  ) {
    let window = shape.window
    let isWhole = plan.isTiled
    let isLow = window.height <= 2 * FireflyStream.border
    let isDark = plan.bright.allSatisfy { (scan.statistics[$0].maximum ?? 0) < rule.floor }
    if isWhole && isDark { return }
    var rows = Array(window.minY...window.maxY)
    if isDark && !isLow {
      // Nothing inside can be one, but what lies above and below is judged by these.
      let border = FireflyStream.border
      rows = Array(rows.prefix(border) + rows.suffix(border))
    }
    light.restart(window)
    for channel in plan.bright {
      let row = ChannelRow(channel, shape)
      for y in rows {
        light.raise(y, bytes, at: row.offset(y - window.minY), row.type)
      }
    }
    if isWhole || !isLow && !isDark {
      let margin = isWhole ? 0 : 2
      for y in window.minY + margin...window.maxY - margin {
        for x in light.fireflies(y, rule, &found) {
          scan.fireflies.add(1, row: y, from: window.minX + x, through: window.minX + x)
        }
      }
    }
    guard !isWhole else { return }
    if isLow {
      scan.borders = [light]
    } else {
      let border = FireflyStream.border
      scan.borders = [
        light.rows(window.minY..<window.minY + border),
        light.rows(window.maxY + 1 - border..<window.maxY + 1),
      ]
    }
  }
}
