import Testing

@testable import FrameEngine

@Suite struct BitmapFontTests {
  private func rows(_ character: Character) -> [UInt8] { Array(BitmapFont.rows(of: character)) }

  @Test func everyLetterIsItsOwn() {
    let letters = (0x20...0x7E).map { Character(UnicodeScalar(UInt8($0))) }
    let drawn = letters.map(rows)
    #expect(Set(drawn).count == letters.count, "no two look the same")
    #expect(drawn.allSatisfy { $0.count == BitmapFont.height && $0.allSatisfy { $0 < 32 } })
    #expect(rows(" ") == [0, 0, 0, 0, 0, 0, 0, 0])
    #expect(rows("L") == [16, 16, 16, 16, 16, 16, 31, 0])
    #expect(rows("7") == [31, 1, 2, 2, 4, 4, 4, 0])
  }

  @Test func otherCharactersAreABox() {
    #expect(rows("ü") == rows("\u{7F}") && rows("語") == rows("\n"))
    #expect(rows("ü") == [31, 17, 17, 17, 17, 17, 31, 0])
  }

  @Test func textStaysInsideThePicture() {
    var bitmap = Bitmap(width: 20, height: 9)
    bitmap.write("Hi there", x: -3, y: 4, scale: 2, .white)
    bitmap.write("H", x: 0, y: 0, scale: 1, Colour(9, 9, 9))
    #expect(bitmap[0, 0] == Colour(9, 9, 9) && bitmap[1, 0] == .black)
    #expect(bitmap[4, 0] == Colour(9, 9, 9))
    bitmap.fill(x: 30, y: 30, width: 5, height: 5, .white)
    bitmap.fill(x: -9, y: -9, width: 5, height: 5, .white)
    #expect(bitmap.bytes.count == 20 * 9 * 3)
  }
}
