import Testing

@testable import FrameEngine

@Suite struct TextureAttributesTests {
  private let window = Window(minX: 0, minY: 0, maxX: 99, maxY: 59)

  private func text(_ name: String, _ attributes: [Attribute]) -> String? {
    attributes.first { $0.name == name }.map { String(decoding: $0.value, as: UTF8.self) }
  }

  private let colour = [1, 0.75, 0.5, 0.25]

  /// What maketx wrote for the same image.
  @Test func aConstantImageHasWhatMaketxWrites() {
    let raster = SampleImages.raster(window, SampleImages.rgba) { channel, _, _ in colour[channel] }
    let all = TextureAttributes(
      raster, display: window, wrapAcross: .periodic, date: "2026:11:24 23:16:03"
    ).attributes
    #expect(text("textureformat", all) == "Plain Texture")
    #expect(text("wrapmodes", all) == "periodic,black")
    #expect(text("oiio:AverageColor", all) == "0.25,0.5,0.75,1")
    #expect(text("oiio:ConstantColor", all) == "0.25,0.5,0.75,1")
    #expect(text("capDate", all) == "2026:11:24 23:16:03")
    #expect(text("farmio:BLAKE3", all)?.count == 64)
    let ratio = all.first { $0.name == "fovcot" }
    #expect(ratio?.type == "float" && ratio?.value == [0x55, 0x55, 0xD5, 0x3F])
    #expect(all.map(\.name) == all.map(\.name).sorted())
  }

  @Test func onePixelMakesItNoConstant() {
    for (x, y) in [(0, 0), (99, 0), (50, 30), (99, 59)] {
      for channel in 0..<4 {
        let raster = SampleImages.raster(window, SampleImages.rgba) { place, column, row in
          place == channel && column == x && row == y ? 0.501 : 0.5
        }
        let all = TextureAttributes(raster, display: window).attributes
        #expect(text("oiio:ConstantColor", all) == nil)
      }
    }
    let noNumber = SampleImages.raster(window, SampleImages.rgba) { _, _, _ in .nan }
    let all = TextureAttributes(noNumber, display: window).attributes
    #expect(text("oiio:ConstantColor", all) == nil)
    #expect(text("oiio:AverageColor", all) == "0,0,0,0")
  }

  @Test func averagesLeaveOutWhatIsNotFinite() {
    let raster = SampleImages.raster(window, SampleImages.mixed) { channel, x, y in
      if channel == 1 { return Double(x) }
      return x == 3 && y == 7 ? .infinity : Double(y)
    }
    let colour = TextureColour(raster)
    let expected = (Double(100 * 59 * 30) - 7) / 5999
    for channel in [0, 2, 3] { #expect(abs(Double(colour.averages[channel]) - expected) < 1e-4) }
    #expect(colour.averages[1] == 49.5)
    #expect(colour.constants == nil)
  }

  @Test func hintsOfTheSourceAreReplaced() {
    let raster = SampleImages.raster(window, SampleImages.rgba) { _, x, _ in Double(x) }
    let header = ["owner", "oiio:ConstantColor", "oiio:SHA-1", "wrapmodes", "envmap"].map {
      Attribute(name: $0, type: "string", value: [65])
    }
    let made = TextureAttributes(raster, display: window).replacing(in: header)
    #expect(text("owner", made) == "A")
    #expect(made.first?.name == "owner")
    #expect(text("wrapmodes", made) == "black,black")
    for gone in ["oiio:ConstantColor", "oiio:SHA-1", "envmap"] { #expect(text(gone, made) == nil) }
    let latLong = TextureAttributes(
      raster, display: window, format: .latLong, wrapAcross: .periodic, wrapDown: .clamp)
    #expect(latLong.replacing(in: header).last { $0.name == "envmap" }?.value == [0])
    #expect(text("textureformat", latLong.attributes) == "LatLong Environment")
  }

  @Test func theDigestFollowsEverySample() {
    func digest(_ odd: Double) -> String? {
      let raster = SampleImages.raster(window, SampleImages.rgba) { _, x, y in
        x == 99 && y == 59 ? odd : 0
      }
      return text("farmio:BLAKE3", TextureAttributes(raster, display: window).attributes)
    }
    #expect(digest(0) == digest(0))
    #expect(digest(0) != digest(-0.0))
  }
}
