/// Which pixels of a row (or column), and how much of each, make every pixel of a shorter one.
struct AxisWeights: Hashable, Sendable {
  /// Pixels that each pixel is made of.
  let taps: Int
  /// The places of the pixels, `taps` for each.
  let places: [Int32]
  /// Their weights, which add up to 1.
  let weights: [Float]

  /// The weights that bring `source` pixels to `target`, which is no more.
  init(from source: Int, to target: Int, _ filter: MipFilter, _ wrap: WrapMode) {
    precondition(target > 0 && target <= source, "a level is no larger than the one before")
    let ratio = Double(source) / Double(target)
    let reach = filter.radius * ratio
    var rows = [[(place: Int, weight: Double)]]()
    for index in 0..<target {
      let centre = (Double(index) + 0.5) * ratio - 0.5
      let first = Int((centre - reach - 0.5).rounded(.down)) + 1
      let last = max(first, Int((centre + reach + 0.5).rounded(.up)) - 1)
      let row = (first...last).map { place in
        let weight =
          filter == .box
          ? AxisWeights.cover(Double(place), centre, ratio)
          : filter.weight(at: (Double(place) - centre) / ratio)
        return (wrap.place(of: place, count: source), weight)
      }
      rows.append(row.filter { $0.1 != 0 })
    }
    let taps = rows.map(\.count).max()!
    self.taps = taps
    places = rows.flatMap { row in
      (0..<taps).map { Int32(row[min($0, row.count - 1)].place) }
    }
    weights = rows.flatMap { row in
      let sum = row.reduce(0) { $0 + $1.weight }
      return (0..<taps).map { $0 < row.count ? Float(row[$0].weight / sum) : 0 }
    }
  }

  /// How much of the pixel at `place` the pixel around `centre`, `width` wide, covers.
  private static func cover(_ place: Double, _ centre: Double, _ width: Double) -> Double {
    let covered = min(place + 0.5, centre + width / 2) - max(place - 0.5, centre - width / 2)
    return covered > 1e-9 ? covered : 0
  }
}
