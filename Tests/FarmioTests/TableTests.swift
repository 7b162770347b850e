import Testing

@testable import farmio

@Suite struct TableTests {
  private var table: Table {
    var table = Table(.init("ID"), .init("SIZE", .right), .init("PATH"))
    table.add("a1", "1.00 KB", "/漢字")
    table.add("b22", "12 B", "/x")
    return table
  }

  @Test func columnsAlign() {
    #expect(
      table.lines() == [
        "ID      SIZE  PATH", "a1   1.00 KB  /漢字", "b22     12 B  /x",
      ])
  }

  @Test func headingsCanBeLeftOut() {
    #expect(table.lines(withHeadings: false).count == 2)
  }

  @Test(arguments: [("abc", 3), ("é", 1), ("漢字", 4), ("e\u{301}", 1), ("😀", 2)])
  func cells(text: String, width: Int) {
    #expect(TextWidth.cells(text) == width)
  }

  @Test(arguments: [("abc", 3, "abc"), ("abcd", 3, "ab…"), ("漢字漢", 4, "漢…"), ("abc", 0, "")])
  func fitting(text: String, width: Int, fitted: String) {
    #expect(TextWidth.fit(text, width) == fitted)
  }
}
