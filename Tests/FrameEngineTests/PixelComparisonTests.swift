import CKernels
import Testing

@testable import FrameEngine

@Suite struct PixelComparisonTests {
  private static func compare(
    _ left: PixelSamples, _ right: PixelSamples, lines: Int = 16, heatScale: Int? = nil
  ) -> PixelComparison {
    let pairs = ChannelPairs(left.part.channels, right.part.channels)
    var whole = PixelComparison(pairs, left.shape.window, heatScale: heatScale)
    for (from, to) in zip(left.chunks(of: lines), right.chunks(of: lines)) {
      var part = PixelComparison(pairs, left.shape.window, heatScale: heatScale)
      part.compare(from.1, from.2.rawBytes, to.1, to.2.rawBytes)
      whole.merge(part)
    }
    return whole
  }

  private static let window = Window(minX: -3, minY: -2, maxX: 70, maxY: 40)

  private static let types: [(PixelType, PixelType)] = PixelType.allCases.flatMap { left in
    PixelType.allCases.map { (left, $0) }
  }

  @Test(arguments: types, [1, 16]) func againstThePlainFormulas(
    types: (PixelType, PixelType), lines: Int
  ) {
    var random = TestBytes(seed: 101)
    var rounded = [[Double]](repeating: [], count: 2)
    func image(_ side: Int, _ type: PixelType) -> PixelSamples {
      PixelSamples(Self.window, PixelSamples.channels(["R"], type)) { _, x, y in
        var value = Double((x * x + y * 31) & 255)
        if side == 1, random.next() % 5 == 0 { value += Double(random.next() % 64) }
        rounded[side].append(value)
        return value
      }
    }
    let left = image(0, types.0)
    let right = image(1, types.1)
    let result = Self.compare(left, right, lines: lines).differences[0]
    let apart = zip(rounded[0], rounded[1]).map { abs($0 - $1) }
    #expect(result.samples == apart.count)
    #expect(result.differing.count == apart.count { $0 > 0 })
    #expect(result.maximum == apart.max())
    #expect(result.unmeasured == 0)
    let mean = apart.reduce(0, +) / Double(apart.count)
    let square = apart.map { $0 * $0 }.reduce(0, +) / Double(apart.count)
    #expect(abs(result.mean - mean) < 1e-9)
    #expect(abs(result.rootMeanSquare - square.squareRoot()) < 1e-9)
    let places = apart.indices.filter { apart[$0] > 0 }.map {
      (x: $0 % 74 - 3, y: $0 / 74 - 2)
    }
    #expect(result.differing.first == PixelPosition(x: places[0].x, y: places[0].y))
    let box = Window(
      minX: places.map(\.x).min() ?? 0, minY: places.map(\.y).min() ?? 0,
      maxX: places.map(\.x).max() ?? 0, maxY: places.map(\.y).max() ?? 0)
    #expect(result.differing.window == box)
  }

  @Test func equalImages() {
    let image = PixelSamples(Self.window, PixelSamples.channels(["B", "R"])) { channel, x, y in
      (x + y) % 7 == 0 ? .nan : (x + y) % 7 == 1 ? .infinity : Double(x * channel)
    }
    let result = Self.compare(image, image, heatScale: 8)
    #expect(result.isEqual)
    #expect(result.differences.allSatisfy { $0.samples == 74 * 43 && $0.maximum == 0 })
    #expect(result.differences[0].peakSignalToNoise() == .infinity)
    #expect(result.heatMap?.distances.allSatisfy { $0 == 0 } == true)
  }

  @Test func decibels() {
    func difference(_ squares: Double) -> ChannelDifference {
      var all = ChannelDifference()
      all.samples = 4
      all.squares = squares * 4
      return all
    }
    #expect(abs(difference(0.01).peakSignalToNoise() - 20) < 1e-12)
    #expect(abs(difference(1).peakSignalToNoise()) < 1e-12)
    #expect(abs(difference(1e-8).peakSignalToNoise(peak: 100) - 120) < 1e-11)
    #expect(abs(difference(4).peakSignalToNoise() + 6.020_599_913_279_624) < 1e-12)
    #expect(abs(difference(1.0 / 9).peakSignalToNoise() - 9.542_425_094_393_249) < 1e-12)
  }

