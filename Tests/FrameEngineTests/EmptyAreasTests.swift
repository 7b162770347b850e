import Testing

@testable import FrameEngine

@Suite struct EmptyAreasTests {
  private static let window = Window(minX: -10, minY: 7, maxX: 189, maxY: 126)

  /// The map of a frame that is empty in some places.
  private static func map(_ empty: [Window], _ window: Window = window) -> ZeroMap {
    PixelSamples(window, PixelSamples.channels(["B", "G", "R"])) { channel, x, y in
      empty.contains { $0.contains(x: x, y: y) } ? 0 : Double(channel)
    }.scan().zeroMap
  }

  /// A rectangle by its distance from the corner of the data window.
  private static func area(_ x: Int, _ y: Int, _ width: Int, _ height: Int) -> Window {
    Window(
      minX: window.minX + x, minY: window.minY + y, maxX: window.minX + x + width - 1,
      maxY: window.minY + y + height - 1)
  }

  private static func find(_ empty: [Window], _ limits: PixelLimits = .standard) -> [Finding] {
    let full = map([])
    return EmptyAreas.findings(map(empty), between: full, and: full, part: 3, limits: limits)
  }

  @Test func wholeFramesHaveNone() {
    #expect(Self.find([]) == [])
    #expect(Self.find([Self.window]) == [], "a black frame is another matter")
  }

  @Test(arguments: [32, 48, 64]) func missingBucket(size: Int) throws {
    let bucket = Self.area(size, size, size, min(size, 120 - size))
    let findings = Self.find([bucket])
    let finding = try #require(findings.first)
    #expect(findings.count == 1)
    #expect(finding.code == .missingBucket)
    #expect(finding.severity == .error)
    #expect(finding.place.part == 3)
    #expect(finding.place.window == bucket)
    #expect(finding.count == 1)
    #expect(
      finding.text
        == "1 bucket of \(size)x\(size) pixels without colour that the frames beside have")
  }

  @Test func bucketsThatTouchAndBucketsApart() {
    let findings = Self.find([
      Self.area(32, 32, 64, 32), Self.area(32, 64, 32, 32), Self.area(160, 0, 40, 32),
    ])
    #expect(findings.map(\.code) == [.missingBucket, .missingBucket])
    #expect(
      findings.compactMap(\.place.window) == [Self.area(160, 0, 40, 32), Self.area(32, 32, 64, 64)])
    #expect(findings[1].count == 3)
  }

  @Test func whatIsNoBucket() {
    #expect(Self.find([Self.area(32, 32, 31, 32)]) == [], "a column too narrow")
    #expect(Self.find([Self.area(40, 40, 40, 40)]) == [], "off the grid")
    #expect(Self.find([Self.area(48, 64, 32, 32)]) == [], "off the grid by half")
    #expect(Self.find([Self.area(64, 64, 16, 16)]) == [], "too small")
    var limits = PixelLimits()
    limits.smallestBucket = 64
    #expect(Self.find([Self.area(32, 32, 32, 32)], limits) == [])
  }

  @Test func bothNeighboursMustHaveIt() {
    let bucket = Self.area(64, 32, 32, 32)
    let full = Self.map([])
    let lost = Self.map([bucket])
    #expect(EmptyAreas.findings(lost, between: lost, and: full, part: 0) == [])
    #expect(EmptyAreas.findings(lost, between: full, and: lost, part: 0) == [])
    #expect(EmptyAreas.findings(full, between: lost, and: lost, part: 0) == [])
    #expect(EmptyAreas.findings(lost, between: full, and: full, part: 0).count == 1)
  }

  @Test func zeroBand() throws {
    let band = Self.area(0, 48, 200, 16)
    let findings = Self.find([band, Self.area(0, 100, 200, 1)])
    #expect(findings.map(\.code) == [.zeroBand, .zeroBand])
    #expect(findings.map(\.severity) == [.error, .error])
    #expect(findings[0].place.window == band)
    #expect(findings[0].count == 16)
    #expect(findings[1].place.window == Self.area(0, 100, 200, 1))
    var limits = PixelLimits()
    limits.smallestBand = 2
    #expect(Self.find([Self.area(0, 100, 200, 1)], limits) == [])
    #expect(Self.find([Self.area(0, 50, 199, 5)]) == [], "not the full width")
  }

  @Test func bandsNeedBothNeighbours() {
    let band = Self.map([Self.area(0, 48, 200, 16)])
    let full = Self.map([])
    #expect(EmptyAreas.findings(band, between: band, and: full, part: 0) == [])
    #expect(EmptyAreas.findings(band, between: full, and: band, part: 0) == [])
  }

  @Test func movingDataWindows() {
    let bucket = Self.area(64, 32, 32, 32)
    let lost = Self.map([bucket])
    let moved = Self.map([], Window(minX: -3, minY: 1, maxX: 230, maxY: 131))
    #expect(EmptyAreas.findings(lost, between: moved, and: moved, part: 0).count == 1)
    let elsewhere = Self.map([], Window(minX: 80, minY: 1, maxX: 230, maxY: 131))
    #expect(EmptyAreas.findings(lost, between: elsewhere, and: moved, part: 0) == [])
  }
}
