/// What the search adds up to: which of table, leaders and data is wrong, and what is lost.
extension ChunkSurvey {
  /// Says what is wrong with each chunk that the table did not lead to, and with the bytes that
  /// belong to none.
  mutating func judge(_ leftovers: [Range<Int>], _ bytes: RawSpan) {
    settleCuts()
    let unexplained = attribute(withoutCutLeader(leftovers), bytes)
    judgeSizes(bytes)
    let isTruncated = judgeTruncation(unexplained, bytes)
    for layout in layouts {
      let part = layout.number
      guard states[part].contains(where: { $0 != .sound }) else { continue }
      judgeZeroEntries(layout, unexplained, bytes)
      judgeEntries(layout, bytes, isTruncated: isTruncated)
      judgeMissing(layout, bytes)
    }
    for leftover in unexplained { judgeLeftover(leftover, bytes) }
  }

  // MARK: Bytes that belong to no chunk

  /// Finds which chunks with a damaged leader the leftover bytes belong to: those whose entry leads
  /// there. The bytes that stay unexplained come back.
  private mutating func attribute(
    _ leftovers: [Range<Int>], _ bytes: RawSpan
  ) -> [Range<Int>] {
    guard !leftovers.isEmpty else { return [] }
    var strays = strayEntries(bytes)[...]
    let doubtfulEnds = Set(extents.lazy.filter { !$0.isSizeKnown }.map(\.end))
    var unexplained = [Range<Int>]()
    for leftover in leftovers {
      var cursor = leftover.lowerBound
      if doubtfulEnds.contains(cursor) {
        // The payload of the chunk whose size cannot be believed.
        cursor = min(strays.first { $0.entry >= cursor }?.entry ?? Int.max, leftover.upperBound)
      }
      judgeZeros(cursor..<leftover.upperBound, bytes)
      while let stray = strays.first, stray.entry < leftover.upperBound {
        strays.removeFirst()
        guard stray.entry >= cursor else { continue }
        while let twin = strays.first, twin.entry == stray.entry { strays.removeFirst() }
        if stray.entry > cursor { unexplained.append(cursor..<stray.entry) }
        cursor = min(strays.first?.entry ?? Int.max, leftover.upperBound)
        judgeLeader(stray, end: cursor, bytes)
      }
      if cursor < leftover.upperBound { unexplained.append(cursor..<leftover.upperBound) }
    }
    return unexplained
  }

  /// Without a last stretch that is too short for a leader, where a chunk is missing: the end of the
  /// file cut it.
  private func withoutCutLeader(_ leftovers: [Range<Int>]) -> [Range<Int>] {
    guard let tail = leftovers.last, tail.upperBound == byteCount,
      layouts.contains(where: {
        tail.count < $0.leaderByteCount && records[$0.number].contains(nil)
      })
    else { return leftovers }
    return leftovers.dropLast()
  }

  /// An entry that leads to no leader of its chunk, which was found nowhere else.
  private struct StrayEntry {
    let entry: Int
    let part: Int
    let index: Int
  }

  private func strayEntries(_ bytes: RawSpan) -> [StrayEntry] {
    var strays = [StrayEntry]()
    for layout in layouts {
      let part = layout.number
      for index in states[part].indices
      where states[part][index] == .otherLeader && records[part][index] == nil {
        let entry = Int(layout.entry(bytes, index))
        strays.append(StrayEntry(entry: entry, part: part, index: index))
      }
    }
    return strays.sorted { ($0.entry, $0.part, $0.index) < ($1.entry, $1.part, $1.index) }
  }

  /// A chunk that lies where the table says, under a leader that does not name it. Its payload is
  /// used if the leader's size fits the place.
  private mutating func judgeLeader(_ stray: StrayEntry, end: Int, _ bytes: RawSpan) {
    let layout = layouts[stray.part]
    let region = layout.grid.region(at: stray.index)
    let leader = layout.leader(bytes, at: stray.entry)
    states[stray.part][stray.index] = .damagedLeader
    findings.add(
      .chunkLeader, place(stray.part, stray.index), at: stray.entry,
      "the leader of chunk \(stray.index) names \(layout.describe(leader))"
        + " instead of \(layout.describe(region))")
    guard layout.sizeVerdict(leader, region) == .possible else { return }
    let record = layout.record(leader, region, at: stray.entry)
    if record.payload.upperBound == end { records[stray.part][stray.index] = record }
  }

  private mutating func judgeLeftover(_ leftover: Range<Int>, _ bytes: RawSpan) {
    let count = leftover.count
    if leftover.upperBound == byteCount {
      findings.add(
        .trailingBytes, at: leftover.lowerBound, count: count,
        "\(counted(count, "byte", "follows", "follow")) the last chunk")
    } else {
      findings.add(
        .chunkGap, at: leftover.lowerBound, count: count,
        "\(counted(count, "byte", "belongs", "belong")) to no chunk")
    }
  }

  /// Pages of zeros where a leader should be: whatever the codec, data was lost there.
  private mutating func judgeZeros(_ leftover: Range<Int>, _ bytes: RawSpan) {
    let zeros = ZeroPages.count(in: leftover, bytes)
    guard zeros > 0 else { return }
    findings.add(
      .zeroPages, at: leftover.lowerBound, count: zeros,
      "\(counted(zeros, "page")) of zeros among \(counted(leftover.count, "byte")) without a leader"
    )
  }

  // MARK: Sizes and the end of the file

  /// A chunk that runs past the end is cut only if no other starts behind it; else its size is
  /// wrong.
  private mutating func settleCuts() {
    let last = extents.last
    for extent in extents where state(of: extent) == .cut {
      if extent.start == last?.start {
        cutChunks.append(CutChunk(part: extent.part, index: extent.index))
      } else {
        states[extent.part][extent.index] = .badSize
      }
    }
  }

  private mutating func judgeSizes(_ bytes: RawSpan) {
    for extent in extents {
      let state = state(of: extent)
      guard state == .badSize || state == .beyondLimit else { continue }
      let layout = layouts[extent.part]
      let leader = layout.leader(bytes, at: extent.start)
      let region = layout.grid.region(at: extent.index)
      findings.add(
        state == .badSize ? .chunkSize : .limitExceeded, place(extent.part, extent.index),
        at: extent.start, layout.describeSizes(leader, region))
    }
  }

  /// Whether the data ends before what a complete table leads to: a cut copy.
  private mutating func judgeTruncation(_ unexplained: [Range<Int>], _ bytes: RawSpan) -> Bool {
    var (lost, firstLost) = (0, CutChunk(part: 0, index: 0))
    for layout in layouts {
      let part = layout.number
      for index in states[part].indices where records[part][index] == nil {
        switch states[part][index] {
        case .zero: return false
        case .beyond, .cut:
          if lost == 0 { firstLost = CutChunk(part: part, index: index) }
          lost += 1
        default: break
        }
      }
    }
    for chunk in cutChunks where ![.beyond, .cut].contains(states[chunk.part][chunk.index]) {
      if lost == 0 { firstLost = chunk }
      lost += 1
    }
    // Each stretch without a leader may be one of the chunks that seem lost behind the end.
    guard lost > unexplained.count || lost > 0 && !cutChunks.isEmpty else { return false }
    findings.add(
      .fileTruncated, place(firstLost.part, firstLost.index), at: byteCount, count: lost,
      "the file ends early: \(counted(lost, "chunk")) of its table \(lost == 1 ? "is" : "are")"
        + " cut or lost")
    return true
  }
}
