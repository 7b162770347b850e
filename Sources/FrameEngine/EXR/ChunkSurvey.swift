/// The search for every chunk of a file: by the offset tables first, then through the bytes that no
/// entry leads to.
///
/// A sound file costs one look at each entry and leader. Where anything does not fit, the bytes that
/// no sound chunk claims are walked leader by leader, so that a bad table never hides good chunks.
struct ChunkSurvey {
  let layouts: [PartLayout]
  /// The byte behind the last offset table.
  let dataStart: Int
  let byteCount: Int
  /// Whether all parts of the file are known: only then can it be said whose every byte is.
  let isComplete: Bool
  var records: [[ChunkRecord?]] = []
  /// What the offset table led to, by part and chunk.
  var states: [[SlotState]] = []
  /// The bytes of each chunk that was found, by place once sorted.
  var extents: [ChunkExtent] = []
  /// The chunks that the end of the file cuts.
  var cutChunks: [CutChunk] = []
  var findings: FindingList

  init(
    _ layouts: [PartLayout], dataStart: Int, byteCount: Int, isComplete: Bool,
    _ findings: FindingList
  ) {
    self.layouts = layouts
    self.dataStart = dataStart
    self.byteCount = byteCount
    self.isComplete = isComplete
    self.findings = findings
  }

  mutating func survey(_ bytes: RawSpan) {
    extents.reserveCapacity(layouts.reduce(0) { $0 + $1.grid.count })
    for layout in layouts {
      records.append(Array(repeating: nil, count: layout.grid.count))
      states.append(Array(repeating: .sound, count: layout.grid.count))
      follow(layout, bytes)
    }
    sortExtents()
    settleDoubtfulEnds()
    var leftovers = [Range<Int>]()
    if isComplete {
      let stretches = unclaimed()
      leftovers = walk(stretches, bytes)
      if !stretches.isEmpty { sortExtents() }
    }
    judge(leftovers, bytes)
    judgeOverlaps()
    judgeOrder()
    judgeZeroPages(bytes)
  }

  /// Looks at what each entry of a part's table leads to.
  private mutating func follow(_ layout: PartLayout, _ bytes: RawSpan) {
    let part = layout.number
    for index in 0..<layout.grid.count {
      let entry = layout.entry(bytes, index)
      guard entry != 0 else {
        states[part][index] = .zero
        continue
      }
      guard entry >= UInt64(dataStart), entry <= UInt64(byteCount) else {
        states[part][index] = entry < UInt64(dataStart) ? .outside : .beyond
        continue
      }
      let start = Int(entry)
      guard start + layout.leaderByteCount <= byteCount else {
        states[part][index] = .beyond
        continue
      }
      let region = layout.grid.region(at: index)
      let leader = layout.leader(bytes, at: start)
      guard leader.names(region, part: part) else {
        states[part][index] = .otherLeader
        continue
      }
      claim(leader, region, layout, at: start)
    }
  }

  /// Takes the bytes of a chunk whose leader is the right one, whatever its sizes.
  private mutating func claim(
    _ leader: ChunkLeader, _ region: ChunkRegion, _ layout: PartLayout, at start: Int
  ) {
    let room = byteCount - start - layout.leaderByteCount
    let size = leader.payloadSize(isDeep: layout.part.kind.isDeep)
    let state: SlotState
    switch layout.sizeVerdict(leader, region) {
    case .possible: state = size <= room ? .sound : .cut
    case .impossible: state = .badSize
    case .beyondLimit: state = .beyondLimit
    }
    if state == .sound {
      records[layout.number][region.index] = layout.record(leader, region, at: start)
    }
    states[layout.number][region.index] = state
    extents.append(
      ChunkExtent(
        start: start, end: start + layout.leaderByteCount + min(max(size, 0), room),
        part: layout.number, index: region.index, isSizeKnown: state == .sound))
  }
}

/// What an entry of an offset table leads to.
enum SlotState: UInt8 {
  /// The chunk, with sizes that may be.
  case sound
  /// Nothing: the entry is zero.
  case zero
  /// Bytes before the first chunk.
  case outside
  /// Bytes behind the end of the file.
  case beyond
  /// No leader of this chunk.
  case otherLeader
  /// The chunk's leader, with sizes that cannot be.
  case badSize
  /// The chunk's leader, with sizes that exceed a limit.
  case beyondLimit
  /// The chunk, which runs past the end of the file.
  case cut
  /// Bytes where the chunk belongs, under a leader that does not name it.
  case damagedLeader
}

/// The bytes of one chunk, leader and payload.
struct ChunkExtent {
  var start: Int
  var end: Int
  let part: Int
  let index: Int
  /// Whether the leader's size may be believed.
  let isSizeKnown: Bool
}

/// A chunk that the end of the file cuts.
struct CutChunk {
  let part: Int
  let index: Int
}
