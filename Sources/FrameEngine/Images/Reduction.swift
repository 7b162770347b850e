/// How a display window becomes a small picture: which pixels fall into which cell.
///
/// Pixels are never enlarged, and pixels that are not square come out square. Every cell of a row
/// (or column) takes as many pixels as its neighbours or one more, so any size can be met.
struct Reduction: Hashable, Sendable {
  /// The pixels that are shown.
  let display: Window
  /// Columns of cells.
  let width: Int
  /// Rows of cells.
  let height: Int

  /// The largest reduction that fits, at least a cell each way.
  init(display: Window, pixelAspectRatio: Float, fittingWidth: Int, height fittingHeight: Int) {
    precondition(fittingWidth > 0 && fittingHeight > 0, "a picture holds at least a pixel")
    let aspect = pixelAspectRatio.isFinite && pixelAspectRatio > 0 ? Double(pixelAspectRatio) : 1
    let (wide, high) = (Double(display.width) * aspect, Double(display.height))
    let scale = min(
      Double(fittingWidth) / wide, Double(fittingHeight) / high, 1, 1 / aspect)
    self.display = display
    width = min(max(Int((wide * scale).rounded()), 1), min(fittingWidth, display.width))
    height = min(max(Int((high * scale).rounded()), 1), min(fittingHeight, display.height))
  }

  /// The column of cells that a pixel's column falls into.
  func column(of x: Int) -> Int { (x - display.minX) * width / display.width }

  /// The row of cells that a pixel's line falls into.
  func row(of y: Int) -> Int { (y - display.minY) * height / display.height }

  /// The first pixel column of a column of cells; of the one behind the last, too.
  func firstX(of column: Int) -> Int {
    display.minX + (column * display.width + width - 1) / width
  }

  /// The first line of a row of cells; of the one behind the last, too.
  func firstY(of row: Int) -> Int {
    display.minY + (row * display.height + height - 1) / height
  }
}
