/// What is wrong with the entries of an offset table.
extension ChunkSurvey {
  /// Entries that are zero: the writer died, or wrote the data and lost the table.
  mutating func judgeZeroEntries(
    _ layout: PartLayout, _ unexplained: [Range<Int>], _ bytes: RawSpan
  ) {
    let part = layout.number
    let zeros = states[part].indices.filter { states[part][$0] == .zero }
    guard let first = zeros.first else { return }
    let total = layout.grid.count
    if endsEarly(layout, unexplained, bytes) {
      let missing = records[part].reduce(0) { $0 + ($1 == nil ? 1 : 0) }
      findings.add(
        .writerDied, FindingPlace(part: part), at: byteCount, count: missing,
        "the writer ended after \(total - missing) of \(total) chunks"
          + (layout.hasOpenSampleCount ? ", and never set maxSamplesPerPixel" : ""))
      return
    }
    let place = place(part, first)
    let offset = layout.tableOffset + first * 8
    let found = zeros.reduce(0) { $0 + (records[part][$1] == nil ? 0 : 1) }
    findings.add(
      zeros.count == total ? .chunkTableZero : .chunkTablePartial, place, at: offset,
      count: zeros.count,
      "\(zeros.count) of \(total) entries of the offset table are zero; \(found) of their chunks"
        + " are in the file")
  }

  /// Whether the data ends before the last chunk of a part with zero entries. A stretch without a
  /// leader may be a chunk that is there and damaged, unless it is what storage sets aside: zeros up
  /// to the end.
  private func endsEarly(
    _ layout: PartLayout, _ unexplained: [Range<Int>], _ bytes: RawSpan
  ) -> Bool {
    let part = layout.number
    let missing = states[part].indices.reduce(0) {
      $0 + (states[part][$1] == .zero && records[part][$1] == nil ? 1 : 0)
    }
    let damaged = unexplained.filter {
      $0.upperBound < byteCount || !ZeroPages.isZero($0, bytes)
    }
    guard isComplete, missing > damaged.count else { return false }
    if layout.part.lineOrder == .random { return true }
    let last = layout.grid.position(of: layout.grid.count - 1, in: layout.part.lineOrder)
    return records[part][last] == nil
  }

  /// Entries that are not zero and lead elsewhere than to their chunk.
  mutating func judgeEntries(
    _ layout: PartLayout, _ bytes: RawSpan, isTruncated: Bool
  ) {
    let part = layout.number
    var strays = Set<UInt64>()
    for index in states[part].indices {
      let entry = layout.entry(bytes, index)
      let offset = layout.tableOffset + index * 8
      switch states[part][index] {
      case .beyond where isTruncated && records[part][index] == nil: continue
      case .outside, .beyond:
        findings.add(
          .chunkTableRange, place(part, index), at: offset,
          "entry \(index) of the offset table is \(entry), outside the data"
            + " (\(dataStart) to \(byteCount))")
      case .otherLeader:
        let isTwin = !strays.insert(entry).inserted || isEntryOfOther(entry, bytes)
        let code: FindingCode =
          isTwin ? .chunkTableDuplicate : isComplete ? .chunkTableWrong : .chunkLeader
        let found = records[part][index]
        findings.add(
          code, place(part, index), at: offset,
          "entry \(index) of the offset table leads to \(entry), "
            + (isTwin ? "as another one does" : "where its chunk is not")
            + (found.map { "; the chunk lies at \($0.leaderOffset)" } ?? ""))
      default: continue
      }
    }
  }

  /// Whether a sound chunk starts at this offset, by its own entry.
  private func isEntryOfOther(_ entry: UInt64, _ bytes: RawSpan) -> Bool {
    var (low, high) = (0, extents.count)
    while low < high {
      let middle = (low + high) / 2
      if extents[middle].start < Int(entry) { low = middle + 1 } else { high = middle }
    }
    guard low < extents.count, extents[low].start == Int(entry) else { return false }
    return layouts[extents[low].part].entry(bytes, extents[low].index) == entry
  }
}
