extension Raster {
  /// The samples of a channel for every pixel of line `y`, as floats into the first places of
  /// `floats`.
  ///
  /// Between the samples of a channel that has fewer, values run straight from one to the next,
  /// across and down; beyond the last they stay. (OpenEXR's own reader filters wider; for a preview
  /// the difference cannot be seen.)
  func expandRow(_ y: Int, of channel: Int, scratch: inout [Float], into floats: inout [Float]) {
    let described = channels[channel]
    let grid = planes[channel].grid
    let type = planes[channel].type
    precondition(floats.count >= window.width && scratch.count >= window.width, "rows fit")
    guard grid.count > 0 else {
      for index in 0..<window.width { floats[index] = 0 }
      return
    }
    let place = Raster.place(of: y, step: described.ySampling, first: grid.firstRow, grid.rows)
    SampleRow.read(row(place.lower, of: channel), as: type, into: &floats)
    if place.share > 0 {
      SampleRow.read(row(place.lower + 1, of: channel), as: type, into: &scratch)
      for index in 0..<grid.columns {
        floats[index] += (scratch[index] - floats[index]) * place.share
      }
    }
    guard described.xSampling > 1 else { return }
    for index in 0..<grid.columns { scratch[index] = floats[index] }
    for index in 0..<window.width {
      let place = Raster.place(
        of: window.minX + index, step: described.xSampling, first: grid.firstColumn, grid.columns)
      let value = scratch[place.lower]
      floats[index] =
        place.share > 0 ? value + (scratch[place.lower + 1] - value) * place.share : value
    }
  }

  /// The sample at or before a coordinate, from 0, and how far the coordinate lies towards the next.
  private static func place(
    of coordinate: Int, step: Int, first: Int, _ count: Int
  ) -> (lower: Int, share: Float) {
    let offset = coordinate - first * step
    if offset <= 0 { return (0, 0) }
    let lower = offset / step
    if lower >= count - 1 { return (count - 1, 0) }
    return (lower, Float(offset - lower * step) / Float(step))
  }
}
