import Testing

@testable import FrameEngine

@Suite struct PixelScanTests {
  /// A part with everything: types, sub-sampling, a corner below zero, and odd samples.
  private static let mixed: PixelSamples = {
    let channels = [
      Channel(name: "A", type: .half), Channel(name: "B", type: .half),
      Channel(name: "BY", type: .float, xSampling: 2, ySampling: 2),
      Channel(name: "G", type: .half), Channel(name: "R", type: .float),
      Channel(name: "id", type: .uint), Channel(name: "u.third", type: .half, xSampling: 3),
    ]
    var random = TestBytes(seed: 71)
    let special: [Double] = [
      .nan, .infinity, -.infinity, 65504, -65504, 0, -0.0, 3e-8, -3e-8, 1e-6, 7, -7,
    ]
    return PixelSamples(Window(minX: -37, minY: -5, maxX: 61, maxY: 44), channels) {
      channel, _, _ in
      let draw = random.next()
      if channel == 5 { return Double(draw >> 32) }
      if draw % 9 == 0 { return special[Int(draw >> 20) % special.count] }
      if draw % 9 == 1 { return 0 }
      return Double(draw >> 40) / 16_777_216 * 4 - 0.5
    }
  }()

  /// The samples of a channel, read back one by one.
  private static func samples(
    _ image: PixelSamples, _ channel: Int
  ) -> [(x: Int, y: Int, value: Double)] {
    var all = [(x: Int, y: Int, value: Double)]()
    let description = image.part.channels[channel]
    let columns = Array(image.shape.window.minX...image.shape.window.maxX)
      .filter { $0.isMultiple(of: description.xSampling) }
    image.shape.forEachRow(of: channel) { y, offset in
      for (index, x) in columns.enumerated() {
        let at = offset + index * description.type.byteCount
        let low = UInt32(image.bytes[at]) | UInt32(image.bytes[at + 1]) << 8
        let value: Double
        if description.type == .half {
          value = Double(Float16(bitPattern: UInt16(low)))
        } else {
          let bits = low | UInt32(image.bytes[at + 2]) << 16 | UInt32(image.bytes[at + 3]) << 24
          value = description.type == .uint ? Double(bits) : Double(Float(bitPattern: bits))
        }
        all.append((x, y, value))
      }
    }
    return all
  }

  private static func sightings(_ places: [(x: Int, y: Int, value: Double)]) -> Sightings {
    var all = Sightings()
    for place in places { all.add(1, row: place.y, from: place.x, through: place.x) }
    return all
  }

  @Test(arguments: [1, 2, 5, 16, 64]) func statisticsOfEveryKindOfChannel(lines: Int) throws {
    var limits = PixelLimits()
    limits.colourMaximum = 2.5
    let image = Self.mixed
    let scan = image.scan(lines: lines, limits: limits)
    for (index, channel) in image.part.channels.enumerated() {
      let seen = scan.statistics[index]
      let all = Self.samples(image, index)
      let finite = all.filter { $0.value.isFinite }
      let note: Comment = "\(channel.name) in \(lines) lines"
      #expect(seen.samples == all.count, note)
      #expect(seen.minimum == finite.map(\.value).min(), note)
      #expect(seen.maximum == finite.map(\.value).max(), note)
      let mean = finite.map(\.value).reduce(0, +) / Double(finite.count)
      #expect(abs(try #require(seen.mean) - mean) <= abs(mean) * 1e-6 + 1e-3, note)
      #expect(seen.nans == Self.sightings(all.filter { $0.value.isNaN }), note)
      #expect(seen.infinities == Self.sightings(all.filter { $0.value.isInfinite }), note)
      #expect(seen.positiveInfinities == all.count { $0.value == .infinity }, note)
      #expect(seen.negativeInfinities == all.count { $0.value == -.infinity }, note)
      #expect(seen.negatives == Self.sightings(finite.filter { $0.value < 0 }), note)
      #expect(seen.zeros == finite.count { $0.value == 0 }, note)
      let limit = [1.001, 2.5, 2.5, 2.5, 2.5, .infinity, .infinity][index]
      #expect(seen.overLimit == Self.sightings(finite.filter { $0.value > limit }), note)
      let isHalf = channel.type == .half
      let normal = isHalf ? 0x1p-14 : channel.type == .float ? 0x1p-126 : 0
      #expect(seen.denormals == finite.count { $0.value != 0 && abs($0.value) < normal }, note)
      #expect(seen.clipped == (isHalf ? finite.count { abs($0.value) == 65504 } : 0), note)
    }
  }

