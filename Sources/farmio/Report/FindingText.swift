import FrameEngine

/// A finding in words.
enum FindingText {
  /// Code, place and sentence in one line.
  static func line(_ finding: Finding) -> String {
    let place = place(of: finding)
    return finding.code.rawValue + "  " + (place.isEmpty ? "" : place + ": ") + finding.text
  }

  /// Where it lies: `part 1, level 2 2, tile 3 0, rows 512-527, channel R, byte 1,843,200`.
  static func place(of finding: Finding) -> String {
    let place = finding.place
    var words: [String] = []
    if let part = place.part { words.append("part \(part)") }
    if let level = place.level { words.append("level \(level.x) \(level.y)") }
    if let tile = place.tile { words.append("tile \(tile.x) \(tile.y)") }
    if let window = place.window { words.append(area(window, isTile: place.tile != nil)) }
    if let channel = place.channel { words.append("channel \(channel)") }
    if let pixel = place.pixel { words.append("first at x \(pixel.x) y \(pixel.y)") }
    if let offset = finding.byteOffset { words.append("byte \(Wording.count(offset))") }
    return words.joined(separator: ", ")
  }

  private static func area(_ window: Window, isTile: Bool) -> String {
    let rows =
      window.minY == window.maxY ? "row \(window.minY)" : "rows \(window.minY)-\(window.maxY)"
    return "columns \(window.minX)-\(window.maxX) \(rows)"
  }
}
