import Testing

@testable import FrameEngine

@Suite struct FireflyTests {
  private static let colours = PixelSamples.channels(["B", "G", "R"])

  /// What `scan` finds in images whose three channels are the same.
  private static func find(
    _ width: Int, _ height: Int, lines: Int = 16, rule: FireflyRule = FireflyRule(),
    type: PixelType = .half, _ light: (_ x: Int, _ y: Int) -> Double
  ) -> Sightings {
    var limits = PixelLimits()
    limits.fireflies = rule
    let channels = PixelSamples.channels(["B", "G", "R"], type)
    return PixelSamples(PixelSamples.window(width, height), channels) { _, x, y in light(x, y) }
      .scan(lines: lines, limits: limits).fireflies
  }

  private static func noise(_ seed: UInt64, _ scale: Double) -> (Int, Int) -> Double {
    { x, y in
      var random = TestBytes(seed: seed &+ UInt64(y * 4099 + x + 1) &* 0x9E37_79B9_7F4A_7C15)
      _ = random.next()
      return Double(random.next() >> 11) / Double(1 << 53) * scale
    }
  }

  private static let planted = [
    (0, 0), (59, 0), (0, 44), (59, 44), (17, 1), (20, 15), (23, 16), (30, 14), (31, 31), (40, 32),
    (5, 43), (58, 20),
  ]

  @Test(arguments: [1, 2, 3, 4, 7, 8, 9, 16, 45]) func plantedOnesAreFound(lines: Int) {
    let grain = Self.noise(81, 0.1)
    let seen = Self.find(60, 45, lines: lines) { x, y in
      Self.planted.contains { $0 == (x, y) } ? 4 + Double(x) : 0.05 + grain(x, y)
    }
    #expect(seen.count == Self.planted.count)
    #expect(seen.first == PixelPosition(x: 0, y: 0))
    #expect(seen.window == Window(minX: 0, minY: 0, maxX: 59, maxY: 44))
  }

  /// One at a time, so that the place of each is told.
  @Test(arguments: [1, 5, 8, 16]) func eachAtItsPlace(lines: Int) {
    for (x, y) in Self.planted {
      let seen = Self.find(60, 45, lines: lines) { $0 == x && $1 == y ? 100 : 0.5 }
      #expect(seen.count == 1)
      #expect(seen.first == PixelPosition(x: x, y: y))
    }
  }

  @Test(arguments: [PixelType.half, .float]) func oneBrightChannelIsEnough(type: PixelType) {
    let channels = PixelSamples.channels(["B", "G", "R"], type)
    let image = PixelSamples(PixelSamples.window(20, 20), channels) { channel, x, y in
      channel == 1 && x == 9 && y == 9 ? 1e6 : channel == 2 && x == 3 && y == 3 ? -1e4 : 0.01
    }
    // 1e6 is infinity as a half, which is no light.
    #expect(image.scan().fireflies.count == (type == .half ? 0 : 1))
  }

  @Test func noiseHasNone() {
    for (seed, scale) in [(82, 1.0), (83, 10), (84, 1000), (85, 60000)] {
      let seen = Self.find(200, 150, Self.noise(UInt64(seed), scale))
      #expect(seen.count == 0, "noise up to \(scale)")
    }
  }

  @Test func edgesLinesAndGradientsHaveNone() {
    #expect(Self.find(64, 64) { x, y in x * 3 > y * 2 + 20 ? 5000 : 0 }.count == 0)
    #expect(Self.find(64, 64) { x, _ in x == 30 ? 5000 : 0.01 }.count == 0)
    #expect(Self.find(64, 64) { x, y in x == y ? 5000 : 0.01 }.count == 0)
    #expect(Self.find(64, 64) { x, y in Double(1 << (x / 5)) }.count == 0)
    #expect(Self.find(64, 64, lines: 1) { _, y in y == 30 ? 5000 : 0.01 }.count == 0)
    // Highlights of two by two pixels are no single ones.
    #expect(Self.find(64, 64) { x, y in x / 2 == 9 && y / 2 == 9 ? 5000 : 0.01 }.count == 0)
  }

  /// Stars as a lens draws them: a bell of 0.7 pixels' standard deviation at any place.
  @Test func starsHaveNone() {
    var random = TestBytes(seed: 86)
    let stars = (0..<60).map { _ in
      (
        x: Double(random.next() % 6400) / 50, y: Double(random.next() % 4800) / 50,
        light: Double(random.next() % 500)
      )
    }
    let seen = Self.find(128, 96) { x, y in
      stars.reduce(0.002) { sum, star in
        let away =
          (Double(x) - star.x) * (Double(x) - star.x)
          + (Double(y) - star.y) * (Double(y) - star.y)
        // e^-away, as a power of 2 that falls as fast.
        return away > 25 ? sum : sum + star.light * Self.bell(away / 0.98)
      }
    }
    #expect(seen.count == 0)
  }

