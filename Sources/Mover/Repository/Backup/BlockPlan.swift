import FrameEngine

/// One read of a file.
struct Block: Hashable, Sendable {
  let offset: Int64
  let byteCount: Int
  /// Whether data ends here: with the file, or with a hole. Chunks never span a hole.
  let endsRange: Bool
}

/// How a file is read: its ranges of data in blocks, its holes not at all.
struct BlockPlan: Sendable {
  private let ranges: [Range<Int64>]
  private let size: Int64
  private let blockBytes: Int
  /// The number of the first block of each range.
  private let firsts: [Int]
  /// The number of blocks.
  let count: Int

  /// Asks for holes only where the file takes less space than its size.
  init(
    of handle: Handle, _ status: FileStatus, blockBytes: Int, on disk: any Disk
  ) throws(DiskError) {
    var ranges = [Range<Int64>]()
    if status.allocated >= status.size {
      if status.size > 0 { ranges.append(0..<status.size) }
    } else {
      var offset: Int64 = 0
      while offset < status.size,
        let data = try disk.nextData(handle, from: offset, size: status.size)
      {
        ranges.append(data)
        offset = data.upperBound
      }
    }
    self.init(ranges: ranges, size: status.size, blockBytes: blockBytes)
  }

  /// A plan of known ranges, in order and apart.
  init(ranges: [Range<Int64>], size: Int64, blockBytes: Int) {
    var firsts = [Int]()
    var count = 0
    for range in ranges {
      firsts.append(count)
      count += Int(
        (range.upperBound - range.lowerBound + Int64(blockBytes) - 1) / Int64(blockBytes))
    }
    self.ranges = ranges
    self.size = size
    self.blockBytes = blockBytes
    self.firsts = firsts
    self.count = count
  }

  /// Block `number`, below `count`.
  func block(_ number: Int) -> Block {
    let index = rangeIndex(of: number)
    let range = ranges[index]
    let offset = range.lowerBound + Int64(number - firsts[index]) * Int64(blockBytes)
    let end = min(range.upperBound, offset + Int64(blockBytes))
    return Block(
      offset: offset, byteCount: Int(end - offset), endsRange: end == range.upperBound)
  }

  /// The segments of the whole file, from those of each block: with the holes between.
  func joined(_ blocks: [[Segment]]) -> [Segment] {
    var segments = [Segment]()
    var position: Int64 = 0
    for (index, range) in ranges.enumerated() {
      if range.lowerBound > position { segments.append(.hole(range.lowerBound - position)) }
      let next = index + 1 < firsts.count ? firsts[index + 1] : count
      for block in firsts[index]..<next { segments.append(contentsOf: blocks[block]) }
      position = range.upperBound
    }
    if size > position { segments.append(.hole(size - position)) }
    return segments
  }

  private func rangeIndex(of block: Int) -> Int {
    var low = 0
    var high = firsts.count - 1
    while low < high {
      let middle = (low + high + 1) / 2
      if firsts[middle] <= block { low = middle } else { high = middle - 1 }
    }
    return low
  }
}
