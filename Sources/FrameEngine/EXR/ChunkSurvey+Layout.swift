/// Whose every byte is: the order of the chunks as they lie in the file.
extension ChunkSurvey {
  /// Sorts the extents by place. Most files have them sorted, or turned round, already.
  mutating func sortExtents() {
    var (isRising, isFalling) = (true, true)
    for index in extents.indices.dropFirst() {
      if extents[index].start < extents[index - 1].start { isRising = false }
      if extents[index].start >= extents[index - 1].start { isFalling = false }
    }
    if isRising { return }
    if isFalling { extents.reverse() } else { extents.sort { $0.start < $1.start } }
  }

  /// Chunks whose size cannot be believed claim no more than their leader, so that the walk looks for
  /// others behind it; unless they end just where the next one starts.
  mutating func settleDoubtfulEnds() {
    for index in extents.indices where !extents[index].isSizeKnown {
      let extent = extents[index]
      let next = index + 1 < extents.count ? extents[index + 1].start : byteCount
      if extent.end != next || state(of: extent) == .cut {
        extents[index].end = extent.start + layouts[extent.part].leaderByteCount
      }
    }
  }

  /// The stretches of the file behind the tables that no chunk claims.
  func unclaimed() -> [Range<Int>] {
    var stretches = [Range<Int>]()
    var cursor = dataStart
    for extent in extents {
      if extent.start > cursor { stretches.append(cursor..<extent.start) }
      cursor = max(cursor, extent.end)
    }
    if cursor < byteCount { stretches.append(cursor..<byteCount) }
    return stretches
  }

  /// Chunks that start before the one in front of them ends.
  mutating func judgeOverlaps() {
    var (end, owner) = (dataStart, -1)
    for index in extents.indices {
      let extent = extents[index]
      if extent.start < end, owner >= 0 {
        let shared = min(end, extent.end) - extent.start
        let other = extents[owner]
        findings.add(
          .chunkOverlap, place(extent.part, extent.index), at: extent.start, count: shared,
          "chunk \(extent.index) shares \(counted(shared, "byte")) with chunk \(other.index)"
            + (other.part == extent.part ? "" : " of part \(other.part)"))
      }
      if extent.end > end { (end, owner) = (extent.end, index) }
    }
  }

  /// Chunks that lie in another order than the header says.
  mutating func judgeOrder() {
    var last = Array(repeating: -1, count: layouts.count)
    var strays = Array(repeating: 0, count: layouts.count)
    var firstStrays = [ChunkExtent?](repeating: nil, count: layouts.count)
    let orders = layouts.map(\.part.lineOrder)
    for extent in extents {
      let order = orders[extent.part]
      guard order != .random else { continue }
      let position = layouts[extent.part].grid.position(of: extent.index, in: order)
      if position < last[extent.part] {
        strays[extent.part] += 1
        if firstStrays[extent.part] == nil { firstStrays[extent.part] = extent }
      }
      last[extent.part] = max(last[extent.part], position)
    }
    for case let stray? in firstStrays {
      let count = strays[stray.part]
      findings.add(
        .chunkOrder, place(stray.part, stray.index), at: stray.start, count: count,
        "\(counted(count, "chunk", "lies", "lie")) behind ones that lineOrder"
          + " \(orders[stray.part]) puts after them")
    }
  }

  /// The place of a chunk.
  func place(_ part: Int, _ index: Int) -> FindingPlace {
    FindingPlace(part: part, layouts[part].grid.region(at: index))
  }

  /// What the table led to for the chunk of an extent.
  func state(of extent: ChunkExtent) -> SlotState { states[extent.part][extent.index] }
}
