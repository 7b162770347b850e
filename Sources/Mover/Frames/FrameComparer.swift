public import FrameEngine
import Synchronization

/// Compares two frames: chunk by chunk as they are packed, and sample by sample where those differ.
public struct FrameComparer: Sendable {
  /// What two parts of one number have in common and what not.
  public struct PartDifference: Sendable {
    /// The part's number.
    public let part: Int
    /// How far the channels of one name are apart, over the pixels that both have; `nil` where there
    /// is none.
    public let pixels: PixelComparison?
    /// Chunks that were equal as they are packed, and not decoded.
    public let equalChunks: Int
    /// What of the headers differs, in words.
    public let remarks: [String]

    /// A part that cannot be compared sample by sample, and why.
    init(_ part: Int, _ remarks: [String]) {
      self.init(part: part, pixels: nil, equalChunks: 0, remarks: remarks)
    }

    init(part: Int, pixels: PixelComparison?, equalChunks: Int, remarks: [String]) {
      self.part = part
      self.pixels = pixels
      self.equalChunks = equalChunks
      self.remarks = remarks
    }

    /// Whether every sample of both parts is the same.
    public var isEqual: Bool { isLike && pixels?.isEqual == true }

    /// Whether no sample of both parts is further from the other's than `tolerance`.
    public func isEqual(within tolerance: Double) -> Bool {
      isLike
        && pixels?.differences.allSatisfy { $0.unmeasured == 0 && $0.maximum <= tolerance } == true
    }

    /// Whether both parts have the same pixels and channels.
    private var isLike: Bool {
      guard remarks.isEmpty, let channels = pixels?.channels else { return false }
      return channels.onlyLeft.isEmpty && channels.onlyRight.isEmpty && channels.unlike.isEmpty
    }
  }

  /// Columns and rows of a cell of the heat map; `nil` for none.
  private let heatScale: Int?
  private let cancellation: CancelToken?

  /// A comparison, with a heat map of this scale if one is asked for.
  public init(heatScale: Int? = nil, cancellation: CancelToken? = nil) {
    self.heatScale = heatScale
    self.cancellation = cancellation
  }

  /// Compares the frames that two sources have open, part by part. A part that only one of them has
  /// is a difference like any other. Fails for parts that are deep in both: they have no single image.
  public func compare(_ left: FrameSource, _ right: FrameSource) throws(FrameWorkError)
    -> [PartDifference]
  {
    let (first, second) = (left.container.parts.count, right.container.parts.count)
    var differences: [PartDifference] = []
    for number in 0..<min(first, second) {
      differences.append(try compare(number, left, right))
    }
    for number in min(first, second)..<max(first, second) {
      differences.append(
        PartDifference(number, ["only the \(first > second ? "first" : "second") frame has it"]))
    }
    return differences
  }

  private func compare(_ number: Int, _ left: FrameSource, _ right: FrameSource)
    throws(FrameWorkError) -> PartDifference
  {
    let kinds = (left.container.parts[number].kind, right.container.parts[number].kind)
    guard kinds.0.isDeep == kinds.1.isDeep else {
      return PartDifference(number, ["deep only in the \(kinds.0.isDeep ? "first" : "second")"])
    }
    let first = try left.flatPart(number)
    let second = try right.flatPart(number)
    var remarks: [String] = []
    if first.dataWindow != second.dataWindow {
      remarks.append("data window \(first.dataWindow) against \(second.dataWindow)")
    }
    if first.displayWindow != second.displayWindow {
      remarks.append("display window \(first.displayWindow) against \(second.displayWindow)")
    }
    guard let shared = first.dataWindow.intersection(second.dataWindow) else {
      return PartDifference(number, remarks + ["the data windows do not meet"])
    }
    let pairs = ChannelPairs(first.channels, second.channels)
    let hasSameChunks =
      first.dataWindow == second.dataWindow
      && left.container.grids[number] == right.container.grids[number]
    let empty = PixelComparison(pairs, shared, heatScale: heatScale)
    let result =
      hasSameChunks
      ? try compareChunks(number, left, right, empty)
      : (try compareRasters(number, left, right, shared, empty), 0)
    return PartDifference(
      part: number, pixels: result.0, equalChunks: result.1, remarks: remarks)
  }