  /// e to the power of -x, by halving until the series is short.
  private static func bell(_ x: Double) -> Double {
    let small = x / 1024
    var power = 1 - small + small * small / 2
    for _ in 0..<10 { power *= power }
    return power
  }

  @Test func theRuleDecides() {
    func find(_ rule: FireflyRule, _ light: Double, around: Double, beside: Double) -> Int {
      Self.find(20, 20, rule: rule) { x, y in
        x == 10 && y == 10 ? light : x == 11 && y == 10 ? beside : around
      }.count
    }
    let rule = FireflyRule(floor: 2, isolationStops: 3, medianStops: 4)
    #expect(find(rule, 2, around: 0.125, beside: 0.25) == 1)
    #expect(find(rule, 1.999, around: 0.0625, beside: 0.0625) == 0, "below the floor")
    #expect(find(rule, 2, around: 0.125, beside: 0.2502) == 0, "not isolated")
    #expect(find(rule, 2, around: 0.1251, beside: 0.125) == 0, "too near to the median")
    #expect(find(FireflyRule(floor: 1.9), 1.999, around: 0.0625, beside: 0.0625) == 1)
    #expect(find(FireflyRule(isolationStops: 2), 2, around: 0.125, beside: 0.5) == 1)
    #expect(find(FireflyRule(medianStops: 3), 2, around: 0.25, beside: 0.25) == 1)
  }

  @Test func aMissingChunkEndsTheSquare() {
    let image = PixelSamples(PixelSamples.window(20, 48), Self.colours) { _, x, y in
      x == 5 && (y == 15 || y == 32) ? 50 : 0.01
    }
    let plan = ScanPlan(image.part)
    var whole = PartScan(plan)
    for (region, shape, bytes) in image.chunks(of: 16) where region.index != 1 {
      whole.merge(PixelScan(plan, region, shape, bytes.rawBytes))
    }
    #expect(whole.fireflies.count == 2)
  }

  /// In tiles, squares end at the tile.
  @Test func tilesAreJudgedAlone() {
    let tiles = TileDescription(width: 16, height: 16)
    let image = PixelSamples(PixelSamples.window(16, 16), Self.colours, tiles: tiles) { _, x, y in
      (x == 0 && y == 0) || (x == 15 && y == 9) ? 40 : 0.1
    }
    let plan = ScanPlan(image.part)
    var whole = PartScan(plan, tiles: tiles)
    let region = ChunkRegion(
      index: 0, window: image.shape.window, tile: TilePosition(x: 0, y: 0))
    whole.merge(PixelScan(plan, region, image.shape, image.bytes.rawBytes))
    #expect(whole.fireflies.count == 2)
  }

  @Test func everyKernelFindsTheSameSparks() {
    var random = TestBytes(seed: 87)
    for width in Array(1...70) + [257] {
      let rows = (0..<3).map { _ in
        (0..<width).map { _ in
          random.next() % 9 == 0 ? UInt16(random.next() % 0x7C00) : UInt16(random.next() % 0x3000)
        }
      }
      for edges in 0..<4 {
        let above = edges & 1 == 0 ? rows[0] : nil
        let below = edges & 2 == 0 ? rows[2] : nil
        let expected = (0..<width).filter { x in
          let light = Int(rows[1][x])
          guard light >= 0x3800 else { return false }
          let columns = max(0, x - 1)...min(width - 1, x + 1)
          return [above, rows[1], below].enumerated().allSatisfy { index, row in
            columns.allSatisfy {
              index == 1 && $0 == x || Int(row?[$0] ?? 0) <= light - 2 << 10
            }
          }
        }
        for variant in PixelVariant.supported {
          let found = variant.sparks(above, rows[1], below, floor: 0x3800, stops: 2)
          #expect(found == expected, "\(variant.name), \(width), \(edges)")
        }
      }
    }
  }

  @Test func everyKernelSeesTheSameLight() {
    var halves = ByteWriter()
    var floats = ByteWriter()
    let before = (0...0xFFFF).map { UInt16($0 % 0x5000) }
    var expected = before
    var expectedOfFloats = before
    for bits in UInt16.min...UInt16.max {
      let value = Float16(bitPattern: bits)
      halves.append(bits)
      floats.append(Float(value).bitPattern)
      guard value.isFinite, value > 0 else { continue }
      expected[Int(bits)] = max(expected[Int(bits)], bits)
      if value.isNormal { expectedOfFloats[Int(bits)] = expected[Int(bits)] }
    }
    var large = ByteWriter()
    for value: Float in [1e9, 65535, 1.00048] { large.append(value.bitPattern) }
    for variant in PixelVariant.supported {
      var light = before
      variant.raise(&light, to: halves.bytes, .half)
      #expect(light == expected, "\(variant.name)")
      light = before
      variant.raise(&light, to: floats.bytes, .float)
      #expect(light == expectedOfFloats, "\(variant.name)")
      light = [0, 0, 0]
      variant.raise(&light, to: large.bytes, .float)
      #expect(light == [0x7BFF, 0x7BFF, 0x3C00], "\(variant.name)")
    }
  }
}
