/// Where two images differ: of every cell of n by n pixels, the greatest distance in any channel;
/// infinite where samples differ that have no distance. Cells are counted from a corner.
public struct HeatMap: Hashable, Sendable {
  /// Columns and rows of a cell.
  public let scale: Int
  /// The corner that cells are counted from.
  public let origin: PixelPosition
  /// The cells, by column and row.
  public let cells: Window
  /// Of each cell, row by row, the greatest distance.
  public private(set) var distances: [Float]

  /// A map over `window` on which nothing differs yet.
  public init(_ window: Window, origin: PixelPosition, scale: Int) {
    precondition(scale > 0, "a cell holds at least a pixel")
    precondition(window.minX >= origin.x && window.minY >= origin.y, "cells start at the corner")
    self.scale = scale
    self.origin = origin
    cells = Window(
      minX: (window.minX - origin.x) / scale, minY: (window.minY - origin.y) / scale,
      maxX: (window.maxX - origin.x) / scale, maxY: (window.maxY - origin.y) / scale)
    distances = [Float](repeating: 0, count: cells.area)
  }

  /// Adds a map that lies inside this one, in any order.
  public mutating func merge(_ other: HeatMap) {
    precondition(other.scale == scale && other.origin == origin, "maps of one part and scale")
    precondition(other.cells.intersection(cells) == other.cells, "cells inside the map")
    for row in other.cells.minY...other.cells.maxY {
      let from = (row - other.cells.minY) * other.cells.width
      let to = (row - cells.minY) * cells.width + other.cells.minX - cells.minX
      for column in 0..<other.cells.width {
        distances[to + column] = max(distances[to + column], other.distances[from + column])
      }
    }
  }

  /// Raises the cells of row `y` to the distances of its samples, and clears these.
  mutating func raise(_ y: Int, _ columns: inout [Float], count: Int, firstX: Int, step: Int) {
    let scale = scale
    var cell = ((y - origin.y) / scale - cells.minY) * cells.width
    cell += (firstX - origin.x) / scale - cells.minX
    /// Columns of the image since the cell began.
    var phase = (firstX - origin.x) % scale
    var heat = columns.mutableSpan
    var target = distances.mutableSpan
    for column in 0..<count {
      while phase >= scale {
        phase -= scale
        cell += 1
      }
      target[cell] = max(target[cell], heat[column])
      heat[column] = 0
      phase += step
    }
  }
}