  /// What the threads found of the chunks of two parts, merged in chunk order.
  private struct State {
    var order = Reordering<PixelComparison>()
    var whole: PixelComparison
    var equal = 0

    mutating func add(_ comparison: PixelComparison, _ index: Int) {
      for (_, ready) in order.add(comparison, index) { whole.merge(ready) }
    }
  }

  /// Frames that are cut alike: chunk beside chunk, and those with equal bytes are not decoded.
  private func compareChunks(
    _ number: Int, _ left: FrameSource, _ right: FrameSource, _ empty: PixelComparison
  ) throws(FrameWorkError) -> (PixelComparison, equal: Int) {
    let sides = (FrameSide(left, number), FrameSide(right, number))
    let canSkip =
      sides.0.part.codec == sides.1.part.codec && sides.0.part.channels == sides.1.part.channels
    let records = zip(left.fullChunks(number), right.fullChunks(number)).map { $0 }
    let state = Mutex(State(whole: empty))
    try left.crew.forEach(records.count, of: left.path, cancellation) {
      index, worker throws(FrameWorkError) in
      let (one, other) = records[index]
      var comparison = empty.part(one.region.window)
      let isEqual =
        canSkip && FrameComparer.isEqual(one, sides.0.memory, other, sides.1.memory)
      if isEqual {
        comparison.addEqual(
          ChunkShape(window: one.region.window, channels: sides.0.part.channels))
      } else {
        let (shape, bytes) = try sides.0.unpacked(one, &worker) { ($0, $1.copied) }
        try sides.1.unpacked(other, &worker) {
          comparison.compare(shape, bytes.rawBytes, $0, $1)
        }
      }
      state.withLock { state in
        if isEqual { state.equal += 1 }
        state.add(comparison, index)
      }
    }
    let found = state.withLock { $0 }
    return (found.whole, found.equal)
  }

  private static func isEqual(
    _ one: ChunkRecord, _ left: FrameBytes, _ other: ChunkRecord, _ right: FrameBytes
  ) -> Bool {
    guard one.payload.count == other.payload.count else { return false }
    return left.withBytes { first in
      right.withBytes { second in
        first.extracting(one.payload).hasSameBytes(as: second.extracting(other.payload))
      }
    }
  }

  /// Frames that are cut in other ways: both whole in memory.
  private func compareRasters(
    _ number: Int, _ left: FrameSource, _ right: FrameSource, _ shared: Window,
    _ empty: PixelComparison
  ) throws(FrameWorkError) -> PixelComparison {
    let first = try left.raster(number)
    let second = try right.raster(number)
    var comparison = empty
    comparison.compare(
      ChunkShape(window: shared, channels: first.channels), first.bytes(of: shared).rawBytes,
      ChunkShape(window: shared, channels: second.channels), second.bytes(of: shared).rawBytes)
    return comparison
  }
}

/// One part of one of two frames, as threads see it.
private struct FrameSide: Sendable {
  let memory: FrameBytes
  let part: Part
  private let path: FileName
  private let number: Int

  init(_ source: FrameSource, _ number: Int) {
    memory = source.memory
    part = source.container.parts[number]
    path = source.path
    self.number = number
  }

  /// Runs `body` with the unpacked bytes of a chunk.
  func unpacked<R>(
    _ record: ChunkRecord, _ worker: inout ChunkWorker, _ body: (ChunkShape, RawSpan) -> R
  ) throws(FrameWorkError) -> R {
    try worker.requireDecoder(for: part.codec, path)
    do throws(ChunkFault) {
      return try memory.withBytes { bytes throws(ChunkFault) in
        try worker.withUnpacked(record, of: part, in: bytes, body)
      }
    } catch {
      throw FrameWorkError(error, record, number, path)
    }
  }
}
