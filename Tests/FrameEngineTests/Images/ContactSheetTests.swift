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

  @Test func cellsDoNotOverlapAndLieOnTheSheet() {
    let layout = sheet(7, columns: 3)
    for frame in 0..<9 {
      let (x, y) = layout.origin(of: frame)
      #expect(x >= 0 && x + layout.pictureWidth <= layout.width)
      #expect(y >= layout.headHeight && y + layout.cellHeight <= layout.height)
      for other in 0..<frame {
        let (left, top) = layout.origin(of: other)
        #expect(abs(left - x) >= layout.pictureWidth || abs(top - y) >= layout.cellHeight)
      }
    }
  }

  @Test func framesShowTheirPictureMarkAndNumber() {
    let layout = sheet(4, columns: 2)
    var drawn = ContactSheet(title: "shot", layout)
    let picture = Bitmap(width: 100, height: 90, filledWith: Colour(1, 2, 3))
    drawn.draw(3, label: "1004", .bad, picture)
    drawn.draw(0, label: "1001", .sound, picture)
    drawn.draw(2, label: "1003", .missing, nil)
    let bitmap = drawn.finish()
    #expect((bitmap.width, bitmap.height) == (layout.width, layout.height))
    for frame in [0, 3] {
      let (x, y) = layout.origin(of: frame)
      #expect(bitmap[x + 80, y + 45] == Colour(1, 2, 3), "the picture stands in the middle")
    }
    let (x, y) = layout.origin(of: 3)
    #expect(bitmap[x, y] == FrameVerdict.bad.colour, "a bad frame has an edge")
    let (left, top) = layout.origin(of: 0)
    #expect(bitmap[left, top] != FrameVerdict.sound.colour)
    func inks(_ frame: Int) -> Set<Colour> {
      let (x, y) = layout.origin(of: frame)
      let rows = y + layout.pictureHeight..<y + layout.pictureHeight + layout.labelHeight
      return Set(rows.flatMap { row in (x..<x + layout.pictureWidth).map { bitmap[$0, row] } })
    }
    #expect(inks(0).contains(FrameVerdict.sound.colour))
    #expect(inks(2).contains(FrameVerdict.missing.colour))
    #expect(inks(1).count == 1, "a cell that was not drawn has no label")
  }

  /// Pictures may come in any order.
  @Test func theOrderOfFramesDoesNotMatter() {
    func drawn(_ order: [Int]) -> Bitmap {
      var drawn = ContactSheet(title: "shot", sheet(5))
      for frame in order { drawn.draw(frame, label: "\(frame)", .doubtful, nil) }
      return drawn.finish()
    }
    #expect(drawn([0, 1, 2, 3, 4]) == drawn([3, 1, 4, 0, 2]))
  }

  /// Longer than the room there is: nothing runs into the next cell.
  @Test func longLabelsKeepTheirEnd() {
    let layout = ContactSheet.Layout(
      frameCount: 2, pictureWidth: 40, pictureHeight: 20, columns: 2)
    func drawn(_ label: String) -> Bitmap {
      var drawn = ContactSheet(title: label, layout)
      drawn.draw(0, label: label, .sound, nil)
      return drawn.finish()
    }
    let (long, short) = (drawn("a.very.long.name.1001"), drawn(".1001"))
    let (_, y) = layout.origin(of: 0)
    for row in y..<layout.height {
      for column in 0..<layout.width { #expect(long[column, row] == short[column, row]) }
    }
  }

  @Test func everyVerdictHasItsColourAndItsSymbol() {
    #expect(Set(FrameVerdict.allCases.map(\.colour)).count == FrameVerdict.allCases.count)
    #expect(Set(FrameVerdict.allCases.map(\.symbol)).count == FrameVerdict.allCases.count)
    #expect(FrameVerdict.allCases.allSatisfy { $0.symbol.count == 7 })
  }
}
