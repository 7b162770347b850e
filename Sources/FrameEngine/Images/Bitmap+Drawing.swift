extension Bitmap {
  /// Fills a rectangle, of which the part outside is left out.
  mutating func fill(x: Int, y: Int, width: Int, height: Int, _ colour: Colour) {
    for row in max(y, 0)..<max(min(y + height, self.height), max(y, 0)) {
      for column in max(x, 0)..<max(min(x + width, self.width), max(x, 0)) {
        self[column, row] = colour
      }
    }
  }

  /// Draws the edge of a rectangle, inwards.
  mutating func frame(x: Int, y: Int, width: Int, height: Int, thickness: Int, _ colour: Colour) {
    fill(x: x, y: y, width: width, height: thickness, colour)
    fill(x: x, y: y + height - thickness, width: width, height: thickness, colour)
    fill(x: x, y: y, width: thickness, height: height, colour)
    fill(x: x + width - thickness, y: y, width: thickness, height: height, colour)
  }

  /// Copies a picture's colours to a place where it fits.
  mutating func draw(_ picture: Bitmap, x: Int, y: Int) {
    precondition(x >= 0 && y >= 0, "a picture is drawn inside")
    precondition(x + picture.width <= width && y + picture.height <= height, "a picture fits")
    let count = picture.width * 3
    for row in 0..<picture.height where !hasAlpha && !picture.hasAlpha {
      let (from, to) = (row * count, ((y + row) * width + x) * 3)
      bytes.replaceSubrange(to..<to + count, with: picture.bytes[from..<from + count])
    }
    guard hasAlpha || picture.hasAlpha else { return }
    for row in 0..<picture.height {
      for column in 0..<picture.width { self[x + column, y + row] = picture[column, row] }
    }
  }

  /// Writes a line of text, each dot a square of `scale` pixels; `y` is the top of the capitals.
  mutating func write(_ text: some StringProtocol, x: Int, y: Int, scale: Int, _ colour: Colour) {
    for (place, character) in text.enumerated() {
      dot(
        BitmapFont.rows(of: character), columns: 5, x: x + place * BitmapFont.advance * scale, y: y,
        scale: scale, colour)
    }
  }

  /// Draws rows of dots; the highest of `columns` bits is the left one.
  mutating func dot(
    _ rows: ArraySlice<UInt8>, columns: Int, x: Int, y: Int, scale: Int, _ colour: Colour
  ) {
    for (row, bits) in rows.enumerated() {
      for column in 0..<columns where bits >> UInt8(columns - 1 - column) & 1 == 1 {
        fill(x: x + column * scale, y: y + row * scale, width: scale, height: scale, colour)
      }
    }
  }
}
