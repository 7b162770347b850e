import FrameEngine

/// Renders a sample as one line of a terminal.
enum ProgressBar {
  /// What the terminal can show.
  struct Look: Hashable, Sendable {
    var hasColour: Bool
    var hasUnicode: Bool

    init(hasColour: Bool, hasUnicode: Bool) {
      self.hasColour = hasColour
      self.hasUnicode = hasUnicode
    }

    /// As `NO_COLOR` and the locale's variables say.
    init(_ environment: Environment) {
      let locale =
        environment.text("LC_ALL") ?? environment.text("LC_CTYPE") ?? environment.text("LANG")
        ?? ""
      hasColour = environment["NO_COLOR"] == nil
      hasUnicode = ["utf-8", "utf8"].contains { locale.lowercased().hasSuffix($0) }
    }
  }

  /// At most `columns` - 1 cells: a line that fills the last column would scroll some terminals.
  ///
  /// What matters least goes first where room is short: the file's name, the bar, the files, the
  /// speed, the time left. The share and the bytes stay.
  static func line(_ sample: ProgressSample, columns: Int, look: Look) -> String {
    let width = max(columns - 1, 0)
    var parts = texts(of: sample)
    while parts.count > 2, cells(parts) > width { parts.removeLast() }
    let head = parts.prefix(1).joined()
    let tail = parts.dropFirst().joined(separator: "  ")
    var room = width - cells(parts) - 2
    guard room >= 0 else {
      return TextWidth.fit(parts.joined(separator: "  "), width)
    }

    var middle = ""
    if let share = sample.share, room >= 8 {
      let barCells = min(room, 24)
      middle = "  " + bar(share, cells: barCells, look: look)
      room -= barCells + 2
    }
    var end = ""
    if !sample.name.bytes.isEmpty, room >= 10 {
      end = "  " + shortened(sample.name.description, room, hasUnicode: look.hasUnicode)
    }
    let line = head + middle + "  " + tail
    return sample.errors > 0 && look.hasColour ? "\u{1B}[31m\(line)\u{1B}[0m\(end)" : line + end
  }

  /// The parts in order of weight.
  private static func texts(of sample: ProgressSample) -> [String] {
    var parts = [sample.verb]
    if let share = sample.share {
      parts[0] += " " + Wording.decimals(min(share, 1) * 100, share < 1 ? 1 : 0) + " %"
    }
    let bytes = Wording.size(sample.bytesDone)
    parts.append(sample.bytesTotal.map { "\(bytes) of \(Wording.size($0))" } ?? bytes)
    if sample.errors > 0 { parts.append(Wording.count(sample.errors, "error")) }
    if let left = sample.secondsLeft, left < 1e9 {
      parts.append(Wording.duration(.seconds(Int64(left.rounded(.up)))) + " left")
    }
    parts.append(Wording.rate(sample.bytesPerSecond))
    let files = Wording.count(sample.filesDone)
    parts.append(
      (sample.filesTotal.map { "\(files)/\(Wording.count($0))" } ?? files) + " files")
    return parts
  }

  private static func cells(_ parts: [String]) -> Int {
    parts.reduce(0) { $0 + TextWidth.cells($1) } + 2 * (parts.count - 1)
  }

  private static func bar(_ share: Double, cells: Int, look: Look) -> String {
    let full = min(cells, max(0, Int(share * Double(cells))))
    let (done, open) = look.hasUnicode ? ("━", "─") : ("#", ".")
    let filled = String(repeating: done, count: full)
    let rest = String(repeating: open, count: cells - full)
    return look.hasColour ? "\u{1B}[36m\(filled)\u{1B}[0m\u{1B}[2m\(rest)\u{1B}[0m" : filled + rest
  }

  /// The end of a path says more than its start.
  private static func shortened(_ name: String, _ width: Int, hasUnicode: Bool) -> String {
    guard TextWidth.cells(name) > width else { return name }
    var end = ""
    for character in name.reversed() {
      let longer = String(character) + end
      guard TextWidth.cells(longer) < width else { break }
      end = longer
    }
    return (hasUnicode ? "…" : "<") + end
  }
}
