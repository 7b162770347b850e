import FrameEngine
import Testing

struct ProfileTests {
  private typealias Samples = SequenceSamples

  private static func codes(
    _ parts: [Part], flags: UInt32 = 0, name: FileName = "shot.1001.exr",
    _ change: (inout Profile) -> Void
  ) -> [FindingCode] {
    var profile = Profile(name: "test")
    change(&profile)
    return profile.judge(parts, versionFlags: flags, fileName: name).map(\.code)
  }

  private static func codes(_ part: Part, _ change: (inout Profile) -> Void) -> [FindingCode] {
    codes([part], change)
  }

  @Test func `A profile without demands finds nothing`() {
    #expect(Profile.standard.judge([Samples.part()], fileName: "any name") == [])
    #expect(Profile.standard.judge([], fileName: "") == [])
  }

  @Test func `Names are judged`() {
    func codes(_ name: FileName) -> [FindingCode] {
      Self.codes([], name: name) {
        $0.fileName.characters = CharacterRanges("A-Za-z0-9._-")
        $0.fileName.byteLimit = 20
        $0.fileName.pattern = TextPattern("sh*_v???.*.exr")
      }
    }
    #expect(codes("sh010_v002.1001.exr") == [])
    #expect(codes("sh010 v002.1001.exr") == [.fileName, .fileName])
    #expect(codes("shot010comp_v002.1001.exr") == [.fileName])
    #expect(codes("comp_v002.1001.exr") == [.fileName])
    #expect(codes(FileName(Array("sh_v002.\u{FF}.exr".utf8))) == [.fileName])
    #expect(codes(FileName(Array("sh_v002.".utf8) + [0xFF] + Array(".exr".utf8))) == [.fileName])
  }