  /// Which pairs are equal, and which of the others have a distance.
  @Test(arguments: [PixelType.half, .float]) func oddPairs(type: PixelType) {
    let values: [Double] = [.nan, .infinity, -.infinity, 0, -0.0, 1, -1, 65504, 6e-8]
    let other = type == .half ? PixelType.float : .half
    for right in [type, other] {
      for a in values {
        for b in values {
          let left = PixelSamples(PixelSamples.window(21, 1), PixelSamples.channels(["R"], type)) {
            _, x, _ in x == 17 || x == 3 ? a : 2
          }
          let second = PixelSamples(
            PixelSamples.window(21, 1), PixelSamples.channels(["R"], right)
          ) { _, x, _ in x == 17 || x == 3 ? b : 2 }
          let result = Self.compare(left, second, heatScale: 1)
          let from = Double(Float16(a))
          let to = Double(Float16(b))
          let isEqual = from == to || from.isNaN && to.isNaN
          let isMeasured = from.isFinite && to.isFinite
          let seen = result.differences[0]
          if type == .half && right == .half || a != 6e-8 && b != 6e-8 {
            #expect(seen.differing.count == (isEqual ? 0 : 2), "\(a) and \(b)")
            #expect(seen.unmeasured == (isEqual || isMeasured ? 0 : 2), "\(a) and \(b)")
            #expect(seen.maximum == (isMeasured ? abs(from - to) : 0), "\(a) and \(b)")
            let heat = isEqual ? 0 : isMeasured ? Float(abs(from - to)) : .infinity
            #expect(result.heatMap?.distances[3] == heat)
            #expect(result.heatMap?.distances[17] == heat)
            #expect(result.heatMap?.distances[4] == 0)
          }
        }
      }
    }
  }

  @Test(arguments: [1, 5, 16], [1, 4, 13]) func heatMapHoldsTheGreatestOfEveryCell(
    lines: Int, scale: Int
  ) {
    var random = TestBytes(seed: 102)
    let channels = [
      Channel(name: "B", type: .half, xSampling: 2, ySampling: 2),
      Channel(name: "G", type: .float), Channel(name: "R", type: .half),
    ]
    var expected = [Float](
      repeating: 0, count: ((74 + scale - 1) / scale) * ((43 + scale - 1) / scale))
    let left = PixelSamples(Self.window, channels) { _, _, _ in 1 }
    let right = PixelSamples(Self.window, channels) { _, x, y in
      guard random.next() % 20 == 0 else { return 1 }
      let more = Float(random.next() % 9)
      let cell = (y + 2) / scale * ((74 + scale - 1) / scale) + (x + 3) / scale
      expected[cell] = max(expected[cell], more)
      return Double(1 + more)
    }
    let result = Self.compare(left, right, lines: lines, heatScale: scale)
    #expect(result.heatMap?.distances == expected)
    #expect(!result.isEqual)
  }

  @Test func channelsPairByName() {
    let left = [
      Channel(name: "A", type: .half), Channel(name: "G", type: .half),
      Channel(name: "R", type: .half), Channel(name: "Y", type: .half),
    ]
    let right = [
      Channel(name: "G", type: .float), Channel(name: "R", type: .half),
      Channel(name: "Y", type: .half, xSampling: 2), Channel(name: "Z", type: .float),
    ]
    let pairs = ChannelPairs(left, right)
    #expect(pairs.pairs.map(\.name) == ["G", "R"])
    #expect(pairs.pairs.map(\.left) == [1, 2])
    #expect(pairs.pairs.map(\.right) == [0, 1])
    #expect(pairs.onlyLeft == ["A"])
    #expect(pairs.onlyRight == ["Z"])
    #expect(pairs.unlike == ["Y"])
  }

  /// Any bits, every kernel, ends at a guard page: equal to the specification to the last bit.
  @Test(arguments: [PixelType.half, .float]) func everyKernelAgrees(type: PixelType) {
    var random = TestBytes(seed: 103)
    for count in Array(0...50) + [200, 513] {
      let bytes = random.bytes(count * type.byteCount)
      var changed = bytes
      for index in changed.indices where random.next() % 11 == 0 {
        changed[index] = UInt8(truncatingIfNeeded: random.next())
      }
      let (left, right) = (GuardedBytes(bytes), GuardedBytes(changed))
      let pair = RowPair(
        count: count, leftOffset: 0, leftType: type, rightOffset: 0, rightType: type)
      let before = (0..<count).map { Float($0 % 3) }
      var columns = before
      let expected = pair.scalarDistance(left.span, right.span, columns: &columns)
      for variant in PixelVariant.supported {
        var raised = before
        let seen = variant.compare(left, right, type, columns: &raised)
        #expect(raised == columns, "\(variant.name), \(count)")
        #expect(Int(seen.differing) == expected.differing, "\(variant.name), \(count)")
        #expect(Int(seen.unmeasured) == expected.unmeasured, "\(variant.name), \(count)")
        #expect(seen.greatest == expected.greatest && seen.sum == expected.sum)
        #expect(seen.squares == expected.squares)
        if expected.differing > 0 {
          #expect(Int(seen.first_group) == expected.first / 16 * 16)
          #expect(Int(seen.last_group) == expected.last / 16 * 16)
        }
        var none = [Float]()
        let plain = variant.compare(left, right, type, columns: &none)
        #expect(plain.sum == expected.sum, "\(variant.name), \(count) without columns")
      }
    }
  }
}
