import FrameEngine
import Mover
import Testing

struct FrameListTests {
  private let scratch = ScratchTree()
  private let disk = ThreadDisk()

  private func list(_ places: [String], _ range: String? = nil) throws -> FrameList {
    try FrameList(
      places.map { FileName(scratch($0)) }, range: range.map { try FrameRange(parsing: $0) },
      on: disk)
  }

  /// Each sequence as its title below the scratch folder and its frames.
  private func summary(_ list: FrameList) -> [String] {
    list.sequences.map { sequence in
      let frames = FrameRange(frames: sequence.files.compactMap(\.frame)).description
      return sequence.title.dropFirst(scratch.path.utf8.count + 1) + " " + frames
    }
  }

  private func refusal(_ places: [String], _ range: String? = nil) -> FrameListError? {
    #expect(throws: FrameListError.self) { try list(places, range) }
  }

  @Test(arguments: ["####", "%04d", "$F4", "@@@@", "#", "%d", "$F", "@"])
  func `A pattern finds its frames`(token: String) throws {
    scratch.run("touch s.{0999..1003}.exr s.x.exr t.1001.exr s.1001.exr.tmp; mkdir s.2000.exr")
    let list = try list(["s.\(token).exr"])
    #expect(list.sequences.count == 1 && list.count == 5)
    #expect(list.sequences[0].files.map(\.frame) == [999, 1000, 1001, 1002, 1003])
    #expect(list.sequences[0].files[0].path == FileName(scratch("s.0999.exr")))
  }

  @Test func `A range selects and names what lacks`() throws {
    scratch.run("touch s.{1001..1010}.exr; rm s.1004.exr s.1005.exr s.1009.exr")
    let whole = try list(["s.####.exr"]).sequences[0]
    #expect(whole.missing.description == "1004-1005,1009" && whole.outside.isEmpty)
    let some = try list(["s.####.exr"], "1003-1007,1012").sequences[0]
    #expect(some.files.map(\.frame) == [1003, 1006, 1007])
    #expect(some.missing.description == "1004-1005,1012")
    #expect(some.outside.map(\.frame) == [1001, 1002, 1008, 1010])
    #expect(try list(["s.####.exr"], "5000").sequences[0].files.isEmpty)
  }

  @Test func `Wildcards group by name`() throws {
    scratch.run("touch a.{1..3}.exr b.{1..2}.exr a.1.png c.exr .hidden.1.exr")
    #expect(summary(try list(["*.exr"])) == ["a.#.exr 1-3", "b.#.exr 1-2", "c.exr "])
    #expect(summary(try list(["a.*.exr"])) == ["a.#.exr 1-3"])
    #expect(summary(try list(["[bc].?.exr"])) == ["b.#.exr 1-2"])
    #expect(summary(try list([".hidden.*"])) == [".hidden.#.exr 1"])
  }

  @Test func `Folders hold sequences, and so do those below`() throws {
    scratch.run(
      """
      mkdir -p f/sub/deep f/.cache f/empty; touch f/a.{1..3}.exr f/sub/b.{01..02}.EXR f/note.txt
      touch f/sub/deep/still.exr f/.cache/x.1.exr f/.x.1.exr; ln -s sub f/again; mkfifo f/p.1.exr
      """)
    let expected = ["f/a.#.exr 1-3", "f/sub/b.##.EXR 1-2", "f/sub/deep/still.exr "]
    #expect(summary(try list(["f"])) == expected)
    #expect(summary(try list(["f/"])) == expected)
    scratch.run("ln -s f link")
    #expect(try list(["link"]).count == 6)
  }

  @Test func `Names that a shell expanded are one sequence`() throws {
    scratch.run("mkdir d; touch s.{1..4}.exr d/s.{1..2}.exr")
    let list = try list(["s.1.exr", "d/s.1.exr", "s.4.exr", "s.2.exr", "s.2.exr", "d/s.2.exr"])
    #expect(summary(list) == ["s.#.exr 1-2,4", "d/s.#.exr 1-2"])
    #expect(list.sequences[0].missing.description == "3")
  }

  @Test func `A file is taken once`() throws {
    scratch.run("touch s.{1..4}.exr")
    #expect(try list(["s.#.exr", "*.exr", "s.1.exr", ".", "./s.2.exr", ".//"]).count == 4)
    #expect(try list(["s.1.exr", "s.#.exr"]).sequences.map(\.files.count) == [1, 3])
  }

  @Test func `A file with a name like a pattern is that file`() throws {
    scratch.run("touch 's.####.exr' s.0001.exr 'a[1].exr' 'x*.exr'")
    #expect(try list(["s.####.exr"]).sequences.map(\.files.count) == [1])
    #expect(try list(["a[1].exr", "x*.exr"]).count == 2)
  }

  @Test func `Links lead to files`() throws {
    scratch.run(
      "mkdir d; echo 12345 > d/real.exr; ln -s d/real.exr s.1.exr; ln -s s.1.exr s.2.exr; "
        + "ln -s nowhere s.3.exr; ln -s s.4.exr s.4.exr")
    let files = try list(["s.#.exr"]).sequences[0].files
    #expect(files.map(\.byteCount) == [6, 6, nil, nil])
    #expect(files[1].location == FileName(scratch("d/real.exr")))
    #expect(files[1].path == FileName(scratch("s.2.exr")))
    #expect(files[2].location == files[2].path)
  }

  @Test func `Odd names are kept`() throws {
    scratch.run("touch $'a\\nb.1.exr' $'\\xff.1.exr' '!x.1.exr'")
    #expect(try list(["."]).count == 3)
    #expect(try list(["!*.exr"]).sequences[0].files[0].name == "!x.1.exr")
  }

  @Test(arguments: [
    ("nothing.####.exr", "no file matches"), ("nothing.*.exr", "no file matches"),
    ("nothing.exr", "no such file"), ("nofolder/a.####.exr", "No such file"),
    ("a_*.####.exr", "wildcards"), ("a.%V.####.exr", "view"), ("s####/a.####.exr", "No such file"),
    ("empty", "no EXR file"), ("a.[.exr", "["), ("pipe", "neither"), ("a.%4d.exr", "spaces"),
  ])
  func `What finds nothing is named with the reason`(place: String, reason: String) {
    scratch.run("mkdir -p empty; touch s.1.exr; mkfifo pipe")
    let error = refusal([place])
    #expect(error?.reason.contains(reason) == true, "\(String(describing: error))")
    #expect(error?.place.description.hasPrefix(scratch.path) == true)
  }
}
