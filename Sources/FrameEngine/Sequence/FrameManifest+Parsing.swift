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
///
/// A manifest has millions of lines: words are ranges of the text, and only names become arrays.
private struct ManifestParser: ~Escapable {
  private let bytes: RawSpan
  private var lineStart = 0
  private var nextLine = 0
  private var words: [Range<Int>] = []
  private var frames: [FrameManifest.Frame] = []

  @_lifetime(copy bytes)
  init(_ bytes: RawSpan) { self.bytes = bytes }

  mutating func parse() throws(FormatError) -> [FrameManifest.Frame] {
    try expectStart()
    while true {
      try readLine()
      if isWord(0, "chunk") {
        try chunk()
      } else if isWord(0, "part") {
        try part()
      } else if isWord(0, "frame") {
        try frame()
      } else if isWord(0, "end") {
        try end()
        return frames
      } else {
        throw malformed("a line starts with frame, part, chunk or end")
      }
    }
  }

  private mutating func expectStart() throws(FormatError) {
    let magic = "farmio-frames "
    words = [0..<min(magic.utf8.count, bytes.byteCount)]
    guard isWord(0, magic) else {
      throw FormatError(.foreign, at: 0, "this is no manifest of frames")
    }
    try readLine()
    guard words.count == 2, isWord(1, "1") else {
      throw FormatError(.newer, at: 0, "the manifest has another version than 1")
    }
  }

  private mutating func frame() throws(FormatError) {
    try expectWords(4)
    guard frames.count < FrameManifest.frameLimit else {
      throw FormatError(
        .limit, at: lineStart, "a manifest has at most \(FrameManifest.frameLimit) frames")
    }
    let name = try name(1)
    if let last = frames.last, !(last.name < name) {
      throw malformed("frames come by name, each once")
    }
    frames.append(
      FrameManifest.Frame(
        name: name, byteCount: try number(2, limit: .max), digest: try digest(3)))
  }

  private mutating func part() throws(FormatError) {
    try expectWords(3)
    let number = try number(1, limit: FrameManifest.partLimit - 1)
    guard let last = frames.indices.last, number == frames[last].parts.count else {
      throw malformed("parts follow a frame, numbered from 0")
    }
    let pixels = isWord(2, "-") ? nil : try digest(2)
    frames[last].parts.append(FrameManifest.Part(pixels: pixels))
  }

  private mutating func chunk() throws(FormatError) {
    try expectWords(3)
    let index = try number(1, limit: FrameManifest.chunkLimit)
    guard let frame = frames.indices.last, let part = frames[frame].parts.indices.last else {
      throw malformed("chunks follow a part")
    }
    if let last = frames[frame].parts[part].chunks.last, last.index >= index {
      throw malformed("chunks come by rising number")
    }
    let chunk = FrameManifest.Chunk(index: index, digest: try digest(2))
    frames[frame].parts[part].chunks.append(chunk)
  }

  private mutating func end() throws(FormatError) {
    try expectWords(3)
    guard try number(1, limit: FrameManifest.frameLimit) == frames.count else {
      throw malformed("the last line counts other frames")
    }
    guard proves(try digest(2), BLAKE3.hash(bytes.extracting(0..<lineStart))) else {
      throw FormatError(.corrupt, at: lineStart, "the manifest is not what was written")
    }
    guard nextLine == bytes.byteCount else {
      throw FormatError(.malformed, at: nextLine, "bytes follow the last line")
    }
  }
}

extension ManifestParser {
  /// A path is escaped to at most three times its bytes.
  private static let lineLimit = 3 * Limits.pathBytes + 256

  private func byte(_ offset: Int) -> UInt8 {
    unsafe bytes.unsafeLoad(fromByteOffset: offset, as: UInt8.self)
  }

  /// Finds the words of the next line.
  private mutating func readLine() throws(FormatError) {
    lineStart = nextLine
    words.removeAll(keepingCapacity: true)
    var wordStart = lineStart
    let limit = min(bytes.byteCount, lineStart + ManifestParser.lineLimit)
    while nextLine < limit {
      let byte = byte(nextLine)
      if byte == 0x20 || byte == 0x0A {
        words.append(wordStart..<nextLine)
        wordStart = nextLine + 1
      } else if !(0x21...0x7E).contains(byte) {
        throw malformed("a byte that belongs to no line")
      }
      nextLine += 1
      if byte == 0x0A { return }
    }
    guard limit == bytes.byteCount else { throw malformed("a line is too long") }
    throw FormatError(
      .truncated, at: bytes.byteCount, "the manifest has no last line: it was cut short")
  }

  private func isWord(_ index: Int, _ word: String) -> Bool {
    let range = words[index]
    return range.count == word.utf8.count
      && zip(range, word.utf8).allSatisfy { byte($0) == $1 }
  }

  private func expectWords(_ count: Int) throws(FormatError) {
    guard words.count == count else { throw malformed("a line has \(words.count) words") }
  }

  /// A decimal number in its shortest form.
  private func number(_ index: Int, limit: Int) throws(FormatError) -> Int {
    let range = words[index]
    let isShortest = range.count == 1 || range.count > 1 && byte(range.lowerBound) != 0x30
    guard isShortest, range.count <= 18 else { throw malformed("a number is expected") }
    var number = 0
    for offset in range {
      guard FrameNumber.isDigit(byte(offset)) else { throw malformed("a number is expected") }
      number = number * 10 + Int(byte(offset) - UInt8(ascii: "0"))
    }
    guard number <= limit else {
      throw FormatError(.limit, at: lineStart, "\(number) exceeds the limit of \(limit)")
    }
    return number
  }

  /// A digest in lower-case digits.
  private func digest(_ index: Int) throws(FormatError) -> Digest {
    let start = words[index].lowerBound
    guard words[index].count == 2 * Digest.byteCount else {
      throw malformed("a digest has 64 hexadecimal digits")
    }
    func word(_ number: Int) throws(FormatError) -> UInt64 {
      var word: UInt64 = 0
      for offset in 0..<8 {
        word |= UInt64(try pair(start + 16 * number + 2 * offset)) << (8 * UInt64(offset))
      }
      return word
    }
    return Digest(words: (try word(0), try word(1), try word(2), try word(3)))
  }

  /// The byte of two lower-case digits.
  private func pair(_ offset: Int) throws(FormatError) -> UInt8 {
    try digit(byte(offset)) << 4 | digit(byte(offset + 1))
  }

  private func digit(_ byte: UInt8) throws(FormatError) -> UInt8 {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): return byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): return byte - UInt8(ascii: "a") + 10
    default: throw malformed("lower-case hexadecimal digits are expected")
    }
  }

  private func name(_ index: Int) throws(FormatError) -> FileName {
    var name = [UInt8]()
    var offset = words[index].lowerBound
    let end = words[index].upperBound
    while offset < end {
      let byte = byte(offset)
      offset += 1
      guard byte == UInt8(ascii: "%") else {
        name.append(byte)
        continue
      }
      guard end - offset >= 2 else { throw malformed("% stands before two digits") }
      let value = try pair(offset)
      guard value != 0, !FrameManifest.isPlain(value) else {
        throw malformed("% stands before a byte that needs it")
      }
      name.append(value)
      offset += 2
    }
    guard (1...Limits.pathBytes).contains(name.count) else {
      throw malformed("a name has 1 to \(Limits.pathBytes) bytes")
    }
    return FileName(name)
  }

  private func malformed(_ reason: String) -> FormatError {
    FormatError(.malformed, at: lineStart, reason)
  }
}
