/// How the rows of one channel lie in a chunk.
struct ChannelRow {
  let type: PixelType
  /// Samples of a row.
  let count: Int
  /// The column of the first sample, and how far the next one is.
  let firstX: Int
  let xStep: Int
  /// The first row, how far the next one is, and how many there are.
  let firstY: Int
  let yStep: Int
  let rowCount: Int
  private let firstOffset: Int
  private let lineByteCount: Int
  /// Where every row starts; empty if all lines are alike.
  private let offsets: [Int]

  init(_ channel: Int, _ shape: ChunkShape) {
    let description = shape.channels[channel]
    type = description.type
    count = shape.samples(of: channel)
    xStep = description.xSampling
    yStep = description.ySampling
    firstX = ChannelRow.multiple(of: xStep, from: shape.window.minX)
    firstY = ChannelRow.multiple(of: yStep, from: shape.window.minY)
    if let line = shape.lineByteCount {
      rowCount = shape.window.height
      lineByteCount = line
      firstOffset = shape.rowByteCounts[..<channel].reduce(0, +)
      offsets = []
    } else {
      var offsets = [Int]()
      shape.forEachRow(of: channel) { offsets.append($1) }
      rowCount = offsets.count
      lineByteCount = 0
      firstOffset = 0
      self.offsets = offsets
    }
  }

  /// The number of the row with this index.
  func y(_ index: Int) -> Int { firstY + index * yStep }

  /// Where the row with this index starts.
  func offset(_ index: Int) -> Int {
    offsets.isEmpty ? firstOffset + index * lineByteCount : offsets[index]
  }

  /// Adds a row's counts to the channel's statistics, and finds where they lie.
  func note(
    _ seen: RowSurvey, _ index: Int, _ bytes: RawSpan, limit: Int32,
    in statistics: inout ChannelStatistics
  ) {
    statistics.samples += count
    statistics.sum += seen.sum
    statistics.zeros += seen.zeros
    statistics.denormals += seen.denormals
    statistics.clipped += seen.clipped
    statistics.positiveInfinities += seen.positiveInfinities
    if seen.least <= seen.greatest {
      statistics.widen(SampleKey.value(seen.least, type), SampleKey.value(seen.greatest, type))
    }
    func place(_ seen: Int, _ wanted: SampleClass, in sightings: inout Sightings) {
      guard seen > 0,
        let (first, last) = PixelKernels.extent(
          of: wanted, bytes, at: offset(index), count: count, type)
      else { return }
      sightings.add(
        seen, row: y(index), from: firstX + first * xStep, through: firstX + last * xStep)
    }
    place(seen.nans, .nan(type), in: &statistics.nans)
    place(seen.infinities, .infinite(type), in: &statistics.infinities)
    place(seen.negatives, .negative(type), in: &statistics.negatives)
    place(seen.overLimit, .above(limit, type), in: &statistics.overLimit)
  }

  private static func multiple(of step: Int, from lower: Int) -> Int {
    let rest = lower % step
    return rest == 0 ? lower : lower - rest + (rest > 0 ? step : 0)
  }
}

extension ChunkShape {
  /// Bytes of line `y`, all its channels together.
  func lineBytes(_ y: Int) -> Int {
    if let lineByteCount { return lineByteCount }
    var bytes = 0
    for (channel, row) in zip(channels, rowByteCounts) where channel.hasRow(y) { bytes += row }
    return bytes
  }
}
