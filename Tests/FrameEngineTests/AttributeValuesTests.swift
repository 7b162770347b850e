import Testing

@testable import FrameEngine

@Suite struct AttributeValuesTests {
  @Test func whatIsMadeIsRead() {
    #expect(Attribute("x", text: "café").text == "café")
    #expect(Attribute("x", int: -7).int == -7)
    #expect(Attribute("x", float: 0.25).float == 0.25)
    #expect(Attribute("x", floatPair: FloatPair(x: 1, y: -2)).floatPair == FloatPair(x: 1, y: -2))
    let window = Window(minX: -1, minY: -2, maxX: 3, maxY: 4)
    #expect(Attribute("x", window: window).window == window)
    let rate = Rational(numerator: 24_000, denominator: 1001)
    #expect(Attribute("x", rational: rate).rational == rate)
    #expect(Attribute("x", strings: ["left", "", "right"]).strings == ["left", "", "right"])
    let tiles = TileDescription(width: 64, height: 32, mode: .rip, rounding: .up)
    #expect(Attribute("x", tiles: tiles).tileDescription == tiles)
    let rec709 = Chromaticities(
      red: FloatPair(x: 0.64, y: 0.33), green: FloatPair(x: 0.3, y: 0.6),
      blue: FloatPair(x: 0.15, y: 0.06), white: FloatPair(x: 0.3127, y: 0.329))
    #expect(Attribute("x", chromaticities: rec709).chromaticities == rec709)
    let preview = Attribute("x", previewWidth: 2, height: 3, pixels: Array(repeating: 9, count: 24))
    #expect(preview.previewSize! == (2, 3))
  }

  /// The bits of a time code as other programs write them.
  @Test func timeCodes() {
    let code = TimeCode(hours: 23, minutes: 59, seconds: 58, frames: 29, isDropFrame: true)
    #expect(code.word == 0x2359_5869)
    #expect(TimeCode(word: 0x2359_5869) == code)
    #expect(TimeCode(word: 0x0102_0304)?.description == "01:02:03:04")
    #expect(code.description == "23:59:58;29")
    #expect(Attribute("timeCode", timeCode: code).timeCode == code)
    // Colour-frame and binary-group flags are no part of the numbers; bit 15 marks the field.
    #expect(TimeCode(word: 0xC182_0384) == TimeCode(word: 0x0102_0304))
    #expect(TimeCode(word: 0x0102_8304)?.isSecondField == true)
  }

  @Test func keycodes() {
    let key = Attribute(name: "x", type: "keycode") { writer in
      for number in 1...7 { writer.append(Int32(number)) }
    }
    #expect(key.keycode?.filmManufacturer == 1 && key.keycode?.perforationsPerCount == 7)
  }

  @Test func whatProductionsAskFor() {
    var part = SampleFrame.lines(.zip).parts[0]
    #expect(part.timeCode == nil && part.framesPerSecond == nil && part.views == nil)
    let code = TimeCode(hours: 1, minutes: 0, seconds: 0, frames: 5)
    part.set(Attribute("timeCode", timeCode: code))
    part.set(Attribute("framesPerSecond", rational: Rational(numerator: 25, denominator: 1)))
    part.set(Attribute("multiView", strings: ["left", "right"]))
    let read = Container(reading: SampleFrame(name: "", parts: [part]).bytes().rawBytes).parts[0]
    #expect(read.timeCode == code && read.framesPerSecond?.value == 25)
    #expect(read.views == ["left", "right"])
    #expect(read.keycode == nil && read.chromaticities == nil)
  }

  @Test func otherTypesAndSizesAreNil() {
    #expect(Attribute("x", text: "1").int == nil)
    #expect(Attribute(name: "x", type: "int", value: [1, 2]).int == nil)
    #expect(Attribute(name: "x", type: "float", value: []).float == nil)
    #expect(Attribute(name: "x", type: "timecode", value: [1]).timeCode == nil)
    #expect(Attribute(name: "x", type: "stringvector", value: [255, 255, 255, 255]).strings == nil)
    #expect(Attribute(name: "x", type: "chlist", value: [65, 0, 1]).channels == nil)
  }
}
