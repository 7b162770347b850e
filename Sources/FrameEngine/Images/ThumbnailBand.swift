/// What one chunk adds to a thumbnail: sums of those cells that it touches.
public struct ThumbnailBand: Sendable {
  /// The first column and row of cells, and how many there are.
  let column: Int
  let row: Int
  let width: Int
  let height: Int
  /// Sums of the cells, for each channel that is shown.
  fileprivate(set) var sums: [[Float]]

  init(_ thumbnail: Thumbnail, _ shared: Window) {
    let reduction = thumbnail.reduction
    column = reduction.column(of: shared.minX)
    row = reduction.row(of: shared.minY)
    width = reduction.column(of: shared.maxX) - column + 1
    height = reduction.row(of: shared.maxY) - row + 1
    let planes = if case .depth = thumbnail.showing { 2 } else { thumbnail.places.count }
    sums = Array(repeating: [Float](repeating: 0, count: width * height), count: planes)
  }

  /// Adds the samples that a chunk has of a channel: first whole rows, one upon the other, then,
  /// once for each row of cells, along the row.
  mutating func add(
    _ plane: Int, _ shape: ChunkShape, _ bytes: RawSpan, _ shared: Window, _ thumbnail: Thumbnail
  ) {
    let place = thumbnail.places[plane]
    let count = shape.samples(of: place)
    var lines = LineSums(
      count: count, type: shape.channels[place].type,
      countsHits: thumbnail.showing == .depth(place))
    var current = -1
    let reduction = thumbnail.reduction
    let spread = Spread(shape, place, shared, reduction)
    shape.forEachRow(of: place) { y, offset in
      guard y >= shared.minY && y <= shared.maxY else { return }
      let row = reduction.row(of: y) - self.row
      if row != current {
        if current >= 0 { collect(&lines, plane, current, spread) }
        current = row
      }
      lines.add(bytes.extracting(offset..<offset + shape.rowByteCounts[place]))
    }
    if current >= 0 { collect(&lines, plane, current, spread) }
  }

  /// Adds the sums of lines to a row of cells, and empties them.
  private mutating func collect(
    _ lines: inout LineSums, _ plane: Int, _ row: Int, _ spread: Spread
  ) {
    spread.add(lines.sums, to: &sums[plane], from: row * width)
    if lines.countsHits { spread.add(lines.hits, to: &sums[plane + 1], from: row * width) }
    lines.clear()
  }
}

/// Which samples of a chunk's row fall into which cell.
private struct Spread {
  /// The first sample of each cell of the band, and the end of the last one.
  private var starts: [Int]

  init(_ shape: ChunkShape, _ channel: Int, _ shared: Window, _ reduction: Reduction) {
    let step = shape.channels[channel].xSampling
    let first = SampleGrid(shape.window, shape.channels[channel]).firstColumn
    let columns = reduction.column(of: shared.minX)...reduction.column(of: shared.maxX)
    /// The samples of the chunk's row that stand before column `x`.
    func samples(before x: Int) -> Int {
      Channel.multiples(of: step, from: first * step, through: max(x, first * step) - 1)
    }
    starts = columns.map { samples(before: max(reduction.firstX(of: $0), shared.minX)) }
    starts.append(samples(before: shared.maxX + 1))
  }

  func add(_ row: [Float], to cells: inout [Float], from place: Int) {
    for cell in 0..<starts.count - 1 where starts[cell] < starts[cell + 1] {
      var sum: Float = 0
      for sample in starts[cell]..<starts[cell + 1] { sum += row[sample] }
      cells[place + cell] += sum
    }
  }
}

/// Rows of a chunk, added up sample by sample.
private struct LineSums {
  let type: PixelType
  /// Whether what hit nothing is left out, and the rest counted.
  let countsHits: Bool
  private(set) var sums: [Float]
  private(set) var hits: [Float]
  private var scratch: [Float]

  init(count: Int, type: PixelType, countsHits: Bool) {
    self.type = type
    self.countsHits = countsHits
    sums = [Float](repeating: 0, count: count)
    hits = countsHits ? sums : []
    scratch = hits
  }

  mutating func add(_ row: RawSpan) {
    guard countsHits else {
      SampleRow.add(row, as: type, to: &sums)
      return
    }
    SampleRow.read(row, as: type, into: &scratch)
    for index in scratch.indices where DepthRange.isHit(scratch[index]) {
      sums[index] += scratch[index]
      hits[index] += 1
    }
  }

  mutating func clear() {
    for index in sums.indices { sums[index] = 0 }
    for index in hits.indices { hits[index] = 0 }
  }
}
