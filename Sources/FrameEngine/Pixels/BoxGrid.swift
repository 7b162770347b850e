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
        for column in 0..<other.width {
          planes[plane].sums[to + column] += other.planes[plane].sums[from + column]
          planes[plane].counts[to + column] += other.planes[plane].counts[from + column]
        }
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
      for cell in 0..<(phase + count + scale - 1) / scale {
        let left = max(cell * scale, phase)
        let right = min((cell + 1) * scale, phase + count)
        planes[plane].counts[start + cell] &+= UInt32(truncatingIfNeeded: (right - left) * rows)
      }
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
