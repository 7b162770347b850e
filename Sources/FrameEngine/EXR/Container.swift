/// An EXR file as its bytes have it: headers, offset tables and chunks, and everything that is wrong
/// with its structure.
///
/// Nothing is decoded, and pixels are not looked at. The cost is that of the headers and some 50 ns
/// a chunk (a cache miss each); memory is one record a chunk. Limits are checked before anything is
/// allocated or looped over, so that no input takes long or much.
public struct Container: Sendable {
  /// Bytes of the file.
  public let byteCount: Int
  /// The version field: number and flags. 0 where the file has none.
  public let versionFlags: UInt32
  /// Where the headers end and the offset tables start; 0 where the headers have no end.
  public let headerByteCount: Int
  /// The parts that could be understood, from the first on: a part whose chunks cannot be counted
  /// hides those behind it.
  public let parts: [Part]
  /// How each part divides into chunks.
  public let grids: [ChunkGrid]
  /// By part, by chunk index. `nil`: nowhere to be found, or unusable. A part has no elements where
  /// the file ends within the offset tables or the headers.
  public let chunks: [[ChunkRecord?]]
  /// What is wrong, by place in the file.
  public let findings: [Finding]

  /// The first four bytes of every EXR file.
  static let magic: UInt32 = 20_000_630

  /// Reads and checks a whole file. Never fails: findings say what is wrong.
  public init(reading bytes: RawSpan, limits: FrameLimits = .standard) {
    var reading = ContainerReading(limits)
    reading.read(bytes)
    byteCount = bytes.byteCount
    versionFlags = reading.flags.rawValue
    headerByteCount = reading.headerByteCount
    parts = reading.parts
    grids = reading.grids
    chunks = reading.chunks
    findings = reading.findings.inFileOrder
  }

  /// A file of which nothing is wrong.
  init(_ reading: ContainerReading, byteCount: Int, chunks: [[ChunkRecord?]]) {
    self.byteCount = byteCount
    versionFlags = reading.flags.rawValue
    headerByteCount = reading.headerByteCount
    parts = reading.parts
    grids = reading.grids
    self.chunks = chunks
    findings = []
  }
}

/// The state of reading a container.
struct ContainerReading {
  let limits: FrameLimits
  var flags = VersionFlags(rawValue: 0)
  var headerByteCount = 0
  var parts: [Part] = []
  var grids: [ChunkGrid] = []
  var chunks: [[ChunkRecord?]] = []
  var findings = FindingList()
  /// Where each header starts.
  private var headerOffsets: [Int] = []
  /// Whether every header was understood.
  private var isComplete = true

  init(_ limits: FrameLimits) { self.limits = limits }

  mutating func read(_ bytes: RawSpan) {
    guard readVersion(bytes) else { return }
    let isWhole = readHeaders(bytes)
    judgeFlags()
    judgeParts()
    chunks = parts.map { _ in [] }
    if isWhole { readChunks(bytes) }
  }

  /// Reads headers and tables from the front of a file, and returns where the chunks of its parts
  /// are to be found; `nil` where anything is wrong or runs past the head.
  mutating func readSoundHead(_ head: RawSpan) -> [PartLayout]? {
    guard readVersion(head), readHeaders(head) else { return nil }
    judgeFlags()
    judgeParts()
    guard isComplete, let layouts = layouts(within: head.byteCount), findings.isEmpty else {
      return nil
    }
    return layouts
  }

  /// Whether a header follows.
  private mutating func readVersion(_ bytes: RawSpan) -> Bool {
    guard bytes.byteCount > 0 else {
      findings.add(.fileEmpty, at: 0, "the file has no bytes")
      return false
    }
    let head = bytes.copy(0..<min(4, bytes.byteCount))
    guard [0x76, 0x2F, 0x31, 0x01].starts(with: head) else {
      findings.add(.notEXR, at: 0, "the file is \(ForeignKind.name(of: bytes))")
      return false
    }
    guard bytes.byteCount >= 8 else {
      findings.add(.headerTruncated, at: bytes.byteCount, "the file ends before its header")
      return false
    }
    flags = VersionFlags(rawValue: bytes.u32(at: 4))
    if flags.version != 2 {
      findings.add(.versionUnsupported, at: 4, "the file has version \(flags.version), not 2")
    }
    if let contradiction = flags.contradiction {
      findings.add(.versionFlags, at: 4, contradiction)
    }
    return true
  }

