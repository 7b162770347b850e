/// Rows under headings, aligned for a terminal.
struct Table: Sendable {
  /// Which edge the cells of a column share.
  enum Edge: Sendable {
    case left
    case right
  }

  /// A heading and the edge below it.
  struct Column: Sendable {
    let heading: String
    let edge: Edge

    init(_ heading: String, _ edge: Edge = .left) {
      self.heading = heading
      self.edge = edge
    }
  }

  let columns: [Column]
  private(set) var rows: [[String]] = []

  init(_ columns: Column...) {
    self.columns = columns
  }

  /// Adds a row with one cell for each column.
  mutating func add(_ cells: String...) {
    precondition(cells.count == columns.count, "a row has \(cells.count) cells")
    rows.append(cells)
  }

  /// The lines, two spaces between columns, none at the end.
  func lines(withHeadings: Bool = true) -> [String] {
    let all = (withHeadings ? [columns.map(\.heading)] : []) + rows
    let widths = columns.indices.map { column in
      all.map { TextWidth.cells($0[column]) }.max() ?? 0
    }
    return all.map { row in
      var line = ""
      for (column, cell) in row.enumerated() {
        let gap = String(repeating: " ", count: widths[column] - TextWidth.cells(cell))
        if column > 0 { line += "  " }
        line += columns[column].edge == .right ? gap + cell : cell + gap
      }
      return String(line.reversed().drop { $0 == " " }.reversed())
    }
  }
}

/// How many cells of a terminal a text takes.
enum TextWidth {
  /// The cells of `text`: two for the wide letters of East Asia and emoji, one for the others.
  static func cells(_ text: String) -> Int {
    text.utf8.allSatisfy { $0 < 0x80 }
      ? text.utf8.count : text.reduce(0) { $0 + cells(of: $1) }
  }

  /// The longest start of `text` that fits `width` cells; `…` in place of what was cut.
  static func fit(_ text: String, _ width: Int) -> String {
    guard cells(text) > width else { return text }
    guard width > 0 else { return "" }
    var fitted = ""
    var used = 1
    for character in text {
      used += cells(of: character)
      guard used <= width else { break }
      fitted.append(character)
    }
    return fitted + "…"
  }

  private static func cells(of character: Character) -> Int {
    guard let scalar = character.unicodeScalars.first else { return 0 }
    switch scalar.value {
    case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
      0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F900...0x1F9FF, 0x20000...0x3FFFD:
      return 2
    default:
      return 1
    }
  }
}
