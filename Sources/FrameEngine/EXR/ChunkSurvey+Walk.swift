/// The walk through bytes that no table entry leads to, leader by leader.
extension ChunkSurvey {
  /// Walks every unclaimed stretch and keeps the chunks it finds; what belongs to none comes back.
  mutating func walk(_ stretches: [Range<Int>], _ bytes: RawSpan) -> [Range<Int>] {
    var leftovers = [Range<Int>]()
    for stretch in stretches { walk(stretch, bytes, &leftovers) }
    return leftovers
  }

  private mutating func walk(
    _ stretch: Range<Int>, _ bytes: RawSpan, _ leftovers: inout [Range<Int>]
  ) {
    var cursor = stretch.lowerBound
    while cursor < stretch.upperBound {
      let found = missingChunk(at: cursor, bytes)
      if let found, isFollowed(found, stretch.upperBound, bytes) {
        keep(found)
        cursor = found.end
        continue
      }
      // A chunk with nothing known behind it is believed unless a sure one starts within it. The
      // search never looks at a byte twice.
      let end = min(found?.end ?? Int.max, stretch.upperBound)
      let next = nextChunk(in: cursor + 1..<end, of: stretch, bytes)
      if let found, next == nil {
        if found.end <= stretch.upperBound {
          keep(found)
          cursor = found.end
          continue
        }
        if stretch.upperBound == byteCount {
          keepCut(found)
          return
        }
      }
      leftovers.append(cursor..<(next ?? end))
      cursor = next ?? end
    }
  }

  /// A chunk that a leader in the bytes announces.
  private struct Announced {
    let part: Int
    let record: ChunkRecord
    var end: Int { record.payload.upperBound }
  }

  /// The chunk whose leader lies at `offset`, of those not found yet. It may run past the end.
  private func missingChunk(at offset: Int, _ bytes: RawSpan) -> Announced? {
    guard let found = chunk(at: offset, bytes) else { return nil }
    let index = found.record.region.index
    guard records[found.part][index] == nil else { return nil }
    switch states[found.part][index] {
    case .badSize, .beyondLimit, .cut: return nil
    default: return found
    }
  }

  /// The chunk whose leader lies at `offset`, found already or not.
  private func chunk(at offset: Int, _ bytes: RawSpan) -> Announced? {
    var number = 0
    if layouts[0].isMultiPart {
      guard offset + 4 <= byteCount else { return nil }
      number = Int(bytes.i32(at: offset))
      guard layouts.indices.contains(number) else { return nil }
    }
    return layouts[number].chunk(bytes, at: offset).map { Announced(part: number, record: $0) }
  }

  /// Whether another leader, or the end of the stretch, is where a chunk ends: its size is right.
  private func isFollowed(_ found: Announced, _ end: Int, _ bytes: RawSpan) -> Bool {
    found.end == end || found.end < end && chunk(at: found.end, bytes) != nil
  }

  private mutating func keep(_ found: Announced) {
    records[found.part][found.record.region.index] = found.record
    extents.append(
      ChunkExtent(
        start: found.record.leaderOffset, end: found.end, part: found.part,
        index: found.record.region.index, isSizeKnown: true))
  }

  /// Claims the rest of the file for the chunk that its end cuts.
  private mutating func keepCut(_ found: Announced) {
    cutChunks.append(CutChunk(part: found.part, index: found.record.region.index))
    extents.append(
      ChunkExtent(
        start: found.record.leaderOffset, end: byteCount, part: found.part,
        index: found.record.region.index, isSizeKnown: false))
  }

  /// The first place in `range` where a missing chunk surely starts: behind it follows another
  /// leader, or the end of the stretch, where a known chunk or the end of the file is.
  ///
  /// Random bytes look like one leader in some 10^9 places, and like two in none.
  private func nextChunk(
    in range: Range<Int>, of stretch: Range<Int>, _ bytes: RawSpan
  ) -> Int? {
    let isMultiPart = layouts[0].isMultiPart
    let numberByteCount = isMultiPart ? 4 : 0
    let starts = layouts.map(\.leaderStart)
    let furthest = starts.reduce(0) { max($0, $1.sizeOffset) } + numberByteCount + 4
    let end = min(range.upperBound, byteCount - furthest + 1)
    var offset = range.lowerBound
    while offset < end {
      let number = isMultiPart ? Int(bytes.i32(at: offset)) : 0
      if number >= 0 && number < starts.count,
        starts[number].mayStart(bytes, at: offset + numberByteCount),
        let found = missingChunk(at: offset, bytes),
        isFollowed(found, stretch.upperBound, bytes)
      {
        return offset
      }
      offset += 1
    }
    return nil
  }
}