  @Test func placesAreThoseOfThePart() {
    let image = PixelSamples(
      Window(minX: -8, minY: -4, maxX: 40, maxY: 30), PixelSamples.channels(["R"])
    ) { _, x, y in
      switch (x, y) {
      case (-8, -4), (40, 30): -1
      case (3, 7), (5, 2), (1, 9): .nan
      case (-2, 11): -.infinity
      default: 0.5
      }
    }
    let seen = image.scan().statistics[0]
    #expect(seen.nans.count == 3)
    #expect(seen.nans.first == PixelPosition(x: 5, y: 2))
    #expect(seen.nans.window == Window(minX: 1, minY: 2, maxX: 5, maxY: 9))
    #expect(seen.infinities.first == PixelPosition(x: -2, y: 11))
    #expect(seen.positiveInfinities == 0)
    #expect(seen.negatives.count == 2)
    #expect(seen.negatives.window == image.part.dataWindow)
  }

  @Test func countsDoNotDependOnTheOrderOfMerging() {
    let image = Self.mixed
    let plan = ScanPlan(image.part)
    let scans = image.chunks(of: 4).map { PixelScan(plan, $0.0, $0.1, $0.2.rawBytes) }
    for channel in image.part.channels.indices {
      var forward = ChannelStatistics()
      var backward = ChannelStatistics()
      for scan in scans { forward.merge(scan.statistics[channel]) }
      for scan in scans.reversed() { backward.merge(scan.statistics[channel]) }
      #expect(abs(forward.sum - backward.sum) <= abs(forward.sum) * 1e-9)
      backward.sum = forward.sum
      #expect(forward == backward)
    }
  }

