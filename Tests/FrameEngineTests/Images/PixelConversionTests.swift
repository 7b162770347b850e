import Testing

@testable import FrameEngine

@Suite struct PixelConversionTests {
  private let window = Window(minX: -2, minY: 0, maxX: 5, maxY: 3)

  private func raster(_ channels: [Channel]) -> Raster {
    let count = ChunkShape(window: window, channels: channels).byteCount
    return SampleImages.raster(window, channels, TestBytes.x(17, count))
  }

  @Test func nothingAskedForChangesNothing() throws {
    let source = raster(SampleImages.mixed)
    let conversion = try PixelConversion(of: SampleImages.mixed, in: window)
    #expect(conversion.isExact(from: SampleImages.mixed))
    let result = conversion.convert(source)
    #expect(result.raster == source && result.exceeding == 0)
  }

  @Test func picksAreRenamedSortedAndCropped() throws {
    let source = raster(SampleImages.mixed)
    let crop = Window(minX: 0, minY: 1, maxX: 99, maxY: 2)
    let conversion = try PixelConversion(
      of: SampleImages.mixed, in: window,
      picks: [.init("Z", as: "depth.Z"), .init("R"), .init("A", as: "B")], crop: crop)
    #expect(conversion.channels.map(\.name) == ["B", "R", "depth.Z"])
    #expect(conversion.channels.map(\.type) == [.half, .half, .float])
    #expect(conversion.window == Window(minX: 0, minY: 1, maxX: 5, maxY: 2))
    let result = conversion.convert(source).raster
    for (place, name) in [(0, "A"), (1, "R"), (2, "Z")] {
      let from = source.channel(named: name)!
      for y in 1...2 {
        for x in 0...5 {
          let (made, given) = (
            SampleImages.sample(result, place, x, y), SampleImages.sample(source, from, x, y)
          )
          #expect(made == given || made.isNaN && given.isNaN)
        }
      }
    }
  }

  @Test func typesChangeByTheirRules() throws {
    let channels = [
      Channel(name: "f", type: .float), Channel(name: "h", type: .half),
      Channel(name: "u", type: .uint),
    ]
    let floats: [Double] = [1.0004, 70000, -0.5, .nan, 65519, 3e-8, 5e9, 2.5]
    let window = Window(minX: 0, minY: 0, maxX: 7, maxY: 0)
    let source = SampleImages.raster(window, channels) { channel, x, _ in
      channel == 0 ? floats[x] : channel == 1 ? Double(x) + 0.5 : Double(x) * 1e6
    }
    let conversion = try PixelConversion(
      of: channels, in: window,
      picks: [
        .init("f", as: "a", type: .half), .init("h", as: "b", type: .float),
        .init("u", as: "c", type: .float), .init("f", as: "d", type: .uint),
      ])
    #expect(!conversion.isExact(from: channels))
    let (result, exceeding) = conversion.convert(source)
    for x in 0..<8 {
      let half = SampleImages.sample(result, 0, x, 0)
      #expect(half == Double(Float16(Float(floats[x]))) || half.isNaN && floats[x].isNaN)
      #expect(SampleImages.sample(result, 1, x, 0) == Double(x) + 0.5)
      #expect(SampleImages.sample(result, 2, x, 0) == Double(x) * 1e6)
    }
    let whole = (0..<8).map { SampleImages.sample(result, 3, $0, 0) }
    #expect(whole == [1, 70000, 0, 0, 65519, 0, 4_294_967_295, 2])
    #expect(exceeding == 3, "70000 and 5e9 as half, 5e9 as a whole number")
  }

  @Test func whatCannotBeDoneIsSaid() {
    func reason(
      _ channels: [Channel] = SampleImages.rgba, _ picks: [PixelConversion.Pick]? = nil,
      crop: Window? = nil
    ) -> String? {
      do throws(ImageShapeError) {
        _ = try PixelConversion(of: channels, in: window, picks: picks, crop: crop)
        return nil
      } catch {
        return error.description
      }
    }
    #expect(reason() == nil)
    #expect(reason(SampleImages.rgba, [.init("Q")])?.contains("Q") == true)
    #expect(reason(SampleImages.rgba, [.init("R"), .init("G", as: "R")])?.contains("two") == true)
    #expect(reason(SampleImages.rgba, [])?.contains("no channel") == true)
    #expect(reason(SampleImages.rgba, [.init("R", as: "")]) != nil)
    let outside = Window(minX: 9, minY: 0, maxX: 12, maxY: 3)
    #expect(reason(crop: outside)?.contains("outside") == true)
    #expect(reason(SampleImages.chroma) == nil)
    let odd = Window(minX: -1, minY: 0, maxX: 4, maxY: 3)
    #expect(reason(SampleImages.chroma, crop: odd)?.contains("BY") == true)
  }
}