  /// Reads all headers; whether the place of the offset tables is known.
  private mutating func readHeaders(_ bytes: RawSpan) -> Bool {
    var reader = HeaderReader(bytes, from: 8, flags, limits)
    var number = 0
    while true {
      if flags.isMultiPart {
        guard let isEnd = reader.endsList(&findings) else { return false }
        if isEnd { break }
      }
      guard number < limits.parts else {
        findings.add(
          .limitExceeded, at: reader.offset, "the file has more than \(limits.parts) parts")
        return false
      }
      let start = reader.offset
      guard let attributes = reader.header(part: number, &findings) else { return false }
      understand(attributes, part: number, at: start)
      number += 1
      if !flags.isMultiPart { break }
    }
    if number == 0 {
      findings.add(.headerMalformed, at: 8, "the list of headers is empty")
      return false
    }
    headerByteCount = reader.offset
    return true
  }

  private mutating func understand(_ attributes: [Attribute], part number: Int, at start: Int) {
    var judge = HeaderJudge(attributes, part: number, at: start, flags, limits, findings)
    let part = judge.part()
    findings = judge.findings
    guard let part else {
      isComplete = false
      return
    }
    do throws(FormatError) {
      let grid = try ChunkGrid(checking: part, limits)
      judgeChunkCount(part, grid, number)
      guard isComplete else { return }
      parts.append(part)
      grids.append(grid)
      headerOffsets.append(start)
    } catch {
      findings.add(.limitExceeded, FindingPlace(part: number), at: start, error.reason)
      isComplete = false
    }
  }

  private mutating func judgeChunkCount(_ part: Part, _ grid: ChunkGrid, _ number: Int) {
    guard let attribute = part.attribute("chunkCount"), let count = attribute.int,
      count != grid.count
    else { return }
    findings.add(
      .chunkCount, FindingPlace(part: number), at: attribute.byteOffset, count: count,
      "chunkCount is \(count), and windows and tiles make it \(grid.count)")
  }

  /// Flags against what the headers say.
  private mutating func judgeFlags() {
    let hasDeepParts = parts.contains(where: \.kind.isDeep)
    if flags.hasDeepParts && isComplete && !parts.isEmpty && !hasDeepParts {
      findings.add(.versionFlags, at: 4, "the flag for deep parts is set, and no part is deep")
    } else if !flags.hasDeepParts && hasDeepParts {
      findings.add(.versionFlags, at: 4, "a part is deep, and the flag for deep parts is not set")
    }
  }

  /// What parts of one file must share, and must not.
  private mutating func judgeParts() {
    guard parts.count > 1 else { return }
    var names: [String: Int] = [:]
    for (number, part) in parts.enumerated() {
      let place = FindingPlace(part: number)
      if let name = part.name, let other = names.updateValue(number, forKey: name) {
        findings.add(
          .partNameDuplicate, place, at: headerOffsets[number],
          "parts \(other) and \(number) are both named \(name)")
      }
      guard number > 0 else { continue }
      var differing = [String]()
      if part.displayWindow != parts[0].displayWindow { differing.append("displayWindow") }
      if part.pixelAspectRatio != parts[0].pixelAspectRatio { differing.append("pixelAspectRatio") }
      for name in ["timeCode", "chromaticities"] {
        guard let mine = part.attribute(name) else { continue }
        if mine.value != parts[0].attribute(name)?.value { differing.append(name) }
      }
      for name in differing {
        findings.add(
          .partsDisagree, place, at: headerOffsets[number],
          "\(name) of part \(number) is not that of part 0")
      }
    }
  }

  private mutating func readChunks(_ bytes: RawSpan) {
    guard let layouts = layouts(within: bytes.byteCount), let last = layouts.last else { return }
    var survey = ChunkSurvey(
      layouts, dataStart: last.tableEnd, byteCount: bytes.byteCount, isComplete: isComplete,
      findings)
    survey.survey(bytes)
    findings = survey.findings
    chunks = survey.records
  }

  /// Where the chunks of the parts are to be found; `nil` where there are too many, or the tables do
  /// not end within so many bytes.
  private mutating func layouts(within byteCount: Int) -> [PartLayout]? {
    var layouts = [PartLayout]()
    var (offset, count) = (headerByteCount, 0)
    for (number, part) in parts.enumerated() {
      count += grids[number].count
      guard count <= limits.chunks else {
        findings.add(
          .limitExceeded, FindingPlace(part: number), at: headerByteCount,
          "the file has more than \(limits.chunks) chunks")
        return nil
      }
      let layout = PartLayout(
        part, grids[number], number: number, isMultiPart: flags.isMultiPart, tableOffset: offset,
        limits)
      guard layout.tableEnd <= byteCount else {
        findings.add(
          .chunkTableTruncated, FindingPlace(part: number), at: byteCount,
          count: grids[number].count,
          "the file ends within the offset table, which has \(grids[number].count) entries")
        return nil
      }
      layouts.append(layout)
      offset = layout.tableEnd
    }
    return layouts
  }
}