  @Test(arguments: [1, 5, 16, 100]) func zeroMapOfChunks(lines: Int) {
    var random = TestBytes(seed: 72)
    let spots = (0..<12).map { _ in (Int(random.next() % 97) - 20, Int(random.next() % 61) + 3) }
    let image = PixelSamples(
      Window(minX: -20, minY: 3, maxX: 76, maxY: 63), PixelSamples.channels(["A", "G", "R"])
    ) { channel, x, y in
      channel == 0 ? 1 : spots.contains { $0 == (x, y) } ? Double(channel) : x % 2 == 0 ? -0.0 : 0
    }
    let map = image.scan(lines: lines).zeroMap
    for row in 0..<4 {
      for column in 0..<7 {
        let isFilled = spots.contains { ($0.0 + 20) / 16 == column && ($0.1 - 3) / 16 == row }
        #expect(map.isFilled(column: column, row: row) == isFilled)
      }
    }
    for y in 3...63 { #expect(map.isRowFilled(y) == spots.contains { $0.1 == y }) }
    #expect(!map.isEmpty)
  }

  @Test func tilesGiveWhatLinesGive() {
    let channels = PixelSamples.channels(["B", "G", "R"])
    let window = Window(minX: 5, minY: -9, maxX: 84, maxY: 50)
    func value(_ channel: Int, _ x: Int, _ y: Int) -> Double {
      x % 40 < 9 ? 0 : Double(x * 3 + y + channel)
    }
    let lines = PixelSamples(window, channels, value).scan(lines: 16)
    let description = TileDescription(width: 24, height: 20)
    let tiled = PixelSamples(window, channels, tiles: description, value)
    let plan = ScanPlan(tiled.part)
    var whole = PartScan(plan, tiles: description)
    var index = 0
    for (row, y) in stride(from: window.minY, through: window.maxY, by: 20).enumerated() {
      for (column, x) in stride(from: window.minX, through: window.maxX, by: 24).enumerated() {
        let tile = Window(
          minX: x, minY: y, maxX: min(x + 23, window.maxX), maxY: min(y + 19, window.maxY))
        let part = PixelSamples(tile, channels, tiles: description, value)
        let region = ChunkRegion(
          index: index, window: tile, tile: TilePosition(x: column, y: row))
        whole.merge(PixelScan(plan, region, part.shape, part.bytes.rawBytes))
        index += 1
      }
    }
    #expect(whole.statistics == lines.statistics)
    #expect(whole.zeroMap == lines.zeroMap)
    #expect(whole.digest != lines.digest)
    #expect(whole.chunkCount == 12)
  }

  @Test func lowerLevelsCountForTheDigestAlone() {
    let image = PixelSamples(PixelSamples.window(16, 16), PixelSamples.channels(["R"])) { _, x, _ in
      Double(x)
    }
    let plan = ScanPlan(image.part)
    var whole = PartScan(plan)
    let full = PixelScan(
      plan, ChunkRegion(index: 0, window: image.shape.window), image.shape, image.bytes.rawBytes)
    whole.merge(full)
    let before = whole
    let small = PixelSamples(PixelSamples.window(8, 8), PixelSamples.channels(["R"])) { _, _, _ in
      .nan
    }
    let region = ChunkRegion(
      index: 1, window: small.shape.window, level: Level(x: 1, y: 1),
      tile: TilePosition(x: 0, y: 0))
    whole.merge(PixelScan(plan, region, small.shape, small.bytes.rawBytes))
    #expect(whole.statistics == before.statistics)
    #expect(whole.digest != before.digest)
  }

  @Test(arguments: [1, 3, 16, 64]) func colourWhereAlphaIsZero(lines: Int) {
    let image = PixelSamples(
      Window(minX: 10, minY: 20, maxX: 110, maxY: 60),
      PixelSamples.channels(["A", "B", "G", "R"])
        + [Channel(name: "fx.A", type: .float), Channel(name: "fx.R", type: .half)]
    ) { channel, x, y in
      let isOpen = x > 30 && y % 3 == 0
      return switch channel {
      case 0: isOpen ? -0.0 : 1
      case 1, 2: 0
      case 3: x > 90 && y > 40 ? 0.25 : 0
      case 4: 0
      default: x == 10 && y == 20 ? 1 : 0
      }
    }
    let scan = image.scan(lines: lines)
    #expect(scan.uncovered.map(\.alpha) == [0, 4])
    let rows = (41...60).filter { $0 % 3 == 0 }
    #expect(scan.uncovered[0].pixels.count == 20 * rows.count)
    #expect(scan.uncovered[0].pixels.first == PixelPosition(x: 91, y: rows[0]))
    #expect(
      scan.uncovered[0].pixels.window
        == Window(minX: 91, minY: rows[0], maxX: 110, maxY: 60))
    #expect(scan.uncovered[1].pixels.count == 1)
  }

  @Test func digestDoesNotDependOnChunkHeights() throws {
    let whole = try #require(Self.mixed.scan(lines: 50).digest)
    for lines in [1, 3, 16, 32] { #expect(Self.mixed.scan(lines: lines).digest == whole) }
  }

  @Test func digestTellsPixelsNamesAndPlacesApart() {
    func digest(_ window: Window, _ names: [String], _ value: Double) -> Digest? {
      PixelSamples(window, PixelSamples.channels(names)) { _, x, _ in x == 3 ? value : 1 }
        .scan().digest
    }
    let window = PixelSamples.window(4, 4)
    let all = [
      digest(window, ["R"], 0), digest(window, ["R"], -0.0), digest(window, ["G"], 0),
      digest(Window(minX: 0, minY: 1, maxX: 3, maxY: 4), ["R"], 0), digest(window, ["R"], 2),
    ]
    #expect(Set(all).count == all.count)
    #expect(!all.contains(nil))
    #expect(digest(window, ["R"], 0) == all[0])
  }
}
