import FrameEngine
import Testing

@testable import farmio

/// The commands for frames, run as a shell does.
@Suite struct FrameCommandTests {
  @Test(arguments: [
    ("verify", "FRAME"), ("verify f.exr --depth deep", "structure"),
    ("verify f.exr --frames 5-1x", "--frames"), ("verify f.exr --profile nothing", "nothing"),
    ("verify f.exr --salvage d --depth structure", "--depth decode"),
    ("verify f.exr --manifest m --write-manifest n", "not both"),
    ("tile f.exr", "DST"), ("tile f.exr t.exr --tile-size 0", "--tile-size 0"),
    ("tile f.exr t.exr --tile-size 5000", "1 to 4096"), ("tile f.exr t.exr --filter soft", "box"),
    ("tile f.exr t.exr --part 1", "f.exr"), ("tile f.exr t.exr --part -1", "--part expects"),
    ("tile f.exr t.exr --level 13", "1 to 12"), ("tile f.exr t.exr --codec htj2k32", "dwab"),
    ("convert f.exr c.exr --codec lzw", "zips"), ("convert f.exr c.exr --channels R,X", "X"),
    ("convert f.exr c.exr --channels ''", "channel"),
    ("convert f.exr c.exr --crop 1,2,3", "corners"),
    ("convert f.exr c.exr --crop 5,5,1,1", "corners"),
    ("convert f.exr c.exr --crop=-9223372036854775808,0,1,1", "corners"),
    ("convert f.exr c.exr --crop 900,900,901,901", "data window"),
    ("convert f.exr c.exr --quality -3", "--quality"), ("convert f.exr c.exr --level 0", "1 to 12"),
    ("convert f.exr c.exr --type double", "half"), ("preview f.exr p.gif", ".png"),
    ("preview f.exr p.png --size 0", "--size 0"),
    ("preview f.exr p.png --size -4", "--size expects"),
    ("preview f.exr p.jpg --quality 0", "1 to 100"), ("preview f.exr p.png --layer x", "x"),
    ("preview f.exr p.png --exposure 1000", "stops"), ("preview f.exr p.png --view log", "filmic"),
    ("sheet f.exr", "--output"), ("sheet f.exr -o s.txt", ".png"),
    ("sheet f.exr -o s.png --cell 1", "16 to 4096"), ("sheet f.exr -o s.png --columns 0", "column"),
    ("sheet f.#.exr -o s.png --frames 1-20000", "at most 10000"),
    ("sheet f.exr -o s.png --limit pixels.clipped-share", "--limit"),
    ("verify f.exr --limit pixels.colour=1", "colour"),
    ("verify f.exr --limit image.x=1", "outliers"),
    ("verify f.exr --limit outliers.reach=many", "1 to 1000"),
    ("compare f.exr", "B"), ("compare f.exr f.exr --tolerance -1", "error"),
    ("compare f.exr f.exr --heat-map h.bmp", ".png"),
  ])
  func `Wrong usage ends with 2, says why, and writes nothing`(line: String, reason: String) throws
  {
    try FrameWorkshop.with { shop in
      try shop.frame("f.exr")
      try shop.frame("f.1.exr")
      let child = try shop.run(2, "farmio \(line)")
      #expect(child.errors.contains(reason), "\(child.errors)")
      #expect(child.output == "")
      #expect(try shop.run(0, "ls -A").output == "f.1.exr\nf.exr\n")
    }
  }

  @Test(arguments: [
    "verify none.exr", "verify none.####.exr", "verify d", "tile none.exr t.exr",
    "convert none.exr c.exr", "preview none.exr p.png", "sheet none.exr -o s.png",
    "compare f.exr none.exr", "compare none.exr f.exr", "tile d t.exr", "preview p p.png",
    "convert f.exr none/c.exr", "verify f.exr --junit none/j.xml", "verify f.exr -m text",
    "verify l.exr",
  ])
  func `What cannot be read or written ends with 3, and is named`(line: String) throws {
    try FrameWorkshop.with { shop in
      try shop.frame("f.exr")
      try shop.run(0, "mkdir d; mkfifo p; echo hello > text; ln -s nowhere l.exr")
      let child = try shop.run(3, "timeout 60 farmio \(line)")
      let names = ["none", " d", " p:", "text", "l.exr"]
      #expect(names.contains { child.errors.contains($0) }, "\(child.errors)")
      #expect(try shop.run(0, "ls -A").output == "d\nf.exr\nl.exr\np\ntext\n")
    }
  }

  @Test func `Damage ends with 1, and nothing is made of it`() throws {
    try FrameWorkshop.with { shop in
      try shop.frame("f.exr")
      try shop.write("bad.exr", try FrameWorkshop.damaged())
      for line in [
        "tile bad.exr t.exr", "convert bad.exr c.exr", "preview bad.exr p.png",
        "compare f.exr bad.exr", "compare bad.exr f.exr",
      ] {
        let child = try shop.run(1, "farmio \(line)")
        #expect(child.errors.contains("bad.exr: part 0, chunk 2: "), "\(child.errors)")
        #expect(child.errors.contains("farmio verify --salvage DIR bad.exr"))
      }
      #expect(try shop.run(0, "ls -A").output == "bad.exr\nf.exr\n")
      #expect(try shop.run(1, "farmio sheet bad.exr -o s.png").output.contains("1 bad"))
    }
  }

