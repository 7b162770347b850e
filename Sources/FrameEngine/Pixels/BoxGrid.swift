/// A shrunken image: for every cell of n by n pixels, the sum and the number of the finite samples
/// of some channels. Cells are counted from the corner of the part's data window, and are cropped
/// at its other sides.
///
/// A plane a channel. Sums are floats; the mean is what a preview shows. A cell without a sample
/// (all NaN, or a sub-sampled channel in cells smaller than its step) counts 0.
public struct BoxGrid: Hashable, Sendable {
  /// The sums and counts of one channel, row of cells by row of cells.
  public struct Plane: Hashable, Sendable {
    /// The channel's number in its part.
    public let channel: Int
    /// Of each cell, the sum of its finite samples.
    public internal(set) var sums: [Float]
    /// Of each cell, how many those are.
    public internal(set) var counts: [UInt32]

    /// The mean of a cell's finite samples; `nil` if there is none.
    public func mean(_ cell: Int) -> Float? {
      counts[cell] == 0 ? nil : sums[cell] / Float(counts[cell])
    }

    /// Adds `count` cells of another plane, from cell `from` on, to those from `place` on.
    fileprivate mutating func add(_ other: Plane, from: Int, count: Int, at place: Int) {
      let newSums = other.sums.span
      var sums = sums.mutableSpan
      for cell in 0..<count { sums[place + cell] += newSums[from + cell] }
      let newCounts = other.counts.span
      var counts = counts.mutableSpan
      for cell in 0..<count { counts[place + cell] &+= newCounts[from + cell] }
    }

    /// Counts `rows` samples for each of some columns; cell `place` starts at column 0.
    fileprivate mutating func count(columns: Range<Int>, scale: Int, rows: UInt32, at place: Int) {
      var counts = counts.mutableSpan
      var cell = place
      var left = columns.lowerBound
      var right = scale
      while left < columns.upperBound {
        let end = min(right, columns.upperBound)
        counts[cell] &+= UInt32(truncatingIfNeeded: end - left) &* rows
        left = end
        right += scale
        cell += 1
      }
    }
  }

  /// Columns and rows of a cell.
  public let scale: Int
  /// The corner that cells are counted from.
  public let origin: PixelPosition
  /// The cells, by column and row.
  public let cells: Window
  /// A plane for each channel that was asked for, in that order.
  public internal(set) var planes: [Plane]

  /// A grid over `window` with nothing in it yet.
  public init(_ window: Window, origin: PixelPosition, _ thumbnail: ScanPlan.Thumbnail) {
    precondition(window.minX >= origin.x && window.minY >= origin.y, "cells start at the corner")
    let scale = thumbnail.scale
    self.scale = scale
    self.origin = origin
    let cells = Window(
      minX: (window.minX - origin.x) / scale, minY: (window.minY - origin.y) / scale,
      maxX: (window.maxX - origin.x) / scale, maxY: (window.maxY - origin.y) / scale)
    self.cells = cells
    planes = thumbnail.channels.map {
      Plane(
        channel: $0, sums: [Float](repeating: 0, count: cells.area),
        counts: [UInt32](repeating: 0, count: cells.area))
    }
  }

  /// Columns of cells.
  public var width: Int { cells.width }
  /// Rows of cells.
  public var height: Int { cells.height }

  /// The row of cells that row `y` of the image belongs to.
  func cellRow(_ y: Int) -> Int { (y - origin.y) / scale }

  /// Adds a grid of the same part that lies inside this one. Sums are floats: merge in the order
  /// of the chunks to get the same ones again.
  public mutating func merge(_ other: BoxGrid) {
    precondition(other.scale == scale && other.origin == origin, "grids of one part and scale")
    precondition(other.cells.intersection(cells) == other.cells, "cells inside the grid")
    for plane in planes.indices {
      precondition(planes[plane].channel == other.planes[plane].channel, "planes of one channel")
      for row in other.cells.minY...other.cells.maxY {
        let from = (row - other.cells.minY) * other.width
        let to = (row - cells.minY) * width + other.cells.minX - cells.minX
        planes[plane].add(other.planes[plane], from: from, count: other.width, at: to)
      }
    }
  }

  /// Adds and clears the columns of `rows` rows, all of them in the row of cells of `y`; column 0
  /// lies at `firstX`, the next one `step` further.
  mutating func fold(
    plane: Int, _ columns: inout [Float], count: Int, firstX: Int, step: Int, y: Int, rows: Int
  ) {
    guard count > 0, rows > 0 else { return }
    let from = ((y - origin.y) / scale - cells.minY) * width
    let firstCell = (firstX - origin.x) / scale
    if step == 1 {
      let start = from + firstCell - cells.minX
      let phase = (firstX - origin.x) % scale
      PixelKernels.fold(
        &columns, count: count, phase: phase, scale: scale, cells: &planes[plane].sums, from: start)
      planes[plane].count(
        columns: phase..<phase + count, scale: scale, rows: UInt32(rows), at: start)
      return
    }
    for column in 0..<count {
      let cell = from + (firstX + column * step - origin.x) / scale - cells.minX
      planes[plane].sums[cell] += columns[column]
      planes[plane].counts[cell] &+= UInt32(truncatingIfNeeded: rows)
      columns[column] = 0
    }
  }

  /// Takes back the count of a sample that is not finite; that of its whole row may still follow.
  mutating func discount(plane: Int, x: Int, y: Int) {
    let row = (y - origin.y) / scale - cells.minY
    let column = (x - origin.x) / scale - cells.minX
    planes[plane].counts[row * width + column] &-= 1
  }
}
