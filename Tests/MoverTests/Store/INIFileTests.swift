import Testing

@testable import Mover

@Suite struct INIFileTests {
  private func file(_ text: String) -> INIFile { INIFile(Array(text.utf8)) }

  @Test func keysAreReadBySection() {
    let file = file(
      """
      stray = 1
      [default]
      # a comment = 1
      ; another = 2
      key = a=b
       nested = 3
      spaced   =   two words\t
      empty =
      [ profile x ]
      key=c
      no pair
      """)
    #expect(file["default", "key"] == "a=b")
    #expect(file["default", "spaced"] == "two words")
    #expect(file["default", "empty"] == nil)
    #expect(file["default", "nested"] == nil)
    #expect(file["default", "# a comment"] == nil)
    #expect(file["profile x", "key"] == "c")
    #expect(file["", "stray"] == "1")
  }

  @Test func linesMayEndAsOnWindowsAndTheLastKeyCounts() {
    let file = file("[a]\r\nk = 1\r\nk = 2\r\n[b]\r\nk = 3")
    #expect(file["a", "k"] == "2")
    #expect(file["b", "k"] == "3")
  }

  @Test func anyBytesAreTaken() {
    #expect(INIFile([0xFF, 0x0A, 0x5B]) == INIFile([0x5B]))
    #expect(INIFile([]) == file("\n\n"))
  }
}
