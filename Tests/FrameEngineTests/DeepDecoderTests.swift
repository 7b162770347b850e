import Testing

@testable import FrameEngine

/// A deep chunk as it is before packing.
private struct DeepSample {
  static let channels = [
    Channel(name: "A", type: .half), Channel(name: "Z", type: .float),
    Channel(name: "id", type: .uint),
  ]

  var window: Window
  var counts: [UInt32]
  var codec = PixelCodec.zips
  /// Whether depth falls within the pixel of this number.
  var unsortedPixel: Int?
  var stated: Int?

  /// So many pixels, each with 0 to 3 samples.
  init(_ window: Window) {
    self.window = window
    counts = (0..<window.area).map { UInt32($0 % 4) }
  }

  /// The running totals, which start anew in each row.
  var table: [UInt8] {
    var writer = ByteWriter()
    for row in 0..<window.height {
      var total: UInt32 = 0
      for column in 0..<window.width {
        total += counts[row * window.width + column]
        writer.append(total)
      }
    }
    return writer.bytes
  }

  var samples: [UInt8] {
    var writer = ByteWriter()
    for row in 0..<window.height {
      for channel in Self.channels {
        for column in 0..<window.width {
          let pixel = row * window.width + column
          for sample in 0..<counts[pixel] {
            let isTurned = pixel == unsortedPixel
            let depth = Float(column / 8) + (isTurned ? -0.5 : 0.5) * Float(sample)
            switch channel.type {
            case .half: writer.append(Float16(0.25).bitPattern)
            case .float: writer.append(depth.bitPattern)
            case .uint: writer.append(UInt32(7))
            }
          }
        }
      }
    }
    return writer.bytes
  }

  static func packed(_ bytes: [UInt8], _ codec: PixelCodec) -> [UInt8] {
    var packer = BytePacker(level: 4)
    var packed = [UInt8]()
    packer.pack(bytes.rawBytes, codec, into: &packed)
    return packed
  }

  func decode(
    _ decoder: inout DeepDecoder, table packedTable: [UInt8]? = nil, data: [UInt8]? = nil,
    channels: [Channel] = Self.channels
  ) throws(ChunkFault) -> DeepDecoder.Summary {
    let counts = GuardedBytes(packedTable ?? Self.packed(table, codec))
    let bytes = samples
    let packed = GuardedBytes(data ?? Self.packed(bytes, codec))
    return try decoder.decode(
      counts: counts.span, samples: packed.span, unpackedByteCount: stated ?? bytes.count,
      codec, window: window, channels: channels)
  }

  func fault(table: [UInt8]? = nil, data: [UInt8]? = nil, byteLimit: Int = 1 << 20) -> FindingCode?
  {
    var decoder = DeepDecoder(byteLimit: byteLimit)
    do {
      _ = try decode(&decoder, table: table, data: data)
      return nil
    } catch { return error.code }
  }
}

@Suite struct DeepDecoderTests {
  private static let tile = DeepSample(Window(minX: 16, minY: -8, maxX: 46, maxY: 6))

  /// Written by OpenEXR 3.1 as ZIPS: 40 pixels in a row, x mod 4 samples in each, A 0.25, Z x / 8
  /// plus half the sample's number, id 7.
  @Test func openEXRIsRead() throws {
    let table = [UInt8](
      hex:
        "785e636868ac6fae6dab6aab6aafec2cef29e929e92dee2f9c9437296f72eed4ec1919333266a6cf4e9d9734"
        + "2f697ee2c2f825314b6296462f8f5c15b62a6c75e8dae00d011b0236fa6ff6dde6b5cd6bbbe74ef73d2e0d54"
        + "0600dea44f81")!
    let data = [UInt8](
      hex:
        "785e6368a00a606040668380c3011086f0606c10589000c2071c90d920f8400184191890d92020f00184151e2"
        + "0b19f57b60f08dc02f52039c00744ec77046110896023e001076436b5208a2be807008aeb1b90")!
    let sample = DeepSample(Window(minX: 0, minY: 0, maxX: 39, maxY: 0))
    var decoder = DeepDecoder()
    let summary = try sample.decode(&decoder, table: table, data: data)
    #expect(decoder.counts == sample.counts)
    #expect(copy(decoder.samples) == sample.samples)
    #expect(summary.sampleCount == 60)
    #expect(summary.maxSamplesPerPixel == 3)
    #expect(summary.slack == 0)
    #expect(summary.unsortedPixels == 0)
  }

