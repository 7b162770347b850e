/// A sheet of many frames: a title, how many frames stand how, and a grid of small pictures with
/// their numbers and marks. Room for every frame is there from the start; pictures may come in any
/// order.
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
    /// - Parameter columns: frames beside each other; by default what makes the sheet about 16 to 10.
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
    public var height: Int { headHeight + rows * cellHeight }

    /// Rows from one cell to the next.
    var cellHeight: Int { pictureHeight + labelHeight + Layout.gap }
    /// Rows of a label below its picture.
    var labelHeight: Int { (BitmapFont.height + 3) * scale }
    /// Rows of the title and the counts.
    var headHeight: Int { 2 * labelHeight + 2 * Layout.gap }

    /// The top left corner of a frame's cell.
    func origin(of frame: Int) -> (x: Int, y: Int) {
      (
        Layout.gap + frame % columns * (pictureWidth + Layout.gap),
        headHeight + frame / columns * cellHeight
      )
    }

    private static func columns(_ count: Int, _ cellRatio: Double) -> Int {
      Int((Double(count) * 1.6 * cellRatio).squareRoot().rounded())
    }
  }

  /// Where everything is.
  public let layout: Layout
  /// The sheet as it stands, but for the counts: `finish` writes them.
  private var bitmap: Bitmap
  private var counts: [FrameVerdict: Int] = [:]
  private let title: String

  private static let paper = Colour(28, 28, 31)
  private static let well = Colour(14, 14, 16)
  private static let ink = Colour(232, 232, 235)

  /// An empty sheet.
  public init(title: String, _ layout: Layout) {
    self.title = title
    self.layout = layout
    bitmap = Bitmap(width: layout.width, height: layout.height, filledWith: ContactSheet.paper)
  }

  /// Draws a frame into its cell, once.
  ///
  /// - Parameters:
  ///   - frame: its place on the sheet, from 0.
  ///   - label: its number; of a longer text the end is kept.
  ///   - picture: the frame, no larger than a cell; a hatched cell if `nil`.
  public mutating func draw(
    _ frame: Int, label: String, _ verdict: FrameVerdict, _ picture: Bitmap?
  ) {
    precondition(frame >= 0 && frame < layout.columns * layout.rows, "a frame has its cell")
    let (x, y) = layout.origin(of: frame)
    let (width, height) = (layout.pictureWidth, layout.pictureHeight)
    bitmap.fill(x: x, y: y, width: width, height: height, ContactSheet.well)
    if let picture {
      bitmap.draw(picture, x: x + (width - picture.width) / 2, y: y + (height - picture.height) / 2)
    } else {
      hatch(x, y)
    }
    if verdict != .sound {
      bitmap.frame(
        x: x, y: y, width: width, height: height, thickness: layout.scale, verdict.colour)
    }
    let top = y + height + 2 * layout.scale
    let indent = 10 * layout.scale
    mark(verdict, x, top)
    let room = max((width - indent) / (BitmapFont.advance * layout.scale), 0)
    bitmap.write(
      label.suffix(room), x: x + indent, y: top, scale: layout.scale,
      verdict == .sound ? ContactSheet.ink : verdict.colour)
    counts[verdict, default: 0] += 1
  }

  /// The finished sheet.
  public consuming func finish() -> Bitmap {
    let (gap, scale) = (Layout.gap, layout.scale)
    let room = (layout.width - 2 * gap) / (BitmapFont.advance * scale)
    bitmap.write(title.prefix(room), x: gap, y: gap, scale: scale, ContactSheet.ink)
    var x = gap
    let y = gap + layout.labelHeight
    for verdict in FrameVerdict.allCases {
      guard let count = counts[verdict] else { continue }
      let text = "\(count) \(verdict.rawValue)"
      mark(verdict, x, y)
      bitmap.write(text, x: x + 10 * scale, y: y, scale: scale, verdict.colour)
      x += (10 + (text.count + 2) * BitmapFont.advance) * scale
    }
    return bitmap
  }

  private mutating func mark(_ verdict: FrameVerdict, _ x: Int, _ y: Int) {
    bitmap.dot(verdict.symbol[...], columns: 7, x: x, y: y, scale: layout.scale, verdict.colour)
  }

  /// Thin diagonal lines over a cell.
  private mutating func hatch(_ x: Int, _ y: Int) {
    for row in 0..<layout.pictureHeight {
      for column in 0..<layout.pictureWidth where (row + column) % 16 == 0 {
        bitmap[x + column, y + row] = Colour(60, 60, 64)
      }
    }
  }
}
