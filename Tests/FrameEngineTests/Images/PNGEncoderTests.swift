import CPNG
import Testing

@testable import FrameEngine

@Suite struct PNGEncoderTests {
  /// The pixels that libpng's own reader finds.
  static func decode(_ packed: [UInt8], hasAlpha: Bool) -> (width: Int, height: Int, [UInt8]) {
    var image = unsafe farmio_png_image(0, 0, 0)
    guard unsafe png_image_begin_read_from_memory(&image, packed, packed.count) != 0 else {
      return (0, 0, [])
    }
    unsafe image.format = UInt32(
      hasAlpha ? PNG_FORMAT_FLAG_COLOR | PNG_FORMAT_FLAG_ALPHA : PNG_FORMAT_FLAG_COLOR)
    let (width, height) = unsafe (Int(image.width), Int(image.height))
    var pixels = [UInt8](repeating: 0, count: width * height * (hasAlpha ? 4 : 3))
    guard unsafe png_image_finish_read(&image, nil, &pixels, 0, nil) != 0 else { return (0, 0, []) }
    return (width, height, pixels)
  }

  @Test(arguments: [false, true], [false, true])
  func picturesComeBackPixelForPixel(hasAlpha: Bool, isFast: Bool) throws {
    for (width, height) in [(1, 1), (7, 5), (64, 33), (300, 2)] {
      var bitmap = Bitmap(width: width, height: height, hasAlpha: hasAlpha)
      bitmap.bytes = TestBytes.x(UInt64(width), bitmap.bytes.count)
      let packed = try PNGEncoder(isFast: isFast).encode(bitmap)
      let decoded = Self.decode(packed, hasAlpha: hasAlpha)
      #expect((decoded.width, decoded.height) == (width, height))
      #expect(decoded.2 == bitmap.bytes)
    }
  }

  @Test func plainPicturesShrink() throws {
    let bitmap = Bitmap(width: 500, height: 400, filledWith: Colour(10, 20, 30))
    let packed = try PNGEncoder().encode(bitmap)
    #expect(packed.count < 6000)
    #expect(Self.decode(packed, hasAlpha: false).2 == bitmap.bytes)
  }
}
