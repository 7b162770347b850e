/// Where the samples of a channel lie within a window: sample `k` of a row stands in column
/// `k * xSampling`, row `k` in line `k * ySampling`. Both may be below 0.
struct SampleGrid: Hashable, Sendable {
  /// The number of the first sample of a row.
  let firstColumn: Int
  /// Samples of a row.
  let columns: Int
  /// The number of the first row.
  let firstRow: Int
  /// Rows.
  let rows: Int
  private let ySampling: Int

  init(_ window: Window, _ channel: Channel) {
    firstColumn = SampleGrid.ceiling(window.minX, channel.xSampling)
    columns = channel.samples(across: window)
    firstRow = SampleGrid.ceiling(window.minY, channel.ySampling)
    rows = Channel.multiples(of: channel.ySampling, from: window.minY, through: window.maxY)
    ySampling = channel.ySampling
  }

  /// Samples of the whole window.
  var count: Int { columns * rows }

  /// The place, from 0, of the row that stands in line `y`, which has one.
  func row(at y: Int) -> Int {
    (ySampling == 1 ? y : SampleGrid.ceiling(y, ySampling)) - firstRow
  }

  private static func ceiling(_ value: Int, _ step: Int) -> Int {
    value >= 0 ? (value + step - 1) / step : -(-value / step)
  }
}
