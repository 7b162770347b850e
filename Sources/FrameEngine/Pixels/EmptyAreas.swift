/// Finds what a frame lacks and its neighbours have: buckets and rows without any colour.
///
/// A pure function over the zero maps of three frames. It says nothing of a frame without any
/// colour at all, which is a `black-frame`. Maps of moving data windows are compared where they
/// overlap; what lies outside a neighbour's window counts as empty there.
public enum EmptyAreas {
  /// Sides of the squares that are tried as buckets, in cells, the largest first.
  private static let bucketSides = [16, 12, 8, 6, 5, 4, 3, 2]

  /// The findings of `current` between two frames of one part.
  ///
  /// - `zero-band`: at least `smallestBand` rows in full width that are zero here and not zero in
  ///   either neighbour.
  /// - `missing-bucket`: cells that are zero here and filled in both neighbours, if those that
  ///   touch each other make up whole squares of a grid of `smallestBucket` pixels or more, counted
  ///   from the corner of the data window and cropped at its other sides. Anything else that got
  ///   dark rarely has such a shape.
  public static func findings(
    _ current: ZeroMap, between previous: ZeroMap, and next: ZeroMap, part: Int,
    limits: PixelLimits = .standard
  ) -> [Finding] {
    guard !current.isEmpty else { return [] }
    let bands = bands(current, previous, next, atLeast: limits.smallestBand)
    var findings = bands.map { band in
      Finding(
        .zeroBand, FindingPlace(part: part, window: band), count: band.height,
        "\(counted(band.height, "row")) without colour that the frames beside have")
    }
    var lost = lostCells(current, previous, next, outside: bands)
    for index in lost.indices where lost[index] {
      let group = takeGroup(at: index, width: current.cells.width, from: &lost)
      if let finding = bucket(group, current, part, atLeast: limits.smallestBucket) {
        findings.append(finding)
      }
    }
    return findings
  }

  private static func bands(
    _ current: ZeroMap, _ previous: ZeroMap, _ next: ZeroMap, atLeast smallest: Int
  ) -> [Window] {
    let window = current.window
    func isLost(_ y: Int) -> Bool {
      !current.isRowFilled(y)
        && [previous, next].allSatisfy {
          $0.window.minY <= y && y <= $0.window.maxY && $0.isRowFilled(y)
        }
    }
    var bands = [Window]()
    var y = window.minY
    while y <= window.maxY {
      var end = y
      while end <= window.maxY, isLost(end) { end += 1 }
      if end - y >= max(1, smallest) {
        bands.append(Window(minX: window.minX, minY: y, maxX: window.maxX, maxY: end - 1))
      }
      y = max(end, y + 1)
    }
    return bands
  }

  /// Which cells are empty here and filled in both neighbours, row by row, bands aside.
  private static func lostCells(
    _ current: ZeroMap, _ previous: ZeroMap, _ next: ZeroMap, outside bands: [Window]
  ) -> [Bool] {
    var lost = [Bool]()
    lost.reserveCapacity(current.cells.area)
    for row in current.cells.minY...current.cells.maxY {
      for column in current.cells.minX...current.cells.maxX {
        guard !current.isFilled(column: column, row: row) else {
          lost.append(false)
          continue
        }
        let pixels = current.pixels(column: column, row: row)
        lost.append(
          previous.isFilled(pixels) && next.isFilled(pixels)
            && !bands.contains { $0.intersection(pixels) != nil })
      }
    }
    return lost
  }

  /// Takes out the cells that hang together with one of them, by their sides.
  private static func takeGroup(at start: Int, width: Int, from lost: inout [Bool]) -> Set<Int> {
    var group: Set<Int> = []
    var waiting = [start]
    lost[start] = false
    while let index = waiting.popLast() {
      group.insert(index)
      let column = index % width
      var beside = [index - width, index + width]
      if column > 0 { beside.append(index - 1) }
      if column < width - 1 { beside.append(index + 1) }
      for other in beside where lost.indices.contains(other) && lost[other] {
        lost[other] = false
        waiting.append(other)
      }
    }
    return group
  }

  /// The finding of a group that consists of whole buckets.
  private static func bucket(
    _ group: Set<Int>, _ map: ZeroMap, _ part: Int, atLeast smallest: Int
  ) -> Finding? {
    for side in bucketSides where side * ZeroMap.cell >= smallest {
      guard let buckets = bucketCount(group, map, side: side) else { continue }
      let width = map.cells.width
      let around = group.lazy.map { index in
        map.pixels(column: map.cells.minX + index % width, row: map.cells.minY + index / width)
      }.reduce(nil) { (whole: Window?, cell) in whole?.union(cell) ?? cell }
      let pixels = side * ZeroMap.cell
      return Finding(
        .missingBucket, FindingPlace(part: part, window: around), count: buckets,
        "\(counted(buckets, "bucket")) of \(pixels)x\(pixels) pixels without colour"
          + " that the frames beside have")
    }
    return nil
  }

  /// How many squares of a grid the group consists of; `nil` if it holds only a part of one.
  private static func bucketCount(_ group: Set<Int>, _ map: ZeroMap, side: Int) -> Int? {
    let width = map.cells.width
    let squares = Set(group.map { [$0 % width / side, $0 / width / side] })
    for square in squares {
      let columns = square[0] * side..<min(width, (square[0] + 1) * side)
      let rows = square[1] * side..<min(map.cells.height, (square[1] + 1) * side)
      // What the image's border cuts to less than half is no sign of a grid.
      if columns.count * 2 < side || rows.count * 2 < side { return nil }
      for row in rows {
        for column in columns where !group.contains(row * width + column) { return nil }
      }
    }
    return squares.count
  }
}
