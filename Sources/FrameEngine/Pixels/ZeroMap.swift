/// Where colour is: of each cell of 16 by 16 pixels, and of each row, whether any sample of the
/// main colour channels is not zero. Cells are counted from the corner of the part's data window.
///
/// A byte for each cell and row: 36 KB for 4096x2160 pixels.
public struct ZeroMap: Hashable, Sendable {
  /// Columns and rows of a cell.
  public static let cell = 16

  /// The pixels that it is about.
  public let window: Window
  /// The corner that cells are counted from.
  public let origin: PixelPosition
  /// The cells that the window touches, by column and row.
  public let cells: Window
  var filledCells: [UInt8]
  var filledRows: [UInt8]

  /// A map on which nothing is filled yet.
  public init(_ window: Window, origin: PixelPosition) {
    precondition(window.minX >= origin.x && window.minY >= origin.y, "cells start at the corner")
    self.window = window
    self.origin = origin
    cells = Window(
      minX: (window.minX - origin.x) / ZeroMap.cell, minY: (window.minY - origin.y) / ZeroMap.cell,
      maxX: (window.maxX - origin.x) / ZeroMap.cell, maxY: (window.maxY - origin.y) / ZeroMap.cell)
    filledCells = [UInt8](repeating: 0, count: cells.area)
    filledRows = [UInt8](repeating: 0, count: window.height)
  }

  /// Whether a cell holds any colour, by its column and row.
  public func isFilled(column: Int, row: Int) -> Bool {
    filledCells[(row - cells.minY) * cells.width + column - cells.minX] != 0
  }

  /// Whether row `y` holds any colour.
  public func isRowFilled(_ y: Int) -> Bool { filledRows[y - window.minY] != 0 }

  /// Whether there is no colour at all.
  public var isEmpty: Bool { !filledRows.contains(1) }

  /// Whether every cell that `region` touches holds colour; no pixel outside the window does.
  public func isFilled(_ region: Window) -> Bool {
    guard region.intersection(window) == region else { return false }
    let columns =
      (region.minX - origin.x) / ZeroMap.cell...(region.maxX - origin.x) / ZeroMap.cell
    let rows = (region.minY - origin.y) / ZeroMap.cell...(region.maxY - origin.y) / ZeroMap.cell
    return rows.allSatisfy { row in columns.allSatisfy { isFilled(column: $0, row: row) } }
  }

  /// The pixels of a cell, as far as they lie inside the window.
  public func pixels(column: Int, row: Int) -> Window {
    let x = origin.x + column * ZeroMap.cell
    let y = origin.y + row * ZeroMap.cell
    return Window(
      minX: max(x, window.minX), minY: max(y, window.minY),
      maxX: min(x + ZeroMap.cell - 1, window.maxX), maxY: min(y + ZeroMap.cell - 1, window.maxY))
  }

  /// Adds the map of a region inside this one's window, with the same corner.
  public mutating func merge(_ other: ZeroMap) {
    precondition(other.origin == origin, "cells are counted from one corner")
    precondition(other.window.intersection(window) == other.window, "a region inside the map")
    for row in other.cells.minY...other.cells.maxY {
      let from = (row - other.cells.minY) * other.cells.width
      let to = (row - cells.minY) * cells.width + other.cells.minX - cells.minX
      for column in 0..<other.cells.width {
        filledCells[to + column] |= other.filledCells[from + column]
      }
    }
    let first = other.window.minY - window.minY
    for row in 0..<other.window.height { filledRows[first + row] |= other.filledRows[row] }
  }

  /// Notes row `y` of a channel that has every pixel, with `zeros` of its samples zero.
  mutating func note(
    _ y: Int, _ bytes: RawSpan, at offset: Int, _ type: PixelType, zeros: Int
  ) {
    guard zeros < window.width else { return }
    filledRows[y - window.minY] = 1
    let from = ((y - origin.y) / ZeroMap.cell - cells.minY) * cells.width
    if zeros == 0 {
      for column in 0..<cells.width { filledCells[from + column] = 1 }
      return
    }
    let phase = (window.minX - origin.x) % ZeroMap.cell
    PixelKernels.mark(
      bytes, at: offset, count: window.width, type, phase: phase, marks: &filledCells, from: from)
  }
}
