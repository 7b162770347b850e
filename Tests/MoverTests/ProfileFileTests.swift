import FrameEngine
import Mover
import Testing

struct ProfileFileTests {
  private static func parse(_ text: String) throws -> Profile {
    try ProfileFile.parse(Array(text.utf8), source: "p.yaml")
  }

  private static func error(_ text: String) -> ProfileError? {
    #expect(throws: ProfileError.self) { try parse(text) }
  }

  private static let start = "profile: 1\nname: x\n"

  @Test func `The profiles that come with the program are read`() throws {
    #expect(
      ProfileFile.builtInNames == [
        "aces-2065-4", "house", "netflix-archive", "netflix-vfx", "texture",
      ])
    for name in ProfileFile.builtInNames {
      let profile = try #require(ProfileFile.builtIn(name))
      #expect(profile.name == name && !profile.summary.isEmpty)
    }
    #expect(ProfileFile.builtIn("none") == nil)
    let aces = try #require(ProfileFile.builtIn("aces-2065-4"))
    #expect(aces.isACESContainer)
    let netflix = try #require(ProfileFile.builtIn("netflix-vfx"))
    #expect(netflix.storage.codecs == [.none, .zips, .zip, .piz])
    #expect(netflix.channels.types == [.half])
    #expect(netflix.fileName.characters?.contains(" ") == false)
  }

  @Test func `The texture profile takes what maketx writes`() throws {
    let profile = try #require(ProfileFile.builtIn("texture"))
    let names = ["textureformat", "wrapmodes", "oiio:AverageColor"]
    var part = Part(
      attributes: names.map { Attribute(name: $0, type: "string", value: Array("x".utf8)) },
      kind: .tiles, name: nil, channels: [Channel(name: "R", type: .half)], codec: .zip,
      dataWindow: Window(minX: 0, minY: 0, maxX: 255, maxY: 255),
      displayWindow: Window(minX: 0, minY: 0, maxX: 255, maxY: 255),
      tiles: TileDescription(width: 64, height: 64, mode: .mip))
    #expect(profile.judge([part], fileName: "wood.exr") == [])
    part.attributes.removeLast()
    part.tiles = TileDescription(width: 60, height: 64)
    let codes = profile.judge([part], fileName: "wood.exr").map(\.code)
    #expect(codes == [.tilingDisallowed, .tilingDisallowed, .metadataMissing])
    part.kind = .scanLines
    #expect(profile.judge([part], fileName: "wood.exr").first?.code == .tilingDisallowed)
  }

  @Test func `The house profile shows every key`() throws {
    let house = try #require(ProfileFile.builtIn("house"))
    #expect(house.image.resolutions.map(\.description) == ["3840x2160", "4096x2160"])
    #expect(house.image.dataWindow == .overscan(left: 0, top: 0, right: 0, bottom: 0))
    #expect(house.storage.kinds == [.scanLines, .tiles] && house.storage.levels == [.one, .mip])
    #expect(house.channels.required.count == 6 && house.channels.required[5].types.isEmpty)
    #expect(house.metadata.frameRates.map(\.description) == ["24", "24000/1001"])
    #expect(house.metadata.chromaticities == [.acesCG])
    #expect(house.metadata.required[0].value == nil)
    #expect(house.metadata.required[2].value?.matches("Renderer 4.2") == true)
    #expect(house.pixels.colourMaximum == 60_000 && house.pixels.fireflies != nil)
    #expect(house.severities[.blackFrame] == .some(.error))
    #expect(house.severities[.halfClipped] == .some(nil))
    // What is commented out is right as well.
    let text = try #require(ProfileFile.builtInText("house"))
    let lines = String(decoding: text, as: UTF8.self)
    #expect(lines.contains("# extends: netflix-vfx"))
    let extended = lines.replacing("# extends:", with: "extends:")
    #expect(try Self.parse(extended).name == "house")
  }

  @Test func `A profile extends one of the program`() throws {
    let profile = try Self.parse(
      """
      profile: 1
      name: show
      extends: netflix-vfx
      storage:
        codecs: [dwaa]
      severity: {file-name: ignore}
      """)
    #expect(profile.storage.codecs == [.dwaa] && profile.storage.kinds == [.scanLines])
    #expect(profile.image.smallest != nil && profile.name == "show")
    #expect(profile.severities[.fileName] == .some(nil))
  }

  @Test func `Every threshold can be set, and is the standard one in the house profile`() throws {
    let house = try #require(ProfileFile.builtIn("house"))
    var limits = PixelLimits.standard
    limits.colourMaximum = 60_000
    limits.roles = ["mask": .data]
    #expect(house.pixels == limits && house.outliers == .standard)
    let profile = try Self.parse(
      Self.start + """
        pixels:
          negative-share: 0.5
          over-limit-share: 0.25
          clipped-share: 0.125
          denormal-share: 1
          alpha-tolerance: 0.01
          uncovered-share: 0.02
          fireflies: {floor: 4, neighbour-stops: 2, median-stops: 5, allowed: 3}
          infinite: [depth, data]
          roles: {mask: alpha, "x.y": id}
          smallest-bucket: 64
          smallest-band: 2
        outliers: {reach: 2, scatters: 3, bytes-share: 0.5, bytes-floor: 10, mean-share: 0.1,
          mean-floor: 0.2, area-floor: 0.3}
        """)
    limits = PixelLimits()
    limits.negativeShare = 0.5
    limits.overLimitShare = 0.25
    limits.clippedShare = 0.125
    limits.denormalShare = 1
    limits.alphaTolerance = 0.01
    limits.uncoveredShare = 0.02
    limits.fireflies = FireflyRule(floor: 4, isolationStops: 2, medianStops: 5)
    limits.fireflyCount = 3
    limits.mayBeInfinite = [.depth, .data]
    limits.roles = ["mask": .alpha, "x.y": .id]
    limits.smallestBucket = 64
    limits.smallestBand = 2
    #expect(profile.pixels == limits)
    #expect(
      profile.outliers
        == OutlierLimits(
          reach: 2, scatters: 3, byteShare: 0.5, byteFloor: 10, meanShare: 0.1, meanFloor: 0.2,
          areaShare: 0.3))
    #expect(try Self.parse(Self.start + "outliers: false").outliers == nil)
    #expect(try Self.parse(Self.start + "outliers: true").outliers == .standard)
  }

  @Test func `Single limits are replaced`() throws {
    var profile = Profile.standard
    for (key, value) in [
      ("pixels.fireflies.floor", "8"), ("pixels.clipped-share", "0.5"),
      ("pixels.roles.crypto.x", "data"), ("outliers.scatters", "9"),
    ] {
      profile = try ProfileFile.adjusting(profile, key, to: value)
    }
    #expect(profile.pixels.fireflies == FireflyRule(floor: 8) && profile.pixels.clippedShare == 0.5)
    #expect(profile.pixels.roles == ["crypto.x": .data] && profile.outliers?.scatters == 9)
    #expect(
      try ProfileFile.adjusting(profile, "pixels.fireflies", to: "false").pixels.fireflies == nil)
    for (key, value, word) in [
      ("image.overscan", "1", "no limit"), ("pixels", "1", "no limit"),
      ("pixels.clipped", "1", "clipped-share"), ("outliers.reach", "0", "1 to"),
      ("pixels.clipped-share", "2", "0.0 to 1.0"),
    ] {
      let error = #expect(throws: ProfileError.self) {
        try ProfileFile.adjusting(profile, key, to: value)
      }
      #expect(error?.description.contains(word) == true && error?.source == "\(key)=\(value)")
    }
  }

  @Test func `Other forms of values are read`() throws {
    let profile = try Self.parse(
      Self.start + """
        image: {data-window: [-1, -2, 3, 4], display-window: [0, 0, 1, 1], pixel-aspect: 0.5}
        channels: {required: [R, G], allowed: [], ids: [id]}
        metadata: {chromaticities: [0.64, 0.33, 0.3, 0.6, 0.15, 0.06, 0.3127, 0.329], required: [a]}
        pixels: {negative-allowed: true, fireflies: false}
        """)
    #expect(profile.image.dataWindow == .window(Window(minX: -1, minY: -2, maxX: 3, maxY: 4)))
    #expect(profile.channels.required.map(\.name) == ["R", "G"] && profile.channels.allowed == [])
    #expect(profile.metadata.chromaticities.map(\.description) == ["rec709"])
    #expect(profile.pixels.negativeShare == 1 && profile.pixels.fireflies == nil)
    let sides = try Self.parse(Self.start + "image: {overscan: [1, 2, 3, 4]}")
    #expect(sides.image.dataWindow == .overscan(left: 1, top: 2, right: 3, bottom: 4))
    #expect(try Self.parse(#"{"profile": 1, "name": "json"}"#).name == "json")
  }

  @Test(arguments: [
    ("colour: red", 3, 1, "colour"), ("image:\n  size: 3x3", 4, 3, "size"),
    ("storage: {codecs: [zip, lzw]}", 3, 25, "lzw"),
    ("pixels: {fireflies: yes}", 3, 21, "true or false"),
    ("pixels: {clipped-share: 1.5}", 3, 25, "0.0 to 1.0"),
    ("pixels: {smallest-bucket: 33}", 3, 27, "multiple of 16"),
    ("pixels: {roles: {a: b}}", 3, 21, "colour"), ("outliers: {reach: 0}", 3, 19, "1 to 1000"),
    ("outliers: {speed: 1}", 3, 12, "speed"),
    ("pixels: {over-limit: nan}", 3, 22, "number"), ("pixels: {over-limit: 1e99}", 3, 22, "number"),
    ("severity: {black-frame: fatal}", 3, 25, "fatal"),
    ("severity: {no-code: error}", 3, 12, "no-code"),
    ("severity: [a]", 3, 11, "codes"), ("image: {resolution: 1920}", 3, 21, "3840x2160"),
    ("image: {resolution: 0x5}", 3, 21, "3840x2160"),
    ("image: {display-window: [0, 0, 1]}", 3, 25, "4 numbers"),
    ("image: {display-window: [5, 0, 1, 1]}", 3, 25, "corner"),
    ("image: {overscan: -1}", 3, 19, "0 to"),
    ("image: {overscan: 1, data-window: display}", 3, 19, "either"),
    ("image: {data-window: all}", 3, 22, "inside-display"), ("image: 5", 3, 8, "keys"),
    ("metadata: {frame-rate: fast}", 3, 24, "24000/1001"),
    ("metadata: {chromaticities: srgb}", 3, 28, "rec709"),
    ("metadata: {chromaticities: [1, 2]}", 3, 28, "eight"),
    ("file-name: {characters: z-a}", 3, 25, "ranges"),
    ("file-name: {max-bytes: 0}", 3, 24, "1 to"),
    ("storage: {max-parts: 99999999999999999999}", 3, 22, "1 to"),
    ("channels: {types: byte}", 3, 19, "half"), ("extends: nothing", 3, 10, "netflix-vfx"),
    ("name: twice", 3, 1, "twice"), ("summary: [a]", 3, 10, "text"), ("? [a]\n: b", 3, 3, "key"),
    ("summary: &a b", 3, 10, "anchors"), ("summary: !!str b", 3, 10, "tags"),
    ("summary: *a", 3, 10, "aliases"),
    ("---\nname: y", 3, 1, "one document"), ("summary: \"open\n", 4, 1, "end of stream"),
    ("summary: @x", 3, 10, "token"),
  ])
  func `Faults are told with line and column`(
    text: String, line: Int, column: Int, reason: String
  ) {
    let error = Self.error(Self.start + text)
    #expect(error?.line == line && error?.column == column, "\(String(describing: error))")
    #expect(error?.reason.contains(reason) == true, "\(String(describing: error))")
  }

  @Test(arguments: [
    "", "# nothing", "profile: 1", "name: x", "profile: 2\nname: x", "[]", "text", "\u{0}",
    "profile: 1\nname: [x]",
    "\u{FEFF}", "- a\n- b",
  ])
  func `What is no profile is refused`(text: String) {
    #expect(Self.error(text) != nil)
  }

  @Test func `Bytes that are no text are refused`() {
    for bytes in [[0xFF, 0xFE, 0x41, 0x00], [0x6E, 0xC3, 0x28], [0x80]] as [[UInt8]] {
      #expect(throws: ProfileError.self) { try ProfileFile.parse(bytes, source: "p") }
    }
  }

  @Test func `Limits hold`() {
    let deep = Self.start + "summary: " + String(repeating: "[", count: 10_000)
    #expect(Self.error(deep)?.reason.contains("deep") == true)
    let many = Self.start + "summary: [" + String(repeating: "a,", count: 20_000) + "]"
    #expect(Self.error(many)?.reason.contains("values") == true)
    let long = Self.start + "summary: " + String(repeating: "x", count: ProfileFile.byteLimit)
    #expect(Self.error(long)?.reason.contains("bytes") == true)
  }

  @Test func `Every cut of a profile is read or refused, never worse`() throws {
    let text = try #require(ProfileFile.builtInText("house"))
    var refused = 0
    for end in stride(from: 0, to: text.count, by: 7) {
      do {
        _ = try ProfileFile.parse(Array(text[..<end]), source: "cut")
      } catch {
        refused += 1
      }
    }
    #expect(refused > 0)
  }

  @Test func `A profile is found by name or path`() throws {
    let scratch = ScratchTree()
    let disk = ThreadDisk()
    scratch.run(
      "printf 'profile: 1\\nname: show\\n' > show.yaml; printf 'name: x\\nbad' > bad.yaml")
    #expect(try ProfileFile.find("texture", on: disk).name == "texture")
    #expect(try ProfileFile.find(FileName(scratch("show.yaml")), on: disk).name == "show")
    let absent = #expect(throws: ProfileError.self) {
      try ProfileFile.find("netflix", on: disk)
    }
    #expect(absent?.reason.contains("netflix-vfx") == true)
    let bad = #expect(throws: ProfileError.self) {
      try ProfileFile.find(FileName(scratch("bad.yaml")), on: disk)
    }
    #expect(bad?.description.hasPrefix(scratch("bad.yaml:")) == true)
  }
}
