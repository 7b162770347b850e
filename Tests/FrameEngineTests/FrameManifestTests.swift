import FrameEngine
import Testing

struct FrameManifestTests {
  private typealias Frame = FrameManifest.Frame

  private static func digest(_ number: UInt64) -> Digest { Digest(words: (number, 1, 2, 3)) }

  private static func frame(_ name: FileName, seed: UInt64 = 1, chunks: Int = 3) -> Frame {
    Frame(
      name: name, byteCount: 1000 + Int(seed), digest: digest(seed),
      parts: [
        FrameManifest.Part(
          pixels: digest(seed + 1),
          chunks: (0..<chunks).map { .init(index: $0 * 2, digest: digest(seed + UInt64($0) + 2)) }),
        FrameManifest.Part(),
      ])
  }

  private static let names: [FileName] = [
    "shot.1001.exr", "a b%20.exr", "new\nline", "frame", FileName([0xFF, 0x01]), "é.exr",
    "x/y/z.exr",
  ]

  private static func text(_ manifest: FrameManifest) -> String {
    String(decoding: manifest.encoded, as: UTF8.self)
  }

  @Test func `What is written is read as the same`() throws {
    let frames = Self.names.enumerated().map { Self.frame($1, seed: UInt64($0)) }
    let manifest = FrameManifest(frames)
    let read = try FrameManifest(parsing: manifest.encoded)
    #expect(read == manifest && read.encoded == manifest.encoded)
    #expect(read.frames.map(\.name) == Self.names.sorted())
    for frame in frames { #expect(read.frame(named: frame.name) == frame) }
    #expect(read.frame(named: "none") == nil)
    #expect(manifest.encoded.allSatisfy { $0 == 0x0A || (0x20...0x7E).contains($0) })
    #expect(try FrameManifest(parsing: FrameManifest([]).encoded).frames.isEmpty)
  }

  @Test func `The text is what the page on it says`() {
    let lines = Self.text(FrameManifest([Self.frame("a b.exr", chunks: 1)])).split(separator: "\n")
    let one = Self.digest(1).hex
    #expect(lines[0] == "farmio-frames 1")
    #expect(lines[1] == "frame a%20b.exr 1001 \(one)")
    #expect(lines[2] == "part 0 \(Self.digest(2).hex)")
    #expect(lines[3] == "chunk 0 \(Self.digest(3).hex)")
    #expect(lines[4] == "part 1 -")
    #expect(lines[5].hasPrefix("end 1 ") && lines.count == 6)
  }

  @Test func `Every cut and every changed byte is noticed`() throws {
    let bytes = FrameManifest([Self.frame("a b.exr", chunks: 2), Self.frame("c")]).encoded
    for end in bytes.indices {
      #expect(throws: FormatError.self) { try FrameManifest(parsing: Array(bytes[..<end])) }
    }
    for index in bytes.indices {
      for bit in [0x01, 0x20, 0x80] as [UInt8] {
        var changed = bytes
        changed[index] ^= bit
        #expect(throws: FormatError.self) { try FrameManifest(parsing: changed) }
      }
    }
    #expect(throws: FormatError.self) { try FrameManifest(parsing: bytes + [0x0A]) }
  }

  /// A manifest of these lines with the right last line.
  private static func sealed(_ lines: [String], count: Int) -> [UInt8] {
    let body = Array((["farmio-frames 1"] + lines).map { $0 + "\n" }.joined().utf8)
    return body + Array("end \(count) \(BLAKE3.hash(body).hex)\n".utf8)
  }

  @Test func `Lines out of place are refused`() throws {
    let hash = Self.digest(1).hex
    let frame = "frame a 1 \(hash)"
    _ = try FrameManifest(parsing: Self.sealed([frame], count: 1))
    let bad: [[String]] = [
      ["part 0 -"], ["chunk 0 \(hash)"], [frame, "chunk 0 \(hash)"], [frame, "part 1 -"],
      [frame, "part 0 -", "part 0 -"], [frame, frame], ["frame b 1 \(hash)", frame], [frame, ""],
      [frame, "part 0 -", "chunk 1 \(hash)", "chunk 1 \(hash)"], ["frame a 01 \(hash)"],
      [frame, "part 0 -", "chunk 2 \(hash)", "chunk 1 \(hash)"], ["frame a -1 \(hash)"],
      ["frame a 99999999999999999999 \(hash)"], ["frame a +1 \(hash)"], ["frame  1 \(hash)"],
      ["frame a 1 \(hash.uppercased())x"], ["frame a 1 \(hash.dropLast())"], ["frame a 1 -"],
      ["frame %61 1 \(hash)"], ["frame %2 1 \(hash)"], ["frame %0A%0a 1 \(hash)"],
      ["frame %00 1 \(hash)"], ["frame %zz 1 \(hash)"], ["frame a 1 \(hash) "],
      ["frames a 1 \(hash)"],
      [frame, "part 0 -", "chunk 1073741825 \(hash)"], [frame, "part 5000 -"],
      ["frame \(String(repeating: "a", count: 4097)) 1 \(hash)"],
      ["frame \(String(repeating: "a", count: 20_000)) 1 \(hash)"],
    ]
    for lines in bad {
      #expect(throws: FormatError.self, "\(lines)") {
        try FrameManifest(
          parsing: Self.sealed(lines, count: lines.count { $0.hasPrefix("frame ") }))
      }
    }
    #expect(throws: FormatError.self) { try FrameManifest(parsing: Self.sealed([frame], count: 2)) }
  }