  @Test func `Windows are judged`() {
    let display = Window(minX: 0, minY: 0, maxX: 99, maxY: 49)
    let wide = Window(minX: -8, minY: -8, maxX: 107, maxY: 57)
    let inner = Window(minX: 5, minY: 5, maxX: 20, maxY: 20)
    func codes(_ data: Window, _ change: (inout ImageDemand) -> Void) -> [FindingCode] {
      Self.codes(Samples.part(data: data, display: display)) { change(&$0.image) }
    }
    #expect(codes(display) { $0.resolutions = [.init(width: 100, height: 50)] } == [])
    #expect(codes(display) { $0.resolutions = [.init(width: 100, height: 51)] } == [.resolution])
    #expect(codes(display) { $0.smallest = .init(width: 100, height: 50) } == [])
    #expect(codes(display) { $0.smallest = .init(width: 10, height: 51) } == [.resolution])
    #expect(codes(wide) { $0.displayWindow = display } == [])
    #expect(codes(wide) { $0.displayWindow = wide } == [.displayWindow])
    #expect(codes(wide) { $0.dataWindow = .display } == [.dataWindow])
    #expect(codes(display) { $0.dataWindow = .display } == [])
    #expect(codes(inner) { $0.dataWindow = .insideDisplay } == [])
    #expect(codes(wide) { $0.dataWindow = .insideDisplay } == [.dataWindow])
    #expect(codes(inner) { $0.dataWindow = .window(inner) } == [])
    #expect(codes(inner) { $0.dataWindow = .window(wide) } == [.dataWindow])
    let eight = ImageDemand.DataWindow.overscan(left: 8, top: 8, right: 8, bottom: 8)
    #expect(codes(wide) { $0.dataWindow = eight } == [])
    #expect(codes(display) { $0.dataWindow = eight } == [.dataWindow])
    let squeezed = Samples.part(aspect: 2)
    #expect(Self.codes(squeezed) { $0.image.pixelAspectRatio = 1 } == [.pixelAspect])
    #expect(Self.codes(squeezed) { $0.image.pixelAspectRatio = 2 } == [])
    #expect(
      Self.codes(Samples.part(aspect: .nan)) { $0.image.pixelAspectRatio = 1 } == [.pixelAspect])
  }

  @Test func `Storage is judged`() {
    let tiles = TileDescription(width: 64, height: 48, mode: .mip)
    let tiled = Samples.part(kind: .tiles, codec: .piz, lineOrder: .random, tiles: tiles)
    func codes(_ change: (inout StorageDemand) -> Void) -> [FindingCode] {
      Self.codes([tiled, tiled]) { change(&$0.storage) }
    }
    #expect(codes { $0.codecs = [.zip, .piz] } == [])
    #expect(codes { $0.codecs = [.zip] } == [.codecDisallowed, .codecDisallowed])
    #expect(codes { $0.lineOrders = [.increasing] }.first == .lineOrderDisallowed)
    #expect(codes { $0.kinds = [.scanLines] }.first == .tilingDisallowed)
    #expect(codes { $0.kinds = [.tiles] } == [])
    #expect(codes { $0.partLimit = 1 } == [.tilingDisallowed])
    #expect(codes { $0.tileSizes = [.init(width: 64, height: 64)] }.count == 2)
    #expect(codes { $0.needsPowerOfTwoTiles = true }.count == 2)
    #expect(codes { $0.levels = [.one] }.count == 2)
    #expect(codes { $0.levels = [.mip, .rip] } == [])
  }

  @Test func `Channels are judged over all parts`() {
    let depth = Samples.part(name: "depth", channels: [Channel(name: "Z", type: .float)])
    let colour = Samples.part(name: "beauty")
    func codes(_ change: (inout ChannelDemand) -> Void) -> [FindingCode] {
      Self.codes([colour, depth]) { change(&$0.channels) }
    }
    #expect(
      codes { $0.required = [.init(name: "R"), .init(name: "depth.Z", types: [.float])] } == [])
    #expect(codes { $0.required = [.init(name: "N.X"), .init(name: "Z")] } == [.channelMissing])
    #expect(codes { $0.required = [.init(name: "Z", types: [.half])] } == [.channelType])
    #expect(codes { $0.types = [.half] } == [.channelType])
    #expect(
      codes {
        $0.types = [.half]
        $0.required = [.init(name: "Z", types: [.float])]
      } == [])
    #expect(codes { $0.allowed = [] }.count == 5)
    #expect(codes { $0.allowed = [TextPattern("beauty.?"), TextPattern("Z")] } == [])
    #expect(codes { $0.ids = [TextPattern("Z")] } == [])
    let half = Samples.part(channels: [Channel(name: "obj.id", type: .half)])
    #expect(Self.codes(half) { $0.channels.ids = [TextPattern("*.id")] } == [.idChannelLossy])
    let lossy = Samples.part(channels: [Channel(name: "obj.id", type: .float)], codec: .dwab)
    #expect(Self.codes(lossy) { $0.channels.ids = [TextPattern("*.id")] } == [.idChannelLossy])
  }

  @Test func `Metadata is judged`() throws {
    let part = Samples.part(attributes: [
      Samples.rate(24_000, 1001), Samples.string("owner", "Studio X\0"),
      Samples.words("version", "int", [7]),
      Samples.floats("chromaticities", "chromaticities", Chromaticities.aces.values),
      Attribute(name: "odd", type: "unknown", value: [1, 2]),
    ])
    func codes(_ change: (inout MetadataDemand) -> Void) -> [FindingCode] {
      Self.codes(part) { change(&$0.metadata) }
    }
    let rates = ["24", "23.976"].compactMap { FrameRate(parsing: $0) }
    #expect(codes { $0.frameRates = rates } == [])
    #expect(codes { $0.frameRates = [rates[0]] } == [.frameRate])
    #expect(Self.codes(Samples.part()) { $0.metadata.frameRates = rates } == [.frameRate])
    #expect(codes { $0.chromaticities = [.aces] } == [])
    #expect(codes { $0.chromaticities = [.acesCG] } == [.chromaticities])
    let rec709 = try #require(Chromaticities.named["rec709"])
    #expect(Self.codes(Samples.part()) { $0.metadata.chromaticities = [rec709] } == [])
    #expect(
      Self.codes(Samples.part()) { $0.metadata.chromaticities = [.aces] } == [.chromaticities])
    func required(_ name: String, _ value: String?) -> [FindingCode] {
      codes { $0.required = [.init(name: name, value: value.map { TextPattern($0) })] }
    }
    #expect(required("owner", "Studio ?") == [] && required("version", "7") == [])
    #expect(required("owner", "Other*") == [.metadataMissing])
    #expect(required("absent", nil) == [.metadataMissing])
    #expect(required("odd", nil) == [] && required("odd", "x") == [.metadataMissing])
  }

  @Test func `An ACES container is plain`() {
    let names = ["B", "G", "R"]
    func part(
      _ channels: [String], type: PixelType = .half, codec: PixelCodec = .none,
      primaries: [Float] = Chromaticities.aces.values, flag: UInt32? = 1,
      kind: Part.Kind = .scanLines
    ) -> Part {
      var attributes = [Samples.floats("chromaticities", "chromaticities", primaries)]
      if let flag { attributes.append(Samples.words("acesImageContainerFlag", "int", [flag])) }
      return Samples.part(
        kind: kind, channels: channels.map { Channel(name: $0, type: type) }, codec: codec,
        attributes: attributes)
    }
    func codes(_ part: Part, flags: UInt32 = 0) -> [FindingCode] {
      Self.codes([part], flags: flags) { $0.isACESContainer = true }
    }
    #expect(codes(part(names)) == [] && codes(part(["A"] + names), flags: 0x402) == [])
    #expect(codes(part(names + ["left.B", "left.G", "left.R"])) == [])
    #expect(codes(part(names + ["left.B", "left.G"])) == [.acesChannels])
    #expect(codes(part(names + ["Z"])) == [.acesChannels])
    #expect(codes(part(names, type: .float)) == [.acesChannels])
    #expect(codes(part(names, codec: .piz)) == [.acesCompression])
    #expect(codes(part(names, primaries: Chromaticities.acesCG.values)) == [.acesChromaticities])
    #expect(
      codes(part(names, flag: nil)) == [.acesFlag] && codes(part(names, flag: 2)) == [.acesFlag])
    #expect(codes(part(names), flags: 0x200) == [.acesLayout])
    #expect(codes(part(names, kind: .tiles)) == [.acesLayout])
  }

  @Test func `Severities are those of the profile`() {
    var profile = Profile(name: "test")
    profile.storage.codecs = [.none]
    profile.severities = [.codecDisallowed: .warning, .blackFrame: .error]
    let found = profile.judge([Samples.part()], fileName: "a.exr")
    #expect(found.map(\.severity) == [.warning])
    profile.severities.updateValue(nil, forKey: .codecDisallowed)
    #expect(profile.judge([Samples.part()], fileName: "a.exr") == [])
    let black = Finding(.blackFrame, FindingPlace(), "black")
    #expect(profile.weighing(black)?.severity == .error)
    #expect(profile.weighing(Finding(.fireflies, FindingPlace(), "x"))?.severity == .warning)
  }

  @Test func `Cryptomatte is judged with every profile`() {
    let part = Samples.part(
      channels: [Channel(name: "x00.R", type: .half)],
      attributes: [Samples.string("cryptomatte/0000000/name", "x")])
    let codes = Set(Profile.standard.judge([part], fileName: "a.exr").map(\.code))
    #expect(codes == [.cryptoKey, .cryptoHash, .cryptoManifest, .idChannelLossy])
  }
}

