import CJPEG
import Testing

@testable import FrameEngine

@Suite struct JPEGEncoderTests {
  private func decode(_ packed: [UInt8]) -> (width: Int, height: Int, [UInt8])? {
    let reader = unsafe tjInitDecompress()
    defer { unsafe tjDestroy(reader) }
    var (width, height, sampling, colours): (Int32, Int32, Int32, Int32) = (0, 0, 0, 0)
    let size = UInt(packed.count)
    guard
      unsafe tjDecompressHeader3(reader, packed, size, &width, &height, &sampling, &colours) == 0
    else { return nil }
    var pixels = [UInt8](repeating: 0, count: Int(width * height) * 3)
    guard
      unsafe tjDecompress2(reader, packed, size, &pixels, width, 0, height, TJPF_RGB.rawValue, 0)
        == 0
    else { return nil }
    return (Int(width), Int(height), pixels)
  }

  @Test(arguments: [false, true], [75, 95])
  func picturesComeBackNearly(hasAlpha: Bool, quality: Int) throws {
    var encoder = try JPEGEncoder()
    for (width, height) in [(1, 1), (7, 5), (64, 48)] {
      var bitmap = Bitmap(width: width, height: height, hasAlpha: hasAlpha)
      for y in 0..<height {
        for x in 0..<width { bitmap[x, y] = Colour(UInt8(x * 3), UInt8(y * 4), 90) }
      }
      let packed = try encoder.encode(bitmap, quality: quality)
      let decoded = try #require(decode(packed))
      #expect((decoded.width, decoded.height) == (width, height))
      for y in 0..<height {
        for x in 0..<width {
          let place = 3 * (y * width + x)
          #expect(abs(Int(decoded.2[place]) - x * 3) <= 16)
          #expect(abs(Int(decoded.2[place + 1]) - y * 4) <= 16)
        }
      }
    }
  }

  @Test func sidesBeyondTheFormatAreRefused() throws {
    var encoder = try JPEGEncoder()
    let error = #expect(throws: ImageCodingError.self) {
      _ = try encoder.encode(Bitmap(width: 65501, height: 1))
    }
    #expect(error?.reason.contains("65,500") == true)
  }
}
