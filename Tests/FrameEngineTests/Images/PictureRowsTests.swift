import Testing

@testable import FrameEngine

/// Pictures that are packed in bands.
@Suite struct PictureRowsTests {
  private func packed(
    _ format: PictureRows.Format, _ picture: Bitmap, bandHeight: Int
  ) throws -> [UInt8] {
    var rows = try PictureRows(format, width: picture.width, height: picture.height)
    var bytes = [UInt8]()
    for top in stride(from: 0, to: picture.height, by: bandHeight) {
      let height = min(bandHeight, picture.height - top)
      var band = Bitmap(width: picture.width, height: height)
      let line = 3 * picture.width
      band.bytes = Array(picture.bytes[top * line..<(top + height) * line])
      bytes += try rows.append(band)
    }
    return bytes + (try rows.finish())
  }

  private func picture(_ width: Int, _ height: Int) -> Bitmap {
    var picture = Bitmap(width: width, height: height)
    picture.bytes = TestBytes.x(7, width * height * 3)
    return picture
  }

  @Test(arguments: [1, 3, 64]) func `A PNG has every pixel, whatever its bands`(height: Int) throws
  {
    for (width, rows) in [(1, 1), (300, 100), (257, 64)] {
      let picture = picture(width, rows)
      let packed = try packed(.png, picture, bandHeight: height)
      let decoded = PNGEncoderTests.decode(packed, hasAlpha: false)
      #expect((decoded.width, decoded.height) == (width, rows))
      #expect(decoded.2 == picture.bytes)
    }
  }

  @Test(arguments: [(85, 1), (85, 16), (95, 7)])
  func `A JPEG is what the encoder of whole pictures makes`(quality: Int, height: Int) throws {
    for (width, rows) in [(1, 1), (300, 100), (513, 64)] {
      let picture = picture(width, rows)
      var whole = try JPEGEncoder()
      let expected = try whole.encode(picture, quality: quality)
      #expect(try packed(.jpeg(quality: quality), picture, bandHeight: height) == expected)
    }
  }

  @Test func `Sides beyond a format's limit are refused`() {
    #expect(throws: ImageCodingError.self) {
      _ = try PictureRows(.jpeg(quality: 90), width: 70_000, height: 1)
    }
    #expect(throws: ImageCodingError.self) {
      _ = try PictureRows(.png, width: 1_000_001, height: 1)
    }
  }

  @Test func `A picture without its last row has no end`() throws {
    for format in [PictureRows.Format.png, .jpeg(quality: 90)] {
      var rows = try PictureRows(format, width: 8, height: 8)
      _ = try rows.append(Bitmap(width: 8, height: 7))
      #expect(throws: ImageCodingError.self) { _ = try rows.finish() }
    }
  }
}