  @Test func `Other files and later versions are told apart`() {
    func code(_ text: String) -> FormatError.Code? {
      #expect(throws: FormatError.self) { try FrameManifest(parsing: Array(text.utf8)) }?.code
    }
    #expect(code("profile: 1\n") == .foreign && code("") == .foreign)
    #expect(code("farmio-frames 2\n") == .newer)
    #expect(code("farmio-frames 1\n") == .truncated)
    #expect(code("farmio-frames 1\nend 0 \(Digest.zero.hex)\n") == .corrupt)
  }

  @Test func `Chunks that differ are named with their place`() throws {
    let known = Self.frame("a.exr")
    let manifest = FrameManifest([known])
    #expect(manifest.findings(for: known) == [])
    var changed = known
    changed.digest = Self.digest(99)
    changed.parts[0].chunks[1].digest = Self.digest(98)
    changed.parts[0].chunks.removeLast()
    changed.parts[0].chunks.append(.init(index: 7, digest: Self.digest(97)))
    changed.parts[0].pixels = Self.digest(96)
    let window = Window(minX: 0, minY: 32, maxX: 9, maxY: 47)
    let found = manifest.findings(for: changed) { part, chunk in
      chunk == 2 ? ChunkRegion(index: chunk, window: window) : nil
    }
    #expect(found.map(\.code) == [FindingCode](repeating: .digestMismatch, count: 4))
    #expect(found.map(\.place.chunk) == [2, 4, 7, nil])
    #expect(found[0].place.window == window && found[0].place.part == 0)
    #expect(found[1].text.contains("gone") && found[2].text.contains("not in the manifest"))
    #expect(found[3].text.contains("pixels"))
  }

  @Test func `A change outside the chunks is a change`() {
    let known = Self.frame("a.exr")
    let manifest = FrameManifest([known])
    var changed = known
    changed.digest = Self.digest(99)
    #expect(manifest.findings(for: changed).map(\.text).first?.contains("header") == true)
    changed.byteCount += 5
    changed.parts.removeLast()
    #expect(manifest.findings(for: changed).count == 2)
  }

  @Test func `Frames that one side lacks are named`() throws {
    let manifest = FrameManifest([Self.frame("a"), Self.frame("b"), Self.frame("c")])
    #expect(manifest.findings(for: Self.frame("x")).map(\.code) == [.digestMissing])
    let gone = manifest.missing(from: ["b", "x"])
    #expect(gone.map(\.name) == ["a", "c"])
    let finding = try #require(manifest.finding(missing: gone))
    #expect(finding.names == ["a", "c"] && finding.finding.code == .digestMissing)
    #expect(manifest.finding(missing: []) == nil)
  }

  @Test func `A writer writes frame by frame what the whole is`() {
    let frames = [Self.frame("a"), Self.frame("b", seed: 7)]
    var writer = FrameManifest.Writer()
    let parts = frames.map { writer.append($0) } + [writer.finish()]
    #expect(Array(parts.joined()) == FrameManifest(frames).encoded)
  }
}
