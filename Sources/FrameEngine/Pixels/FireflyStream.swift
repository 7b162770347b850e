/// Finds the fireflies at the borders of scan-line chunks, which the chunks themselves cannot tell:
/// takes the border rows from top to bottom and keeps as many as the next ones need.
struct FireflyStream {
  /// Rows that a chunk keeps of either border: the two that are judged, and two beside them.
  static let border = 4
  /// Rows above and below that a judgement needs.
  private static let reach = 2

  private let rule: FireflyRule
  private var rows: PeakPlane?
  /// The next row to be judged.
  private var next = 0
  private var found = [UInt32]()
  /// What was found so far.
  private(set) var fireflies = Sightings()

  init(_ rule: FireflyRule) {
    self.rule = rule
  }

  /// Takes the border rows of the next chunk: one piece with all rows, or the upper and lower ones.
  mutating func append(_ borders: [PeakPlane]) {
    guard let first = borders.first else { return }
    if let known = rows, known.endY == first.minY, known.width == first.width {
      rows?.append(first)
    } else {
      // A chunk is missing, or this is the first: squares end here.
      finish()
      rows = first
      next = first.minY
    }
    guard borders.count == 2 else {
      judge(before: first.endY - Self.reach)
      return
    }
    judge(before: first.minY + Self.reach)
    rows = borders[1]
    next = borders[1].endY - Self.reach
  }

  /// Judges what is left: no row follows.
  mutating func finish() {
    if let rows { judge(before: rows.endY) }
    rows = nil
  }

  private mutating func judge(before end: Int) {
    guard let plane = rows else { return }
    while next < end {
      for x in plane.fireflies(next, rule, &found) {
        fireflies.add(1, row: next, from: plane.minX + x, through: plane.minX + x)
      }
      next += 1
    }
    rows?.drop(before: next - Self.reach)
  }
}
