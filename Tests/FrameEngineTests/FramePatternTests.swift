import FrameEngine
import Testing

struct FramePatternTests {
  @Test(arguments: [
    ("shot.####.exr", "shot.", ".exr", 4), ("shot.#.exr", "shot.", ".exr", nil),
    ("shot.@@@@@.exr", "shot.", ".exr", 5), ("shot.@.exr", "shot.", ".exr", 1),
    ("shot.%04d.exr", "shot.", ".exr", 4), ("shot.%d.exr", "shot.", ".exr", 1),
    ("shot.$F4.exr", "shot.", ".exr", 4), ("shot.$F.exr", "shot.", ".exr", 1),
    ("100%%_%03d.exr", "100%_", ".exr", 3), ("####", "", "", 4),
    ("wall.<UDIM>.####.exr", "wall.<UDIM>.", ".exr", 4), ("100%.##", "100%.", "", 2),
  ])
  func `Reads what artists type`(text: String, prefix: String, suffix: String, padding: Int?) throws
  {
    let pattern = try #require(try FramePattern(parsing: FileName(text)))
    #expect(pattern.prefix == Array(prefix.utf8) && pattern.suffix == Array(suffix.utf8))
    #expect(pattern.padding == padding)
  }

  @Test(arguments: ["shot.1001.exr", "wall.<UDIM>.exr", "100%.exr", "cost$.exr", "%", "$", ""])
  func `A name without a place for the number is no pattern`(text: String) throws {
    #expect(try FramePattern(parsing: FileName(text)) == nil)
  }

  @Test(arguments: [
    ("a.%V.####.exr", "view"), ("a.%v.exr", "view"), ("a.####.##.exr", "two places"),
    ("a.%4d.exr", "spaces"), ("a.$FF.exr", "fraction"), ("a.%099d.exr", "1 to 18"),
    ("a.%099999999999999999999d.exr", "1 to 18"), ("a.$F0.exr", "1 to 18"),
    ("a.%000d.exr", "1 to 18"), (String(repeating: "#", count: 200), "1 to 18"),
  ])
  func `What cannot be meant is refused with a reason`(text: String, reason: String) {
    let error = #expect(throws: FrameSyntaxError.self) {
      try FramePattern(parsing: FileName(text))
    }
    #expect(error?.reason.contains(reason) == true, "\(String(describing: error))")
  }

  @Test func `Names and numbers belong to each other`() throws {
    let pattern = try #require(try FramePattern(parsing: "shot.%04d.exr"))
    for frame in [1001, 7, 0, -5, -12345, 12345, Int(Int32.max)] {
      let match = pattern.match(pattern.name(of: frame))
      #expect(match?.frame == frame && match?.isPadded == true)
    }
    #expect(pattern.name(of: 7) == "shot.0007.exr")
    #expect(pattern.name(of: -5) == "shot.-005.exr")
    #expect(pattern.name(of: 123_456) == "shot.123456.exr")
  }

  @Test(arguments: [
    ("shot.1001.exr", 1001, true), ("shot.0007.exr", 7, true), ("shot.12345.exr", 12345, true),
    ("shot.-0005.exr", -5, true), ("shot.-005.exr", -5, true), ("shot.7.exr", 7, false),
    ("shot.00007.exr", 7, false), ("shot.012345.exr", 12345, false),
  ])
  func `Wider numbers belong to it and wrong padding shows`(
    name: String, frame: Int, isPadded: Bool
  ) throws {
    let pattern = try #require(try FramePattern(parsing: "shot.####.exr"))
    let match = try #require(pattern.match(FileName(name)))
    #expect(match.frame == frame && match.isPadded == isPadded)
  }

  @Test(arguments: [
    "shot..exr", "shot.10a1.exr", "shot.1001.exr2", "shut.1001.exr", "shot.--5.exr", "shot.-.exr",
    "shot.99999999999.exr", "shot.1111111111111111111111111.exr", "shot.exr", "",
  ])
  func `Other names are none of it`(name: String) throws {
    let pattern = try #require(try FramePattern(parsing: "shot.####.exr"))
    #expect(pattern.match(FileName(name)) == nil)
  }

  @Test func `Bytes that are no text are kept`() throws {
    let name = FileName([0xFF, 0x0A] + Array("_####.exr".utf8))
    let pattern = try #require(try FramePattern(parsing: name))
    #expect(pattern.name(of: 12) == FileName([0xFF, 0x0A] + Array("_0012.exr".utf8)))
    #expect(pattern.description == "\\xff\\n_####.exr")
  }
}

