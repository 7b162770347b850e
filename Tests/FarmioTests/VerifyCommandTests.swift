import FrameEngine
import Testing

@testable import farmio

/// `farmio verify`, run as a shell does.
@Suite struct VerifyCommandTests {
  /// Frames 1 to 5 of a sequence: 2 is damaged, 4 is missing.
  private func sequence(_ shop: FrameWorkshop) throws {
    for number in [1, 3, 5] { try shop.frame(FileName("s.\(number).exr"), seed: number) }
    try shop.write("s.2.exr", try FrameWorkshop.damaged(seed: 2))
  }

  @Test func `The status says how frames are`() throws {
    try FrameWorkshop.with { shop in
      try shop.frame("sound.exr")
      try shop.write("doubtful.exr", try FrameWorkshop.bytes() + [1, 2, 3])
      try shop.write("bad.exr", try FrameWorkshop.damaged())
      try shop.run(0, "ln -s nowhere unreadable.exr; mkdir -p d; : > d/empty.exr")
      #expect(
        try shop.run(0, "farmio verify sound.exr").output.hasPrefix("1 frame, ") == true)
      let doubtful = try shop.run(0, "farmio verify doubtful.exr").output
      #expect(doubtful.hasPrefix("doubtful  doubtful.exr\n  warning  trailing-bytes  "))
      try shop.run(1, "farmio verify doubtful.exr --strict")
      let bad = try shop.run(1, "farmio verify sound.exr bad.exr -q").output
      #expect(bad.hasPrefix("bad       bad.exr\n  error    chunk-checksum  part 0, columns 0-95 "))
      #expect(!bad.contains("1 sound"))
      let unreadable = try shop.run(3, "farmio verify bad.exr unreadable.exr")
      #expect(unreadable.errors.contains("unreadable.exr: cannot open: No such file"))
      #expect(unreadable.output.contains("1 bad, 1 unreadable"))
      #expect(try shop.run(1, "farmio verify d").output.contains("1 frame, 0 B: 0 sound"))
    }
  }

  @Test func `Findings of the sequence count`() throws {
    try FrameWorkshop.with { shop in
      try sequence(shop)
      let child = try shop.run(1, "farmio verify s.#.exr --frames 1-6")
      #expect(child.output.contains("\ns.#.exr\n  error    frame-missing  frame 4 is missing\n"))
      #expect(child.output.contains("4 frames, "))
      try shop.run(0, "cp s.3.exr s.2.exr; farmio verify s.#.exr --frames 1-3")
      try shop.run(1, "farmio verify s.#.exr --frames 1-3 --strict")
    }
  }

  @Test func `Every line of JSON is a record of the contract`() throws {
    try FrameWorkshop.with { shop in
      try sequence(shop)
      try shop.frame(FileName(Array("s.".utf8) + [0xFF] + Array("\"\n.6.exr".utf8)))
      try shop.run(0, "ln -s nowhere lost.exr")
      try shop.run(3, "farmio verify . --json > out.json")
      try shop.run(
        0,
        """
        python3 -c '
        import json
        records = [json.loads(line) for line in open("out.json")]
        kinds = [record["type"] for record in records]
        assert set(kinds) == {"frame", "sequence", "summary"}, kinds
        assert kinds[-1] == "summary" and kinds.count("summary") == 1
        frames = [record for record in records if record["type"] == "frame"]
        assert len(frames) == 6
        for frame in frames:
            assert frame["status"] in ("sound", "doubtful", "bad", "unreadable")
            for key in ("path", "frame", "bytes", "seconds", "parts", "findings"):
                assert key in frame, key
            for part in frame["parts"]:
                assert part["data_window"] == part["display_window"] == [0, 0, 95, 79]
                assert part["codec"] == "zip" and part["type"] == "scanlineimage"
                assert part["chunks"] == 5 and "name" in part and "digest" in part
                assert [channel["name"] for channel in part["channels"]] == ["A", "B", "G", "R"]
                for channel in part["channels"]:
                    assert channel["type"] == "half" and channel["nan"] == channel["inf"] == 0
                    assert 0 < channel["min"] < channel["mean"] < channel["max"] < 1
                    assert channel["negative"] == channel["zero"] == 0 and channel["samples"]
        by = {frame["path"]: frame for frame in frames}
        bad = by["s.2.exr"]
        assert bad["status"] == "bad" and bad["frame"] == 2
        finding = bad["findings"][0]
        assert finding["code"] == "chunk-checksum" and finding["severity"] == "error"
        assert finding["depth"] == "decode" and finding["part"] == 0 and finding["chunk"] == 2
        assert finding["window"] == [0, 32, 95, 47] and finding["offset"] > 0 and finding["text"]
        assert bad["findings"][1]["code"] == "salvage" and bad["findings"][1]["count"] == 4
        assert bad["parts"][0]["damaged_chunks"] == [2]
        assert by["s.1.exr"]["status"] == "sound" and by["s.1.exr"]["findings"] == []
        lost = by["lost.exr"]
        assert lost["status"] == "unreadable" and lost["cause"] and lost["frame"] is None
        import base64
        odd = [frame for frame in frames if "path_base64" in frame]
        assert base64.b64decode(odd[0]["path_base64"]) == b"s.\\xff\\"\\n.6.exr"
        sequences = [record for record in records if record["type"] == "sequence"]
        run = [record for record in sequences if record["pattern"] == "s.#.exr"][0]
        assert (run["first"], run["last"], run["frames"]) == (1, 5, 4), run
        missing = run["findings"][0]
        assert missing["code"] == "frame-missing" and missing["frames"] == "4"
        summary = records[-1]
        assert summary["type"] == "summary" and summary["frames"] == 6
        counts = [summary[key] for key in ("sound", "doubtful", "bad", "unreadable")]
        assert counts == [4, 0, 1, 1], counts
        assert summary["errors"] == 2, [record.get("findings") for record in records]
        assert summary["warnings"] == 0, summary
        '
        """)
    }
  }

  @Test func `Reports are well-formed, whatever files are called`() throws {
    try FrameWorkshop.with { shop in
      let names: [FileName] = [
        "<script>alert(1)<.script>.exr", "a&b.exr", "quote\"'.exr", "]]>.exr", "line\nfeed.exr",
        FileName([0x01, 0x1B] + Array("control.exr".utf8)), FileName([0xFF] + Array(".exr".utf8)),
        "ü.exr",
      ]
      for name in names { try shop.write(name, try FrameWorkshop.damaged()) }
      try sequence(shop)
      try shop.run(0, "ln -s '<nowhere>' '<lost>.exr'")
      try shop.run(3, "farmio verify . --junit j.xml --html page.html > /dev/null")
      try shop.run(
        0,
        #"""
        python3 -c '
        import html.parser, xml.etree.ElementTree as tree
        suite = tree.parse("j.xml").getroot()
        assert suite.tag == "testsuite"
        cases = suite.findall("testcase")
        assert int(suite.get("tests")) == len(cases) == 14, len(cases)
        assert int(suite.get("failures")) == len(suite.findall("testcase/failure")) == 10
        assert int(suite.get("errors")) == len(suite.findall("testcase/error")) == 1
        names = [case.get("name") for case in cases]
        assert "<script>alert(1)<.script>.exr" in names and "a&b.exr" in names, names
        assert "quote\"\x27.exr" in names and "]]>.exr" in names, names
        failure = suite.find("testcase/failure")
        assert failure.get("type") == "chunk-checksum" and "columns 0-95" in failure.text
        text = open("page.html", encoding="utf-8").read()
        assert "<script" not in text and "&lt;script&gt;" in text
        assert "http" not in text.replace("http-equiv", "") and "src=" not in text
        open_tags, pictures, areas = [], 0, 0
        class Page(html.parser.HTMLParser):
            def handle_starttag(self, tag, attributes):
                global pictures, areas
                if tag == "image": pictures += 1
                if tag == "rect": areas += 1
                if tag not in ("meta", "input", "br", "image"): open_tags.append(tag)
            def handle_startendtag(self, tag, attributes):
                global pictures
                if tag == "image": pictures += 1
            def handle_endtag(self, tag):
                assert open_tags.pop() == tag, tag
        page = Page(); page.feed(text); page.close()
        assert open_tags == [], open_tags
        assert pictures == 12 and areas >= 9, (pictures, areas)
        '
        """#)
    }
  }

  @Test func `A manifest is written, compared, and tells what is gone`() throws {
    try FrameWorkshop.with { shop in
      for number in [1, 2, 3] { try shop.frame(FileName("s.\(number).exr"), seed: number) }
      let first = try shop.run(0, "farmio verify s.#.exr --manifest m")
      #expect(first.output.contains("wrote the digests of 3 frames to m\n"))
      #expect(try shop.run(0, "cp m before; farmio verify s.#.exr -m m; cmp m before").errors == "")
      // From another folder, and moved.
      try shop.run(0, "mkdir d; mv s.*.exr m d; cd d; farmio verify . -m m; cd ..")
      try shop.run(0, "farmio verify d --manifest d/m --write-manifest all")
      try shop.run(0, "farmio verify d --manifest all --strict")
      try shop.write("d/s.2.exr", try FrameWorkshop.damaged(seed: 2))
      let changed = try shop.run(1, "farmio verify d -m d/m").output
      #expect(
        changed.contains("error    digest-mismatch  part 0, columns 0-95 rows 32-47: chunk 2"))
      // One is gone, one cannot be read: that one is not gone.
      try shop.run(0, "rm d/s.1.exr d/s.2.exr; ln -s nowhere d/s.2.exr")
      let gone = try shop.run(3, "farmio verify d -m d/m --junit j.xml --json").output
      #expect(gone.contains(#"{"type":"manifest","findings":[{"code":"digest-missing","#))
      #expect(gone.contains(#""names":["s.1.exr"]"#))
      #expect(gone.split(separator: "\n").last?.hasPrefix(#"{"type":"summary""#) == true)
      #expect(try shop.run(0, "cat j.xml").output.contains("s.1.exr is in the manifest"))
    }
  }

  @Test func `What is good of a damaged frame is saved`() throws {
    try FrameWorkshop.with { shop in
      try sequence(shop)
      let child = try shop.run(1, "farmio verify s.#.exr --salvage saved")
      #expect(child.output.contains("saved     saved/s.2.exr: 4 of 5 chunks\n"))
      #expect(child.output.contains("  zero now: part 0, columns 0-95 rows 32-47\n"))
      #expect(child.output.hasSuffix("s\n") && child.output.contains("4 frames, "))
      #expect(
        try shop.run(0, "ls saved; farmio verify saved --depth decode -q").output == "s.2.exr\n")
      let again = try shop.run(1, "farmio verify s.#.exr --salvage saved --json")
      #expect(again.errors.contains("saved/s.2.exr is there already"))
      let json = try shop.run(1, "farmio verify s.2.exr --salvage more --json -d decode").output
      let lines = json.split(separator: "\n")
      #expect(lines.count >= 3 && lines.last?.hasPrefix(#"{"type":"summary""#) == true)
      #expect(json.contains(#""target":"more/s.2.exr","chunks":5,"lost":1}"#))
      // Also with a manifest, which else decodes nothing.
      try shop.run(1, "farmio verify s.#.exr --write-manifest m > /dev/null")
      try shop.run(1, "farmio verify s.#.exr --manifest m --salvage third")
      #expect(try shop.run(0, "ls third").output == "s.2.exr\n")
    }
  }
}
