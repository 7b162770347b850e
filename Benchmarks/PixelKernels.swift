import CKernels
import FrameEngine

/// What looking at the pixels of a frame costs beyond decoding it: 4096x2160 RGBA half, in chunks
/// of 16 lines that lie in the cache, as a decoder leaves them, on one core. FARMIO_KERNELS picks
/// the variant.
enum PixelBenchmarks {
  private static let width = 4096
  private static let height = 2160
  private static let lines = 16

  static func run() {
    let window = Window(minX: 0, minY: 0, maxX: width - 1, maxY: height - 1)
    let channels = ["A", "B", "G", "R"].map { Channel(name: $0, type: .half) }
    let part = Part(
      attributes: [], kind: .scanLines, name: nil, channels: channels, codec: .zip,
      dataWindow: window, displayWindow: window)
    let chunk = ChunkShape(
      window: Window(minX: 0, minY: 0, maxX: width - 1, maxY: lines - 1), channels: channels)
    let image = pixels(chunk.byteCount)
    print("kernels of level \(farmio_kernel_level()), ms a frame")
    var still = PixelLimits()
    still.fireflies = nil
    scan("statistics", ScanPlan(part, limits: still, takesDigest: false), image)
    // Low enough for every chunk to hold candidates.
    var sparks = PixelLimits()
    sparks.fireflies = FireflyRule(floor: 0.5)
    scan("and fireflies", ScanPlan(part, limits: sparks, takesDigest: false), image)
    scan("and the digest", ScanPlan(part, limits: sparks), image)
    compare("comparison, equal", channels, window, image, image)
    var other = image
    for index in stride(from: 0, to: other.count, by: 2) { other[index] ^= 1 }
    compare("comparison, all differ", channels, window, image, other)
  }

  private static func scan(_ name: String, _ plan: ScanPlan, _ image: [UInt8]) {
    var scanner = PixelScanner(plan)
    var samples = 0
    report(name) {
      var whole = PartScan(plan)
      forEachChunk(plan.channels) { region, shape in
        whole.merge(scanner.scan(region, shape, image.rawBytes))
      }
      samples = whole.statistics.reduce(0) { $0 + $1.samples }
    }
    precondition(samples == width * height * 4)
  }

  private static func compare(
    _ name: String, _ channels: [Channel], _ window: Window, _ left: [UInt8], _ right: [UInt8]
  ) {
    let pairs = ChannelPairs(channels, channels)
    report(name) {
      var whole = PixelComparison(pairs, window, heatScale: 8)
      forEachChunk(channels) { _, shape in
        whole.compare(
          shape, left.rawBytes, shape, right.rawBytes)
      }
    }
  }

  private static func forEachChunk(
    _ channels: [Channel], _ body: (ChunkRegion, ChunkShape) -> Void
  ) {
    for index in 0..<height / lines {
      let window = Window(
        minX: 0, minY: index * lines, maxX: width - 1, maxY: (index + 1) * lines - 1)
      let shape = ChunkShape(window: window, channels: channels)
      body(ChunkRegion(index: index, window: window), shape)
    }
  }

  private static func report(_ name: String, _ work: () -> Void) {
    work()
    var least = Double.infinity
    for _ in 0..<7 {
      let start = Throughput.seconds()
      work()
      least = min(least, Throughput.seconds() - start)
    }
    let tenths = Int((least * 10_000).rounded())
    let padding = String(repeating: " ", count: max(1, 28 - name.count))
    print("\(name)\(padding)\(tenths / 10).\(tenths % 10)")
  }

  /// Halves between 0.004 and 4, smooth with grain.
  private static func pixels(_ count: Int) -> [UInt8] {
    var state: UInt64 = 1
    var bytes = [UInt8](repeating: 0, count: count)
    for index in stride(from: 0, to: count, by: 2) {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      let half = 0x1C00 + (index / 64 % 0x2000) + Int(state & 0x1FF)
      bytes[index] = UInt8(half & 0xFF)
      bytes[index + 1] = UInt8(half >> 8)
    }
    return bytes
  }
}