struct TextPatternTests {
  @Test(arguments: [
    ("", "", true), ("*", "", true), ("*", "abc", true), ("a*c", "abbc", true),
    ("a*c", "abcd", false), ("?", "é", true), ("?", "", false), ("a?c", "abc", true),
    ("*.exr", "a.exr.exr", true), ("a**b", "ab", true), ("abc", "ab", false), ("", "a", false),
    ("*a*b*c*", "xaxbxcx", true), ("*a*b*c*", "xbxaxcx", false),
  ])
  func `Wildcards match`(pattern: String, text: String, matches: Bool) {
    #expect(TextPattern(pattern).matches(text) == matches)
  }

  @Test func `A hostile pattern takes no long time`() {
    let pattern = TextPattern(String(repeating: "*a", count: 60) + "b")
    #expect(!pattern.matches(String(repeating: "a", count: 5_000)))
  }

  @Test func `Characters are ranges`() throws {
    let ranges = try #require(CharacterRanges("a-c_-"))
    for scalar in "abc_-".unicodeScalars { #expect(ranges.contains(scalar)) }
    for scalar in "dA `".unicodeScalars { #expect(!ranges.contains(scalar)) }
    #expect(CharacterRanges("") == nil && CharacterRanges("z-a") == nil)
    #expect(CharacterRanges("-")?.contains("-") == true)
  }
}
