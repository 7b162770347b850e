import FrameEngine

/// Says what of a damaged part is good.
enum SalvageFinding {
  /// `salvage`; `nil` for a part without damage.
  static func finding(_ report: PartReport, part number: Int) -> Finding? {
    guard !report.damaged.isEmpty, let grid = ChunkGrid(report.part) else { return nil }
    let place = FindingPlace(part: number)
    let good = report.chunkCount - report.damaged.count
    guard good > 0 else { return Finding(.salvage, place, count: 0, "nothing of the part is good") }
    if grid.isTiled {
      return Finding(
        .salvage, place, count: good, "\(good) of \(report.chunkCount) tiles are good")
    }
    let ranges = rows(of: report, grid)
    let shown = ranges.prefix(rangeLimit).map { "\($0.lowerBound)-\($0.upperBound)" }
    let more = ranges.count > rangeLimit ? " and \(ranges.count - rangeLimit) more ranges" : ""
    return Finding(
      .salvage, place, count: good, "rows \(shown.joined(separator: ", "))\(more) are good")
  }

  /// Ranges that are named one by one.
  private static let rangeLimit = 8

  private static func rows(of report: PartReport, _ grid: ChunkGrid) -> [ClosedRange<Int>] {
    var ranges: [ClosedRange<Int>] = []
    var damaged = report.damaged[...]
    for index in 0..<report.chunkCount {
      if damaged.first == index {
        damaged.removeFirst()
        continue
      }
      let window = grid.region(at: index).window
      if let last = ranges.last, last.upperBound == window.minY - 1 {
        ranges[ranges.count - 1] = last.lowerBound...window.maxY
      } else {
        ranges.append(window.minY...window.maxY)
      }
    }
    return ranges
  }
}
