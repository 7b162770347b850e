import Testing

@testable import FrameEngine

@Suite struct PixelJudgeTests {
  private static let names = ["A", "B", "G", "R", "Z"]

  /// The findings of an image of 40 by 30 pixels whose samples are those of a clean render, except
  /// where `change` gives another value.
  private static func judge(
    limits: PixelLimits = .standard, names: [String] = names, type: PixelType = .half,
    _ change: (_ name: String, _ x: Int, _ y: Int) -> Double? = { _, _, _ in nil }
  ) -> [Finding] {
    let image = PixelSamples(
      Window(minX: 100, minY: 50, maxX: 139, maxY: 79), PixelSamples.channels(names, type)
    ) { channel, x, y in
      if let value = change(names[channel], x, y) { return value }
      let base = names[channel].split(separator: ".").last ?? ""
      switch base {
      case "A": return 1
      case "Z": return Double(1000 + x)
      default: return 0.1 + Double((x * 7 + y * 13 + channel * 5) % 31) / 31
      }
    }
    return PixelJudge.judge([image.scan(limits: limits)])
  }

  private static func codes(_ findings: [Finding]) -> [FindingCode] { findings.map(\.code) }

  @Test func cleanImagesHaveNone() {
    #expect(Self.judge() == [])
    #expect(Self.judge(type: .float) == [])
    #expect(Self.judge { name, x, _ in name == "A" ? 1 : Double(x) / 50 + 0.001 } == [])
    var random = TestBytes(seed: 91)
    #expect(
      Self.judge { name, _, _ in name == "A" ? 1 : Double(random.next() >> 40) / 1_000_000 } == [])
  }

  @Test(arguments: ["R", "A", "Z"]) func nanInAnyNumber(name: String) throws {
    let findings = Self.judge { $0 == name && $1 == 111 && $2 >= 60 && $2 < 63 ? .nan : nil }
    let finding = try #require(findings.first)
    #expect(findings.count == 1)
    #expect(finding.code == .nanPixels)
    #expect(finding.severity == .error)
    #expect(finding.count == 3)
    #expect(finding.place.part == 0)
    #expect(finding.place.channel == name)
    #expect(finding.place.pixel == PixelPosition(x: 111, y: 60))
    #expect(finding.place.window == Window(minX: 111, minY: 60, maxX: 111, maxY: 62))
    #expect(finding.text == "3 samples not a number")
  }

  @Test func infinityInColourButNotInDepth() {
    func infinite(_ name: String) -> (String, Int, Int) -> Double? {
      { $0 == name && $1 == 120 && $2 == 70 ? -Double.infinity : nil }
    }
    #expect(Self.codes(Self.judge(infinite("G"))) == [.infPixels])
    #expect(Self.judge(infinite("Z")) == [])
    var limits = PixelLimits()
    limits.mayBeInfinite = []
    #expect(Self.codes(Self.judge(limits: limits, infinite("Z"))) == [.infPixels])
  }

  @Test func negativesInColourButNotInData() {
    let names = ["B", "G", "N.X", "N.Y", "N.Z", "R", "motion.u"]
    #expect(
      Self.judge(names: names) { name, x, _ in
        name.contains(".") ? Double(x - 120) / 10 : nil
      } == [])
    let findings = Self.judge { name, x, y in name == "B" && x == 130 && y > 76 ? -0.5 : nil }
    #expect(Self.codes(findings) == [.negativePixels])
    #expect(findings[0].count == 3)
    #expect(findings[0].text == "3 samples below zero, the least -0.5")
    var limits = PixelLimits()
    limits.negativeShare = 0.01
    #expect(
      Self.judge(limits: limits) { name, x, y in name == "B" && x == 130 && y > 76 ? -0.5 : nil }
        == [])
    #expect(Self.judge { name, x, _ in name == "B" && x == 130 ? -0.0 : nil } == [])
  }

  @Test func colourAboveTheLimit() {
    let change: (String, Int, Int) -> Double? = { name, x, y in
      name == "G" && (x == 101 || x == 102) && y == 55 ? 20.5 : nil
    }
    #expect(Self.judge(change) == [], "without a limit")
    var limits = PixelLimits()
    limits.colourMaximum = 20
    let findings = Self.judge(limits: limits, change)
    #expect(Self.codes(findings) == [.overLimit])
    #expect(findings[0].count == 2)
    #expect(findings[0].place.pixel == PixelPosition(x: 101, y: 55))
    limits.overLimitShare = 0.5
    #expect(Self.judge(limits: limits, change) == [])
    limits.colourMaximum = 20.5
    limits.overLimitShare = 0
    #expect(Self.judge(limits: limits, change) == [])
  }

  @Test func clippedHalves() {
    let change: (String, Int, Int) -> Double? = { name, x, y in
      name == "R" && x < 104 && y < 54 ? 65504 : nil
    }
    #expect(Self.codes(Self.judge(change)) == [.halfClipped])
    #expect(Self.judge(type: .float, change) == [], "a float has room above")
  }

  @Test func manyDenormals() {
    #expect(
      Self.codes(Self.judge { name, x, _ in name == "R" && x < 110 ? 1e-5 : nil }) == [
        .denormalPixels
      ])
    #expect(Self.judge { $0 == "R" && $1 == 110 && $2 == 60 ? 1e-5 : nil } == [])
  }

  @Test func fireflies() {
    let change: (String, Int, Int) -> Double? = { name, x, y in
      name == "R" && (x, y) == (110, 60) ? 400 : nil
    }
    let findings = Self.judge(change)
    #expect(Self.codes(findings) == [.fireflies])
    #expect(findings[0].place.pixel == PixelPosition(x: 110, y: 60))
    var limits = PixelLimits()
    limits.fireflyCount = 1
    #expect(Self.judge(limits: limits, change) == [])
    limits.fireflies = nil
    #expect(Self.judge(limits: limits, change) == [])
  }

  @Test func blackFrames() {
    let black: (String, Int, Int) -> Double? = { name, _, _ in
      ["R", "G", "B"].contains(name) ? 0 : nil
    }
    #expect(Self.codes(Self.judge(black)) == [.blackFrame])
    #expect(Self.judge { name, x, y in (x, y) == (100, 50) ? nil : black(name, x, y) } == [])
    // A layer may be black where the main one is not, and the other way round.
    let names = ["B", "G", "R", "fog.B", "fog.G", "fog.R"]
    #expect(Self.judge(names: names) { name, _, _ in name.hasPrefix("fog") ? 0 : nil } == [])
    #expect(
      Self.codes(Self.judge(names: names) { name, _, _ in name.hasPrefix("fog") ? nil : 0 })
        == [.blackFrame])
  }

  @Test func blackIsSaidOfTheFirstPartWithColour() {
    func scan(_ names: [String], _ value: Double) -> PartScan {
      PixelSamples(PixelSamples.window(8, 8), PixelSamples.channels(names)) { _, x, y in
        value * Double(x + y)
      }.scan()
    }
    let depth = scan(["Z"], 0)
    #expect(PixelJudge.judge([depth, scan(["R"], 1), scan(["R"], 0)]) == [])
    let findings = PixelJudge.judge([nil, depth, scan(["R"], 0), scan(["R"], 1)])
    #expect(Self.codes(findings) == [.blackFrame])
    #expect(findings[0].place.part == 2)
    #expect(PixelJudge.judge([PartScan(scan(["R"], 0).plan)]) == [], "nothing was decoded")
  }

  @Test func constantChannels() {
    #expect(Self.codes(Self.judge { name, _, _ in name == "G" ? 0.5 : nil }) == [.constantChannel])
    #expect(Self.codes(Self.judge { name, _, _ in name == "G" ? 0 : nil }) == [.constantChannel])
    #expect(Self.judge { name, _, _ in name == "Z" ? 0.5 : nil } == [])
    #expect(Self.judge { name, x, y in name == "G" && x + y > 150 ? 0.5 : nil } == [])
  }

  @Test func alphaOutsideItsRange() {
    let high = Self.judge { name, x, y in name == "A" && (x, y) == (105, 57) ? 1.5 : nil }
    #expect(Self.codes(high) == [.alphaRange])
    #expect(high[0].place.pixel == PixelPosition(x: 105, y: 57))
    #expect(
      Self.codes(Self.judge { name, x, _ in name == "A" && x == 103 ? -0.25 : nil }) == [
        .alphaRange
      ])
    #expect(Self.judge(type: .float) { name, x, _ in name == "A" && x == 103 ? 1.0005 : nil } == [])
    #expect(Self.judge { name, x, _ in name == "A" && x == 103 ? -0.0005 : nil } == [])
  }

  @Test func emptyAlpha() {
    #expect(Self.codes(Self.judge { name, _, _ in name == "A" ? 0 : nil }) == [.alphaEmpty])
    #expect(
      Self.judge { name, x, _ in
        name == "Z" ? nil : x == 100 ? (name == "A" ? 1 : nil) : 0
      } == [])
  }

  @Test func colourThatAlphaDoesNotCover() {
    let findings = Self.judge { name, x, _ in
      x < 110 && name == "A" || x < 108 && ["R", "B", "G"].contains(name) ? 0 : nil
    }
    #expect(Self.codes(findings) == [.premultiplyDoubt])
    #expect(findings[0].count == 60)
    #expect(findings[0].place.window == Window(minX: 108, minY: 50, maxX: 109, maxY: 79))
    var limits = PixelLimits()
    limits.uncoveredShare = 0.5
    #expect(
      Self.judge(limits: limits) { name, x, _ in name == "A" && x < 108 ? 0 : nil } == [])
  }

  @Test func idsAreNotNumbers() {
    let names = ["CryptoObject00.B", "CryptoObject00.R", "G", "R", "objectId"]
    #expect(
      Self.judge(names: names, type: .float) { name, x, y in
        name.hasPrefix("Crypto") || name == "objectId" ? (x + y) % 3 == 0 ? .nan : -1e30 : nil
      } == [])
  }

  @Test func aProfileNamesRoles() {
    let names = ["G", "R", "weights"]
    let change: (String, Int, Int) -> Double? = { name, x, _ in
      name == "weights" ? Double(x - 120) : nil
    }
    #expect(Self.judge(names: names, change) == [])
    var limits = PixelLimits()
    limits.roles["weights"] = .colour
    #expect(Self.codes(Self.judge(limits: limits, names: names, change)) == [.negativePixels])
  }
}
