/// The chunks that are nowhere in the file.
extension ChunkSurvey {
  /// Chunks that are nowhere in the file, in runs, and the levels that lack them.
  mutating func judgeMissing(_ layout: PartLayout, _ bytes: RawSpan) {
    let part = layout.number
    func isMissing(_ index: Int) -> Bool {
      guard records[part][index] == nil else { return false }
      switch states[part][index] {
      case .sound, .badSize, .beyondLimit, .damagedLeader: return false
      default: return true
      }
    }
    var index = 0
    var missingByLevel = Array(repeating: 0, count: layout.grid.levels.count)
    while index < layout.grid.count {
      guard isMissing(index) else {
        index += 1
        continue
      }
      let first = index
      let level = layout.grid.levelIndex(ofChunk: first)
      let levelEnd = layout.grid.levels[level].firstIndex + layout.grid.levels[level].count
      while index < levelEnd && isMissing(index) { index += 1 }
      missingByLevel[level] += index - first
      addMissing(first..<index, layout)
    }
    guard layout.grid.isTiled else { return }
    for (level, missing) in missingByLevel.enumerated() where missing > 0 {
      let grid = layout.grid.levels[level]
      findings.add(
        .levelIncomplete, FindingPlace(part: part, level: grid.level, window: grid.window),
        at: byteCount, count: missing,
        "level \(grid.level.x) \(grid.level.y) lacks \(missing) of \(grid.count) tiles")
    }
  }

  private mutating func addMissing(_ run: Range<Int>, _ layout: PartLayout) {
    let last = layout.grid.region(at: run.upperBound - 1)
    var place = place(layout.number, run.lowerBound)
    place.window = place.window?.union(last.window)
    let chunks =
      run.count == 1
      ? "chunk \(run.lowerBound) is" : "chunks \(run.lowerBound) to \(last.index) are"
    findings.add(
      .chunkMissing, place, at: layout.tableOffset + run.lowerBound * 8, count: run.count,
      "\(chunks) nowhere in the file")
  }
}
