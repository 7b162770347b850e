import FrameEngine

/// Reads the structure of a large frame through a window that moves over the file: leaders are kept,
/// payloads are passed over, or looked at for pages that storage lost.
struct FrameWindow {
  private let handle: Handle
  private let size: Int
  private let lane: any Lane

  /// Bytes of the window: what a processor's cache holds, so that they are never written to memory.
  private static let byteCount = 1 << 20
  /// Bytes of one of several reads in flight.
  private static let pieceBytes = 256 << 10
  /// Leaders this far apart are read one by one where nothing between them matters.
  private static let farBytes = 16 << 10
  /// Leaders read at a time.
  private static let leaderBatch = 512

  init(_ handle: Handle, _ size: Int, _ lane: any Lane) {
    self.handle = handle
    self.size = size
    self.lane = lane
  }

  /// The structure, if nothing is wrong with it. `buffer` holds a window at least.
  func container(_ buffer: inout Buffer) throws(DiskError) -> Container? {
    let head = 0..<min(size, FrameWindow.byteCount)
    guard try read(head, into: &buffer),
      let outline = buffer.withBytes(head, { ContainerOutline(head: $0, byteCount: size) })
    else { return nil }
    let isFar = size / outline.leaders.count >= FrameWindow.farBytes
    let leaders =
      !outline.zerosMeanLoss && isFar
      ? try leadersAlone(outline, &buffer) : try leadersOnTheWay(outline, &buffer)
    return leaders.flatMap { outline.container(leaders: $0.rawBytes) }
  }

  /// The leaders' bytes, read with all that lies between them; `nil` if a page there is zero. The
  /// first window is in the buffer.
  private func leadersOnTheWay(
    _ outline: ContainerOutline, _ buffer: inout Buffer
  ) throws(DiskError) -> [UInt8]? {
    var bytes: [UInt8] = []
    var next = 0
    for start in stride(from: 0, to: size, by: FrameWindow.byteCount) {
      let window = start..<min(start + FrameWindow.byteCount, size)
      if start > 0 { guard try read(window, into: &buffer) else { return nil } }
      let isLost = buffer.withBytes(0..<window.count) { span in
        while next < outline.leaders.count, outline.leaders[next].lowerBound < window.upperBound {
          let leader = outline.leaders[next]
          let here = leader.clamped(to: window)
          bytes += span.extracting(here.lowerBound - start..<here.upperBound - start).copied
          if leader.upperBound > window.upperBound { break }
          next += 1
        }
        return outline.zerosMeanLoss && ContainerOutline.hasZeroPage(span)
      }
      if isLost { return nil }
    }
    return bytes
  }

  /// The leaders' bytes, and no others read.
  private func leadersAlone(
    _ outline: ContainerOutline, _ buffer: inout Buffer
  ) throws(DiskError) -> [UInt8]? {
    var bytes: [UInt8] = []
    var rest = outline.leaders[...]
    while !rest.isEmpty {
      let leaders = rest.prefix(FrameWindow.leaderBatch)
      rest = rest.dropFirst(leaders.count)
      guard let count = try read(leaders.map { $0 }, into: &buffer) else { return nil }
      bytes += buffer.withBytes(0..<count) { $0.copied }
    }
    return bytes
  }

  private func read(_ range: Range<Int>, into buffer: inout Buffer) throws(DiskError) -> Bool {
    let pieces = stride(from: range.lowerBound, to: range.upperBound, by: FrameWindow.pieceBytes)
    return try read(
      pieces.map { $0..<min($0 + FrameWindow.pieceBytes, range.upperBound) }, into: &buffer) != nil
  }

  /// Reads ranges of the file one behind the other into the buffer, and returns how many bytes they
  /// are; `nil` if the file ends before.
  private func read(
    _ ranges: [Range<Int>], into buffer: inout Buffer
  ) throws(DiskError) -> Int? {
    var batch = Batch()
    var place = 0
    let memory = unsafe buffer.memory
    for range in ranges {
      unsafe batch.append(
        .read(
          handle, at: Int64(range.lowerBound),
          into: UnsafeMutableRawBufferPointer(
            rebasing: memory[place..<place + range.count])))
      place += range.count
    }
    lane.perform(&batch)
    for (operation, result) in zip(batch.operations, batch.results) {
      let count = try result.get()
      if count < operation.byteCount { return nil }
    }
    return place
  }
}
