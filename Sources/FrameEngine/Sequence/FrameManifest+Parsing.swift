extension FrameManifest {
  /// Reads a manifest. Strict: what is accepted is written back as the same bytes.
  ///
  /// Throws `foreign` for another kind of file, `newer` for a later version, `corrupt` where the
  /// last line does not prove the rest, and else what is wrong with its place in bytes.
  public init(parsing bytes: RawSpan) throws(FormatError) {
    guard bytes.byteCount <= FrameManifest.byteLimit else {
      throw FormatError(.limit, at: 0, "a manifest has at most \(FrameManifest.byteLimit) bytes")
    }
    var parser = ManifestParser(bytes)
    self.init(sorted: try parser.parse())
  }

  /// Reads a manifest from an array: see `init(parsing:)`.
  public init(parsing bytes: [UInt8]) throws(FormatError) {
    try self.init(parsing: bytes.rawBytes)
  }
}

/// Reads lines of words, each ended by a newline, words parted by one space.
private struct ManifestParser: ~Escapable {
  private let bytes: RawSpan
  private var lineStart = 0
  private var nextLine = 0
  private var frames: [FrameManifest.Frame] = []

  @_lifetime(copy bytes)
  init(_ bytes: RawSpan) { self.bytes = bytes }

  mutating func parse() throws(FormatError) -> [FrameManifest.Frame] {
    try expectStart()
    while true {
      guard let words = try line() else { throw truncated() }
      switch words.first {
      case "frame": try frame(words)
      case "part": try part(words)
      case "chunk": try chunk(words)
      case "end":
        try end(words)
        return frames
      default: throw malformed("a line starts with frame, part, chunk or end")
      }
    }
  }

  private mutating func expectStart() throws(FormatError) {
    guard let words = try line(), words.first == "farmio-frames", words.count == 2 else {
      throw FormatError(.foreign, at: 0, "this is no manifest of frames")
    }
    guard words[1] == "1" else {
      throw FormatError(.newer, at: 0, "the manifest has version \(words[1]); this reads 1")
    }
  }

  private mutating func frame(_ words: [String]) throws(FormatError) {
    try expect(words, 4)
    guard frames.count < FrameManifest.frameLimit else {
      throw FormatError(
        .limit, at: lineStart, "a manifest has at most \(FrameManifest.frameLimit) frames")
    }
    let name = try unescaped(words[1])
    if let last = frames.last, !(last.name < name) {
      throw malformed("frames come by name, each once")
    }
    frames.append(
      FrameManifest.Frame(
        name: name, byteCount: try number(words[2], limit: .max), digest: try digest(words[3])))
  }

  private mutating func part(_ words: [String]) throws(FormatError) {
    try expect(words, 3)
    let number = try number(words[1], limit: FrameManifest.partLimit - 1)
    guard let last = frames.indices.last, number == frames[last].parts.count else {
      throw malformed("parts follow a frame, numbered from 0")
    }
    let pixels = words[2] == "-" ? nil : try digest(words[2])
    frames[last].parts.append(FrameManifest.Part(pixels: pixels))
  }

  private mutating func chunk(_ words: [String]) throws(FormatError) {
    try expect(words, 3)
    let index = try number(words[1], limit: FrameManifest.chunkLimit)
    guard let frame = frames.indices.last, let part = frames[frame].parts.indices.last else {
      throw malformed("chunks follow a part")
    }
    guard frames[frame].parts[part].chunks.last.map({ $0.index < index }) ?? true else {
      throw malformed("chunks come by rising number")
    }
    let chunk = FrameManifest.Chunk(index: index, digest: try digest(words[2]))
    frames[frame].parts[part].chunks.append(chunk)
  }

  private mutating func end(_ words: [String]) throws(FormatError) {
    try expect(words, 3)
    guard try number(words[1], limit: FrameManifest.frameLimit) == frames.count else {
      throw malformed("the last line counts other frames")
    }
    let proof = try digest(words[2])
    guard proves(proof, BLAKE3.hash(bytes.extracting(0..<lineStart))) else {
      throw FormatError(.corrupt, at: lineStart, "the manifest is not what was written")
    }
    guard nextLine == bytes.byteCount else {
      throw FormatError(.malformed, at: nextLine, "bytes follow the last line")
    }
  }

  /// The words of the next line; `nil` at the end.
  private mutating func line() throws(FormatError) -> [String]? {
    lineStart = nextLine
    guard lineStart < bytes.byteCount else { return nil }
    var words = [String]()
    var word = [UInt8]()
    // A path is escaped to at most three times its bytes.
    let limit = min(bytes.byteCount, lineStart + 3 * Limits.pathBytes + 256)
    while nextLine < limit {
      let byte = unsafe bytes.unsafeLoad(fromByteOffset: nextLine, as: UInt8.self)
      nextLine += 1
      switch byte {
      case UInt8(ascii: "\n"):
        words.append(String(decoding: word, as: UTF8.self))
        return words
      case UInt8(ascii: " "):
        words.append(String(decoding: word, as: UTF8.self))
        word.removeAll(keepingCapacity: true)
      case 0x21...0x7E: word.append(byte)
      default: throw malformed("a byte that belongs to no line")
      }
    }
    throw limit == bytes.byteCount ? truncated() : malformed("a line is too long")
  }

  private func expect(_ words: [String], _ count: Int) throws(FormatError) {
    guard words.count == count else { throw malformed("a line has \(words.count) words") }
  }

  /// A decimal number in its shortest form.
  private func number(_ word: String, limit: Int) throws(FormatError) -> Int {
    guard let number = Int(word), number >= 0, String(number) == word else {
      throw malformed("a number is expected")
    }
    guard number <= limit else {
      throw FormatError(.limit, at: lineStart, "\(number) exceeds the limit of \(limit)")
    }
    return number
  }

  /// A digest in lower-case digits.
  private func digest(_ word: String) throws(FormatError) -> Digest {
    guard let digest = Digest(hex: word), word.utf8.allSatisfy({ $0 < 0x41 || $0 > 0x46 }) else {
      throw malformed("a digest has 64 hexadecimal digits")
    }
    return digest
  }

  private func unescaped(_ word: String) throws(FormatError) -> FileName {
    var name = [UInt8]()
    var rest = Array(word.utf8)[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        name.append(byte)
        continue
      }
      let digits = String(decoding: rest.prefix(2), as: UTF8.self)
      guard rest.count >= 2, let value = [UInt8](hex: digits)?.first, digits == [value].hex,
        value != 0, !FrameManifest.isPlain(value)
      else { throw malformed("% stands before two digits of a byte that needs them") }
      name.append(value)
      rest.removeFirst(2)
    }
    guard (1...Limits.pathBytes).contains(name.count) else {
      throw malformed("a name has 1 to \(Limits.pathBytes) bytes")
    }
    return FileName(name)
  }

  private func malformed(_ reason: String) -> FormatError {
    FormatError(.malformed, at: lineStart, reason)
  }

  private func truncated() -> FormatError {
    FormatError(.truncated, at: bytes.byteCount, "the manifest has no last line: it was cut short")
  }
}
