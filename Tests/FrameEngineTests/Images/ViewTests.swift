import Testing

@testable import FrameEngine

@Suite struct ViewTests {
  private func component(_ light: Float16, _ view: View) -> UInt8 {
    ViewTable(view)[light.bitPattern]
  }

  /// Values of the sRGB standard's own formula, computed apart.
  @Test func srgbHasItsKnownValues() {
    let table = ViewTable(View())
    let known: [(Float16, UInt8)] = [
      (0, 0), (0.001, 3), (0.0031, 10), (0.01, 25), (0.18, 118), (0.5, 188), (0.75, 225),
      (1, 255), (2, 255), (.infinity, 255), (-1, 0), (-.infinity, 0), (.nan, 0),
    ]
    for (light, expected) in known { #expect(table[light.bitPattern] == expected, "\(light)") }
  }

  @Test func exposureMultipliesLight() {
    #expect(component(0.25, View(exposure: 1)) == 188)
    #expect(component(1, View(exposure: -1)) == 188)
    #expect(component(0.5, View(exposure: 0.5)) == component(0.7071, View()))
  }

  /// The published curve at 0.18, 1 and 4 gives 0.2669, 0.8038 and 0.9734.
  @Test func filmicBendsHighlights() {
    let filmic = View(curve: .filmic)
    #expect(component(0.18, filmic) == 141)
    #expect(component(1, filmic) == 232)
    #expect(component(4, filmic) == 252)
    let table = ViewTable(filmic)
    for bits in UInt16(0)..<0x7C00 where table[bits] > table[bits + 1] {
      Issue.record("the curve falls at \(bits)")
    }
  }

  @Test func elementaryFunctionsAreAccurate() {
    #expect(ElementaryFunctions.powerOfTwo(10) == 1024)
    #expect(abs(ElementaryFunctions.powerOfTwo(0.5) - 1.414_213_562_373_095_1) < 1e-15)
    #expect(abs(ElementaryFunctions.powerOfTwo(-3.25) - 0.105_112_051_906_714_3) < 1e-16)
    #expect(abs(ElementaryFunctions.cubeRoot(2) - 1.259_921_049_894_873_2) < 1e-15)
    #expect(abs(ElementaryFunctions.cubeRoot(1e-20) - 2.154_434_690_031_884e-7) < 1e-21)
    #expect(abs(ElementaryFunctions.sineOfPi(0.5) - 1) < 1e-15)
    #expect(abs(ElementaryFunctions.sineOfPi(-2.75) + 0.707_106_781_186_547_6) < 1e-14)
    #expect(abs(ElementaryFunctions.cosineOfPi(1) + 1) < 1e-15)
  }

  @Test func theFrameIsTheDisplayWindow() {
    let window = Window(minX: -1, minY: 1, maxX: 2, maxY: 3)
    let raster = SampleImages.raster(window, SampleImages.rgba) { _, x, y in x == 0 ? 1 : 0.5 }
    let channels = ViewChannels(of: SampleImages.rgba)
    #expect(channels == .colour(red: 3, green: 2, blue: 1, alpha: 0))
    let frame = Window(minX: 0, minY: 0, maxX: 4, maxY: 1)
    let bitmap = ViewTable(View()).bitmap(of: raster, showing: channels!, in: frame)
    #expect((bitmap.width, bitmap.height) == (5, 2))
    #expect(bitmap[0, 0] == .black && bitmap[3, 1] == .black)
    #expect(bitmap[0, 1] == .white)
    #expect(bitmap[2, 1] == Colour(188, 188, 188))
  }

  @Test func coloursAreDividedByAlpha() {
    let window = Window(minX: 0, minY: 0, maxX: 1, maxY: 0)
    let raster = SampleImages.raster(window, SampleImages.rgba) { channel, x, _ in
      x == 0 ? (channel == 0 ? 0.5 : 0.25) : 0
    }
    let view = View(keepsAlpha: true)
    let bitmap = ViewTable(view).bitmap(of: raster, showing: ViewChannels(of: SampleImages.rgba)!)
    #expect(bitmap.bytes == [188, 188, 188, 128, 0, 0, 0, 0])
  }

  /// Grey has no chroma; a red of 1 has luminance 0.2126 and what makes R 1 and G, B 0.
  @Test func chromaBecomesColour() {
    let window = Window(minX: 0, minY: 0, maxX: 3, maxY: 1)
    let grey = SampleImages.raster(window, SampleImages.chroma) { channel, _, _ in
      channel == 2 ? 0.5 : 0
    }
    let channels = ViewChannels(of: SampleImages.chroma)!
    #expect(channels == .luminanceChroma(luminance: 2, red: 1, blue: 0, alpha: nil))
    let table = ViewTable(View())
    #expect(table.bitmap(of: grey, showing: channels).bytes.allSatisfy { $0 == 188 })
    let red = SampleImages.raster(window, SampleImages.chroma) { channel, _, _ in
      channel == 2 ? 0.2126 : channel == 1 ? 1 / 0.2126 - 1 : -1
    }
    let pixel = table.bitmap(of: red, showing: channels)[3, 1]
    #expect(pixel.red >= 254 && pixel.green <= 12 && pixel.blue <= 1)
  }

  @Test func depthRunsFromNearToFar() {
    let channels = [Channel(name: "Z", type: .float)]
    let depths = [2.0, 6, 10, 1e30]
    let raster = SampleImages.raster(Window(minX: 0, minY: 0, maxX: 3, maxY: 0), channels) {
      depths[$1 + 0 * ($0 + $2)]
    }
    let shown = ViewTable(View()).bitmap(of: raster, showing: ViewChannels(of: channels)!)
    #expect((0..<4).map { shown[$0, 0].green } == [255, 128, 0, 0])
  }
}