  @Test func `Without the decoder other codecs are none the worse`() throws {
    try FrameWorkshop.with { shop in
      try shop.frame("f.exr")
      try shop.run(0, "farmio convert f.exr p.exr --codec piz")
      for line in [
        "tile f.exr t.exr", "convert f.exr z.exr --codec zips", "preview f.exr p.png",
        "verify f.exr t.exr", "verify p.exr -d structure", "compare p.exr p.exr",
      ] {
        try shop.run(0, "FARMIO_DECODER=/none/decoder farmio \(line)")
      }
      for line in [
        "tile p.exr q.exr", "convert f.exr q.exr --codec piz", "preview p.exr q.png",
        "verify p.exr",
        "compare f.exr p.exr",
      ] {
        let errors = try shop.run(3, "FARMIO_DECODER=/none/decoder farmio \(line)").errors
        for word in [".exr: piz needs farmio-decoder", "/none/decoder", "FARMIO_DECODER"] {
          #expect(errors.contains(word), "\(line): \(errors)")
        }
      }
      #expect(try shop.run(0, "ls -A").output == "f.exr\np.exr\np.png\nt.exr\nz.exr\n")
    }
  }

  @Test func `A limit is replaced on the command line`() throws {
    try FrameWorkshop.with { shop in
      try shop.frame("f.exr")
      let bright = "pixels.over-limit=0.2"
      #expect(try shop.run(0, "farmio verify f.exr --strict").errors == "")
      let found = try shop.run(1, "farmio verify f.exr --strict --limit \(bright)").output
      #expect(found.contains("over-limit"))
      try shop.run(
        0, "farmio verify f.exr --strict --limit \(bright) --limit pixels.over-limit-share=1")
    }
  }

  @Test func `Frames are converted, tiled, compared and shown`() throws {
    try FrameWorkshop.with { shop in
      try shop.frame("f.exr")
      try shop.frame("g.exr", seed: 2)
      try shop.run(
        0,
        """
        farmio convert f.exr c.exr --codec piz --channels R,G,B --crop 0,0,49,39
        farmio tile f.exr t.exr --filter lanczos3 --wrap periodic --codec zips
        farmio preview f.exr p.png --size 40 --alpha; farmio preview f.exr p.jpg --exposure -1
        farmio verify c.exr t.exr -p texture >/dev/null || true
        """)
      let equal = try shop.run(0, "farmio compare f.exr t.exr")
      #expect(equal.output == "A  equal\nB  equal\nG  equal\nR  equal\nequal\n")
      let crop = try shop.run(1, "farmio compare f.exr c.exr").output
      #expect(crop.contains("A  only in the first\n") && crop.contains("data window "))
      let other = try shop.run(1, "farmio compare f.exr g.exr --heat-map h.png").output
      #expect(other.contains("first at x 0 y 0") && other.hasSuffix("differ\n"))
      #expect(try shop.run(0, "farmio compare f.exr g.exr -t 1").output.contains("tolerance"))
      try shop.run(
        0,
        """
        python3 -c '
        import struct
        for name, width, height in (("p.png", 40, 33), ("h.png", 96, 80)):
            head = open(name, "rb").read(24)
            assert head[:8] == b"\\x89PNG\\r\\n\\x1a\\n", head
            assert struct.unpack(">II", head[16:]) == (width, height), head
        assert open("p.jpg", "rb").read(3) == b"\\xff\\xd8\\xff"
        '
        """)
    }
  }

  @Test func `A sheet shows every frame, and those that are not there`() throws {
    try FrameWorkshop.with { shop in
      for number in [1, 2, 4] { try shop.frame(FileName("s.\(number).exr"), seed: number) }
      try shop.write("s.5.exr", try FrameWorkshop.damaged(seed: 5))
      let child = try shop.run(1, "farmio sheet s.#.exr --frames 1-6 -o s.png --columns 3")
      #expect(child.output.hasPrefix("s.png: 6 frames, 3 sound, 1 bad, 2 missing; "))
      let json = try shop.run(1, "farmio sheet s.#.exr -o s.jpg --json").output
      #expect(json.contains(#""frames":5,"verdicts":{"sound":3,"#))
      #expect(json.contains(#""bad":1,"#) && json.contains(#""missing":1"#))
      #expect(try shop.run(0, "farmio sheet s.1.exr s.2.exr -o s.png").errors == "")
    }
  }

  @Test(arguments: ["verify", "tile", "convert", "preview", "sheet", "compare"])
  func `Help, manual and completions know the command`(name: String) throws {
    let help = try ChildProcess.farmio("help", name)
    #expect(help.status == 0 && help.output.hasPrefix("farmio \(name): "))
    #expect(try ChildProcess.farmio("help").output.contains("\n  \(name) "))
    #expect(try ChildProcess.farmio("man").output.contains("farmio \(name)"))
    for shell in ["bash", "zsh", "fish"] {
      #expect(try ChildProcess.farmio("completions", shell).output.contains(name))
    }
  }

  @Test func `The documentation has every code, with its depth and severity`() throws {
    let root = #filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 }
    let page = try ChildProcess.run(["cat", "\(root)/docs/frames.md"]).output
    for code in FindingCode.allCases {
      let row = "\n| `\(code.rawValue)` | \(code.depth.rawValue) | \(code.severity.rawValue) | "
      #expect(page.contains(row), "\(row)")
    }
  }
}