  @Test(arguments: [PixelCodec.none, .rle, .zips, .zip]) func chunksComeBack(
    codec: PixelCodec
  ) throws {
    var decoder = DeepDecoder()
    var sample = Self.tile
    sample.codec = codec
    for window in [sample.window, Window(minX: 0, minY: 5, maxX: 1999, maxY: 5)] {
      var wide = DeepSample(window)
      wide.codec = codec
      wide.counts[wide.counts.count / 2] = 70
      let summary = try wide.decode(&decoder)
      #expect(decoder.counts == wide.counts)
      #expect(copy(decoder.samples) == wide.samples)
      #expect(summary.maxSamplesPerPixel == 70)
      #expect(summary.sampleCount == Int(wide.counts.reduce(0, +)))
    }
  }

  @Test func pixelsWithoutSamplesHaveNoBytes() throws {
    var sample = Self.tile
    sample.counts = sample.counts.map { _ in 0 }
    var decoder = DeepDecoder()
    let summary = try sample.decode(&decoder)
    #expect(summary == DeepDecoder.Summary())
    #expect(decoder.samples.byteCount == 0)
    #expect(sample.fault(data: [0]) == .chunkSize)
  }

  @Test func fallingCountsAreTold() {
    var sample = Self.tile
    var table = sample.table
    let place = 4 * (sample.window.width + 5)
    table[place] = 0
    #expect(sample.fault(table: DeepSample.packed(table, .zips)) == .deepCounts)
    // Below zero: the first pixel of a row falls as well.
    table = sample.table
    table[3] = 0x80
    #expect(sample.fault(table: DeepSample.packed(table, .zips)) == .deepCounts)
    sample.codec = .none
    #expect(sample.fault(table: table) == .deepCounts)
  }

  @Test func totalsThatDifferAreTold() {
    var sample = Self.tile
    let bytes = sample.samples.count
    for stated in [0, bytes - 10, bytes + 10] {
      sample.stated = stated
      #expect(sample.fault() == .deepTotal)
    }
  }

  /// Counts as large as they get, in as many rows as pass the limit.
  @Test func hugeCountsAreTold() {
    var sample = DeepSample(Window(minX: 0, minY: 0, maxX: 0, maxY: 4095))
    let bytes = sample.table.count
    var table = ByteWriter()
    for _ in 0..<bytes / 4 { table.append(UInt32(Int32.max)) }
    sample.stated = 10
    sample.codec = .none
    #expect(sample.fault(table: table.bytes) == .deepTotal)
  }

