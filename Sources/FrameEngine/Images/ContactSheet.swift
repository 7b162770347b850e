/// A sheet of many frames: a title, a grid of small pictures with their numbers and marks, and how
/// many frames stand how. It is drawn in bands from the top, so that a sheet of any size takes no
/// more memory than one row of its pictures.
public struct ContactSheet: Sendable {
  /// What a sheet consists of, in pixels.
  public struct Layout: Hashable, Sendable {
    /// Frames beside each other.
    public let columns: Int
    /// Rows of frames.
    public let rows: Int
    /// The largest picture that a cell takes.
    public let pictureWidth: Int
    /// The largest picture that a cell takes.
    public let pictureHeight: Int
    /// Pixels of a dot of the labels.
    let scale: Int

    /// Pixels between cells, and around them.
    static let gap = 8

    /// The layout of a number of frames, at least one.
    ///
    /// - Parameter columns: frames beside each other; by default so many that the sheet is about
    ///   16 to 10.
    public init(frameCount: Int, pictureWidth: Int, pictureHeight: Int, columns: Int? = nil) {
      precondition(frameCount > 0, "a sheet shows at least a frame")
      precondition(pictureWidth > 0 && pictureHeight > 0, "a picture holds at least a pixel")
      self.pictureWidth = pictureWidth
      self.pictureHeight = pictureHeight
      scale = pictureWidth >= 160 ? 2 : 1
      let wanted =
        columns
        ?? Layout.columns(frameCount, Double(pictureHeight + 30) / Double(pictureWidth + 8))
      self.columns = min(max(wanted, 1), frameCount)
      rows = (frameCount + self.columns - 1) / self.columns
    }

    /// Columns of the whole sheet.
    public var width: Int { Layout.gap + columns * (pictureWidth + Layout.gap) }
    /// Rows of the whole sheet.
    public var height: Int { headHeight + rows * cellHeight + footHeight }

    /// Rows from one cell to the next.
    var cellHeight: Int { pictureHeight + labelHeight + Layout.gap }
    /// Rows of a label below its picture.
    var labelHeight: Int { (BitmapFont.height + 3) * scale }
    /// Rows of the title.
    var headHeight: Int { labelHeight + 2 * Layout.gap }
    /// Rows of the counts.
    var footHeight: Int { labelHeight + Layout.gap }

    /// Where the cells of a column of frames start.
    func left(of column: Int) -> Int { Layout.gap + column * (pictureWidth + Layout.gap) }

    private static func columns(_ count: Int, _ cellRatio: Double) -> Int {
      Int((Double(count) * 1.6 * cellRatio).squareRoot().rounded())
    }
  }

  /// A frame on the sheet.
  public struct Cell: Hashable, Sendable {
    /// Its number; of a longer text the end is kept.
    public let label: String
    /// How it stands.
    public let verdict: FrameVerdict
    /// The frame, no larger than a cell; a hatched cell if `nil`.
    public let picture: Bitmap?

    /// A frame of a label, a verdict and a picture.
    public init(label: String, _ verdict: FrameVerdict, _ picture: Bitmap?) {
      self.label = label
      self.verdict = verdict
      self.picture = picture
    }
  }

  /// Where everything is.
  public let layout: Layout
  /// How many of the frames drawn so far stand how.
  public private(set) var counts: [FrameVerdict: Int] = [:]
  private let title: String

  private static let paper = Colour(28, 28, 31)
  private static let well = Colour(14, 14, 16)
  private static let ink = Colour(232, 232, 235)

  /// A sheet of which nothing is drawn yet.
  public init(title: String, _ layout: Layout) {
    self.title = title
    self.layout = layout
  }

  /// The first band: the title.
  public func head() -> Bitmap {
    var band = band(layout.headHeight)
    let (gap, scale) = (Layout.gap, layout.scale)
    let room = (layout.width - 2 * gap) / (BitmapFont.advance * scale)
    band.write(title.prefix(room), x: gap, y: gap, scale: scale, ContactSheet.ink)
    return band
  }

  /// The next band: as many frames as lie beside each other, or less in the last row.
  public mutating func row(of cells: [Cell]) -> Bitmap {
    precondition(cells.count <= layout.columns, "a row has its columns")
    var band = band(layout.cellHeight)
    for (column, cell) in cells.enumerated() {
      draw(cell, at: layout.left(of: column), &band)
      counts[cell.verdict, default: 0] += 1
    }
    return band
  }

  /// The last band: how many frames stand how.
  public func foot() -> Bitmap {
    var band = band(layout.footHeight)
    let scale = layout.scale
    var x = Layout.gap
    for verdict in FrameVerdict.allCases {
      guard let count = counts[verdict] else { continue }
      let text = "\(count) \(verdict.rawValue)"
      mark(verdict, x, 0, &band)
      band.write(text, x: x + 10 * scale, y: 0, scale: scale, verdict.colour)
      x += (10 + (text.count + 2) * BitmapFont.advance) * scale
    }
    return band
  }

  private func band(_ height: Int) -> Bitmap {
    Bitmap(width: layout.width, height: height, filledWith: ContactSheet.paper)
  }

  private func draw(_ cell: Cell, at x: Int, _ band: inout Bitmap) {
    let (width, height) = (layout.pictureWidth, layout.pictureHeight)
    band.fill(x: x, y: 0, width: width, height: height, ContactSheet.well)
    if let picture = cell.picture {
      band.draw(picture, x: x + (width - picture.width) / 2, y: (height - picture.height) / 2)
    } else {
      hatch(x, &band)
    }
    if cell.verdict != .sound {
      band.frame(
        x: x, y: 0, width: width, height: height, thickness: layout.scale, cell.verdict.colour)
    }
    let top = height + 2 * layout.scale
    let indent = 10 * layout.scale
    mark(cell.verdict, x, top, &band)
    let room = max((width - indent) / (BitmapFont.advance * layout.scale), 0)
    band.write(
      cell.label.suffix(room), x: x + indent, y: top, scale: layout.scale,
      cell.verdict == .sound ? ContactSheet.ink : cell.verdict.colour)
  }

  private func mark(_ verdict: FrameVerdict, _ x: Int, _ y: Int, _ band: inout Bitmap) {
    band.dot(verdict.symbol[...], columns: 7, x: x, y: y, scale: layout.scale, verdict.colour)
  }

  /// Thin diagonal lines over a cell.
  private func hatch(_ x: Int, _ band: inout Bitmap) {
    for row in 0..<layout.pictureHeight {
      for column in 0..<layout.pictureWidth where (row + column) % 16 == 0 {
        band[x + column, row] = Colour(60, 60, 64)
      }
    }
  }
}
