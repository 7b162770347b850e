/// The structure of a file by its head and its leaders alone: the first look at a file whose
/// payloads nobody asks for.
///
/// It has no findings: where anything at all is out of order there is no outline, and
/// `Container(reading:)` says what it is. Costs a look at each entry and leader, as that does.
public struct ContainerOutline: Sendable {
  /// The chunk that an entry of an offset table leads to.
  private struct Slot {
    let start: Int
    let part: Int
    let index: Int
  }

  /// Where the leaders of all chunks lie, by place; none overlaps another.
  public let leaders: [Range<Int>]
  /// Whether a page of zeros in the payloads tells that data was lost: everywhere but in raw samples.
  public let zerosMeanLoss: Bool
  private let byteCount: Int
  private let reading: ContainerReading
  private let layouts: [PartLayout]
  private let slots: [Slot]

  /// Reads the head of a file of `byteCount` bytes. `nil` where the headers or tables have any
  /// fault, or do not end within the head, or lead to leaders that overlap or lie outside.
  public init?(head: RawSpan, byteCount: Int, limits: FrameLimits = .standard) {
    var reading = ContainerReading(limits)
    guard let layouts = reading.readSoundHead(head), let last = layouts.last else { return nil }
    var slots = [Slot]()
    slots.reserveCapacity(layouts.reduce(0) { $0 + $1.grid.count })
    for layout in layouts {
      for index in 0..<layout.grid.count {
        let entry = layout.entry(head, index)
        guard entry >= UInt64(last.tableEnd),
          entry <= UInt64(max(0, byteCount - layout.leaderByteCount))
        else { return nil }
        slots.append(Slot(start: Int(entry), part: layout.number, index: index))
      }
    }
    slots.sort { $0.start < $1.start }
    guard slots.first?.start == last.tableEnd else { return nil }
    leaders = slots.map { $0.start..<$0.start + layouts[$0.part].leaderByteCount }
    guard zip(leaders, leaders.dropFirst()).allSatisfy({ $0.upperBound <= $1.lowerBound }) else {
      return nil
    }
    zerosMeanLoss = layouts.contains { ZeroPages.meanLoss(in: $0.part) }
    self.byteCount = byteCount
    self.reading = reading
    self.layouts = layouts
    self.slots = slots
  }

  /// The container, if every byte behind the tables belongs to one chunk, under the leader and in
  /// the place where it should be. `bytes` are those of `leaders`, one behind the other.
  public func container(leaders bytes: RawSpan) -> Container? {
    precondition(bytes.byteCount == leaders.reduce(0) { $0 + $1.count }, "all leaders are there")
    var chunks = layouts.map { [ChunkRecord?](repeating: nil, count: $0.grid.count) }
    var last = layouts.map { _ in -1 }
    var offset = 0
    for (number, slot) in slots.enumerated() {
      let layout = layouts[slot.part]
      let region = layout.grid.region(at: slot.index)
      let leader = layout.leader(bytes, at: offset)
      offset += layout.leaderByteCount
      guard leader.names(region, part: slot.part),
        layout.sizeVerdict(leader, region) == .possible
      else { return nil }
      let record = layout.record(leader, region, at: slot.start)
      let end = number + 1 < slots.count ? slots[number + 1].start : byteCount
      guard record.payload.upperBound == end else { return nil }
      if layout.part.lineOrder != .random {
        let position = layout.grid.position(of: slot.index, in: layout.part.lineOrder)
        guard position > last[slot.part] else { return nil }
        last[slot.part] = position
      }
      chunks[slot.part][slot.index] = record
    }
    return Container(reading, byteCount: byteCount, chunks: chunks)
  }

  /// Whether a stretch of the file that starts at a page's border has a whole page of zeros.
  public static func hasZeroPage(_ stretch: RawSpan) -> Bool {
    ZeroPages.count(in: 0..<stretch.byteCount, stretch) > 0
  }
}