  @Test func limitsComeBeforeMemory() {
    var sample = Self.tile
    #expect(sample.fault(byteLimit: sample.samples.count) == nil)
    #expect(sample.fault(byteLimit: sample.samples.count - 1) == .limitExceeded)
    for stated in [Int.max, -1] {
      sample.stated = stated
      #expect(sample.fault() == .limitExceeded)
    }
    sample.stated = 0
    #expect(sample.fault(byteLimit: sample.table.count - 1) == .limitExceeded)
    var decoder = DeepDecoder()
    #expect(throws: ChunkFault.self) {
      _ = try decoder.decode(
        counts: [1].rawBytes, samples: [1].rawBytes, unpackedByteCount: 4, .zips,
        window: Window(minX: 0, minY: 0, maxX: 1 << 40, maxY: 1 << 40), channels: [])
    }
  }

  @Test func otherDamageIsTold() {
    var sample = Self.tile
    let (table, data) = (
      DeepSample.packed(sample.table, .zips), DeepSample.packed(sample.samples, .zips)
    )
    func flipped(_ bytes: [UInt8]) -> [UInt8] { bytes.dropLast() + [bytes[bytes.count - 1] ^ 1] }
    #expect(sample.fault(table: flipped(table)) == .chunkChecksum)
    #expect(sample.fault(data: flipped(data)) == .chunkChecksum)
    #expect(sample.fault(table: []) == .chunkSize)
    #expect(sample.fault(data: []) == .chunkSize)
    #expect(sample.fault(data: Array(data.dropLast(3))) == .chunkCorrupt)
    let short = DeepSample.packed(Array(sample.samples.dropLast(40)), .zips)
    #expect(sample.fault(data: short) == .chunkShort)
    sample.codec = .piz
    #expect(sample.fault(table: table, data: data) == .codecUnsupported)
  }

  @Test func slackIsCounted() throws {
    var decoder = DeepDecoder()
    let sample = Self.tile
    let summary = try sample.decode(
      &decoder, table: DeepSample.packed(sample.table, .zips) + [1, 2],
      data: DeepSample.packed(sample.samples, .zips) + [3])
    #expect(summary.slack == 3)
  }

  @Test func fallingDepthIsFound() throws {
    var sample = Self.tile
    sample.unsortedPixel = 3 * sample.window.width + 6
    sample.counts[3 * sample.window.width + 6] = 2
    var decoder = DeepDecoder()
    var summary = try sample.decode(&decoder)
    #expect(summary.unsortedPixels == 1)
    #expect(summary.firstUnsorted == PixelPosition(x: 22, y: -5))
    // Only the channel Z is a depth.
    let unnamed = DeepSample.channels.map { Channel(name: "P." + $0.name, type: $0.type) }
    summary = try sample.decode(&decoder, channels: unnamed)
    #expect(summary.unsortedPixels == 0)
  }

  @Test(arguments: PixelType.allCases) func everyDepthTypeIsCompared(type: PixelType) throws {
    let window = Window(minX: 0, minY: 0, maxX: 1, maxY: 0)
    func unsorted(_ depths: [Float]) throws -> Int {
      var (table, data) = (ByteWriter(), ByteWriter())
      for _ in 0..<2 { table.append(UInt32(depths.count)) }
      for depth in depths {
        switch type {
        case .half: data.append(Float16(depth).bitPattern)
        case .float: data.append(depth.bitPattern)
        case .uint: data.append(UInt32(depth))
        }
      }
      var decoder = DeepDecoder()
      return try decoder.decode(
        counts: table.bytes.rawBytes, samples: data.bytes.rawBytes,
        unpackedByteCount: data.count, .none, window: window,
        channels: [Channel(name: "Z", type: type)]
      ).unsortedPixels
    }
    #expect(try unsorted([1, 2, 2, 900]) == 0)
    #expect(try unsorted([1, 2, 1.0, 900]) == 1)
    if type != .uint {
      #expect(try unsorted([-3, -2, 0]) == 0)
      #expect(try unsorted([-2, -3]) == 1)
      #expect(try unsorted([1, .nan, 2]) == 1)
      #expect(try unsorted([.nan]) == 0)
      #expect(try unsorted([1, .infinity]) == 0)
    }
  }

  @Test func damageNeverEscapes() throws {
    var random = TestBytes(seed: 91)
    var decoder = DeepDecoder(byteLimit: 1 << 20)
    for codec in [PixelCodec.none, .rle, .zips] {
      var sample = Self.tile
      sample.codec = codec
      let pieces = [
        DeepSample.packed(sample.table, codec), DeepSample.packed(sample.samples, codec),
      ]
      var faults = 0
      for _ in 0..<300 {
        var damaged = pieces
        let which = Int(random.next() % 2)
        let place = Int(random.next() % UInt64(damaged[which].count))
        damaged[which][place] ^= 1 << UInt8(random.next() % 8)
        do {
          let summary = try sample.decode(&decoder, table: damaged[0], data: damaged[1])
          #expect(summary.sampleCount * 10 == decoder.samples.byteCount)
        } catch {
          faults += 1
          #expect(decoder.samples.byteCount == 0)
        }
      }
      #expect(faults > 0)
    }
  }
}