struct FrameGroupTests {
  private static func groups(_ names: [String]) -> [String: [Int?]] {
    var result = [String: [Int?]]()
    for group in FramePattern.groups(of: names.map { FileName($0) }) {
      let key = group.pattern?.description ?? group.members[0].name.description
      result[key] = group.members.map(\.frame)
    }
    return result
  }

  @Test func `Sequences of a folder are told apart`() {
    let names = [
      "b.0002.exr", "b.0001.exr", "a.1001.exr", "a.1002.exr", "a_v001.exr", "a_v002.exr",
      "plate_0009.left.exr", "plate_0010.left.exr", "plate_0009.right.exr", "still.exr",
      "sh010_comp.exr", "sh020_comp.exr", "4k.exr", "20261124093000.exr",
    ]
    #expect(
      Self.groups(names) == [
        "a.####.exr": [1001, 1002], "b.####.exr": [1, 2], "a_v001.exr": [nil],
        "a_v002.exr": [nil], "plate_####.left.exr": [9, 10], "plate_####.right.exr": [9],
        "still.exr": [nil], "sh010_comp.exr": [nil], "sh020_comp.exr": [nil], "4k.exr": [nil],
        "20261124093000.exr": [nil],
      ])
  }

  @Test func `The number that runs is the frame`() {
    let cameras = (1001...1010).flatMap { ["r.\($0).cam1.exr", "r.\($0).cam2.exr"] }
    #expect(
      Self.groups(cameras)
        == ["r.####.cam1.exr": Array(1001...1010), "r.####.cam2.exr": Array(1001...1010)])
    let shots = (1...5).map { "sh_010_0020_comp000\($0).exr" }
    #expect(Self.groups(shots) == ["sh_010_0020_comp####.exr": Array(1...5)])
  }

  @Test func `Padding is that of most names`() {
    #expect(Self.groups((8...11).map { "f\($0).exr" }) == ["f#.exr": Array(8...11)])
    #expect(Self.groups((998...1001).map { "f\($0).exr" })["f###.exr"]?.count == 4)
    let mixed = FramePattern.groups(of: ["f.0001.exr", "f.0002.exr", "f.3.exr", "f.004.exr"])
    #expect(mixed.count == 1 && mixed[0].pattern?.padding == 4)
    #expect(mixed[0].members.map(\.isPadded) == [true, true, false, false])
  }

  @Test func `A minus sign follows a separator`() {
    #expect(
      Self.groups(["a.-002.exr", "a.-001.exr", "a.0000.exr"]) == ["a.####.exr": [-2, -1, 0]])
    #expect(Self.groups(["a-0001.exr", "a-0002.exr"]) == ["a-####.exr": [1, 2]])
  }

  @Test func `A pattern without padding takes that of the names`() throws {
    let pattern = try #require(try FramePattern(parsing: "a.#.exr"))
    let group = pattern.group(of: ["a.00001.exr", "a.00002.exr", "b.00001.exr", "a.x.exr"])
    #expect(group.pattern?.padding == 5 && group.members.map(\.frame) == [1, 2])
    let strict = try #require(try FramePattern(parsing: "a.@@@.exr"))
    let members = strict.group(of: ["a.001.exr", "a.0002.exr"]).members
    #expect(members.map(\.isPadded) == [true, false])
  }
}
