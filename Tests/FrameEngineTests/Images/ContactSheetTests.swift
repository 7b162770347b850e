import Testing

@testable import FrameEngine

@Suite struct ContactSheetTests {
  private func sheet(_ count: Int, columns: Int? = nil) -> ContactSheet.Layout {
    ContactSheet.Layout(frameCount: count, pictureWidth: 160, pictureHeight: 90, columns: columns)
  }

  @Test func sheetsAreAboutSixteenToTen() {
    for count in [1, 2, 7, 24, 100, 250] {
      let layout = sheet(count)
      #expect(layout.columns * layout.rows >= count)
      #expect(layout.columns * (layout.rows - 1) < count)
      if count >= 24 {
        let ratio = Double(layout.width) / Double(layout.height)
        #expect((1.2...2.1).contains(ratio), "\(count) frames: \(ratio)")
      }
    }
    #expect(sheet(10, columns: 3).rows == 4)
    #expect(sheet(2, columns: 50).columns == 2)
    #expect(sheet(2, columns: 0).columns == 1)
  }

  /// The whole sheet, of the bands that it is drawn in.
  private func drawn(
    _ title: String, _ layout: ContactSheet.Layout, _ cells: [ContactSheet.Cell]
  ) -> Bitmap {
    var sheet = ContactSheet(title: title, layout)
    var bands = [sheet.head()]
    for start in stride(from: 0, to: cells.count, by: layout.columns) {
      let row = Array(cells[start...].prefix(layout.columns))
      bands.append(sheet.row(of: row))
    }
    bands.append(sheet.foot())
    #expect(bands.allSatisfy { $0.width == layout.width })
    #expect(bands.reduce(0) { $0 + $1.height } == layout.height)
    var whole = Bitmap(width: layout.width, height: layout.height)
    whole.bytes = bands.flatMap(\.bytes)
    return whole
  }

  private func origin(_ frame: Int, _ layout: ContactSheet.Layout) -> (x: Int, y: Int) {
    (
      layout.left(of: frame % layout.columns),
      layout.headHeight + frame / layout.columns * layout.cellHeight
    )
  }

  @Test func cellsDoNotOverlapAndLieOnTheSheet() {
    let layout = sheet(7, columns: 3)
    for frame in 0..<9 {
      let (x, y) = origin(frame, layout)
      #expect(x >= 0 && x + layout.pictureWidth <= layout.width)
      #expect(y >= layout.headHeight && y + layout.cellHeight <= layout.height)
      for other in 0..<frame {
        let (left, top) = origin(other, layout)
        #expect(abs(left - x) >= layout.pictureWidth || abs(top - y) >= layout.cellHeight)
      }
    }
  }

  @Test func framesShowTheirPictureMarkAndNumber() {
    let layout = sheet(4, columns: 2)
    let picture = Bitmap(width: 100, height: 90, filledWith: Colour(1, 2, 3))
    let bitmap = drawn(
      "shot", layout,
      [
        .init(label: "1001", .sound, picture), .init(label: "1002", .sound, nil),
        .init(label: "1003", .missing, nil), .init(label: "1004", .bad, picture),
      ])
    for frame in [0, 3] {
      let (x, y) = origin(frame, layout)
      #expect(bitmap[x + 80, y + 45] == Colour(1, 2, 3), "the picture stands in the middle")
    }
    let (x, y) = origin(3, layout)
    #expect(bitmap[x, y] == FrameVerdict.bad.colour, "a bad frame has an edge")
    let (left, top) = origin(0, layout)
    #expect(bitmap[left, top] != FrameVerdict.sound.colour)
    func inks(_ rows: Range<Int>, _ columns: Range<Int>) -> Set<Colour> {
      Set(rows.flatMap { row in columns.map { bitmap[$0, row] } })
    }
    func label(_ frame: Int) -> Set<Colour> {
      let (x, y) = origin(frame, layout)
      let top = y + layout.pictureHeight
      return inks(top..<top + layout.labelHeight, x..<x + layout.pictureWidth)
    }
    #expect(label(0).contains(FrameVerdict.sound.colour))
    #expect(label(2).contains(FrameVerdict.missing.colour))
    let foot = inks(layout.height - layout.footHeight..<layout.height, 0..<layout.width)
    for verdict in [FrameVerdict.sound, .bad, .missing] { #expect(foot.contains(verdict.colour)) }
    #expect(!foot.contains(FrameVerdict.doubtful.colour))
  }

  @Test func rowsMayBeShort() {
    let layout = sheet(3, columns: 2)
    var sheet = ContactSheet(title: "", layout)
    _ = sheet.row(of: [.init(label: "1", .sound, nil), .init(label: "2", .bad, nil)])
    let band = sheet.row(of: [.init(label: "3", .sound, nil)])
    let paper = band[0, 0]
    #expect((layout.left(of: 1)..<layout.width).allSatisfy { band[$0, 40] == paper })
    #expect(sheet.counts == [.sound: 2, .bad: 1])
  }

  /// Longer than the room there is: nothing runs into the next cell.
  @Test func longLabelsKeepTheirEnd() {
    let layout = ContactSheet.Layout(
      frameCount: 2, pictureWidth: 40, pictureHeight: 20, columns: 2)
    func sheet(_ label: String) -> Bitmap {
      drawn(label, layout, [.init(label: label, .sound, nil)])
    }
    let (long, short) = (sheet("a.very.long.name.1001"), sheet(".1001"))
    for row in layout.headHeight..<layout.height {
      for column in 0..<layout.width { #expect(long[column, row] == short[column, row]) }
    }
  }

  @Test func everyVerdictHasItsColourAndItsSymbol() {
    #expect(Set(FrameVerdict.allCases.map(\.colour)).count == FrameVerdict.allCases.count)
    #expect(Set(FrameVerdict.allCases.map(\.symbol)).count == FrameVerdict.allCases.count)
    #expect(FrameVerdict.allCases.allSatisfy { $0.symbol.count == 7 })
  }
}
