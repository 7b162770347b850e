public import FrameEngine
import Synchronization

/// Compares two frames: chunk by chunk as they are packed, and sample by sample where those differ.
public struct FrameComparer: Sendable {
  /// What two parts of one number have in common and what not.
  public struct PartDifference: Sendable {
    /// The part's number.
    public let part: Int
    /// How far the channels of one name are apart, over the pixels that both have.
    public let pixels: PixelComparison
    /// Chunks that were equal as they are packed, and not decoded.
    public let equalChunks: Int
    /// What of the headers differs, in words.
    public let remarks: [String]

    /// Whether every sample of both parts is the same.
    public var isEqual: Bool {
      remarks.isEmpty && pixels.isEqual && pixels.channels.onlyLeft.isEmpty
        && pixels.channels.onlyRight.isEmpty && pixels.channels.unlike.isEmpty
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

  /// Compares the frames that two sources have open, part by part.
  public func compare(_ left: FrameSource, _ right: FrameSource) throws(FrameWorkError)
    -> [PartDifference]
  {
    let count = min(left.container.parts.count, right.container.parts.count)
    guard left.container.parts.count == right.container.parts.count else {
      throw FrameWorkError(
        .unsuitable, right.path,
        "it has \(right.container.parts.count) parts, and the other frame "
          + "\(left.container.parts.count)")
    }
    var differences: [PartDifference] = []
    for number in 0..<count { differences.append(try compare(number, left, right)) }
    return differences
  }

  private func compare(_ number: Int, _ left: FrameSource, _ right: FrameSource)
    throws(FrameWorkError) -> PartDifference
  {
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
      throw FrameWorkError(.unsuitable, right.path, "the data windows do not meet")
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

  /// Frames that are cut alike: chunk beside chunk, and those with equal bytes are not decoded.
  private func compareChunks(
    _ number: Int, _ left: FrameSource, _ right: FrameSource, _ empty: PixelComparison
  ) throws(FrameWorkError) -> (PixelComparison, equal: Int) {
    let (first, second) = (left.container.parts[number], right.container.parts[number])
    let canSkip = first.codec == second.codec && first.channels == second.channels
    let records = zip(left.fullChunks(number), right.fullChunks(number)).map { $0 }
    let (leftMemory, rightMemory, cancellation) = (left.memory, right.memory, cancellation)
    let (leftPath, rightPath) = (left.path, right.path)
    let next = Atomic<Int>(0)
    let state = Mutex(
      (parts: [(Int, PixelComparison)](), equal: [ChunkRegion](), fault: FrameWorkError?.none))
    left.crew.run(upTo: records.count) { worker in
      while cancellation?.isCancelled != true, state.withLock({ $0.fault == nil }) {
        let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard index < records.count else { return }
        let (one, other) = records[index]
        if canSkip, FrameComparer.isEqual(one, leftMemory, other, rightMemory) {
          state.withLock { $0.equal.append(one.region) }
          continue
        }
        var comparison = empty
        do throws(ChunkFault) {
          let (shape, bytes) = try leftMemory.withBytes { bytes throws(ChunkFault) in
            try worker.withUnpacked(one, of: first, in: bytes) { shape, pixels in
              (shape, pixels.copied)
            }
          }
          try rightMemory.withBytes { packed throws(ChunkFault) in
            try worker.withUnpacked(other, of: second, in: packed) {
              comparison.compare(shape, bytes.rawBytes, $0, $1)
            }
          }
          state.withLock { $0.parts.append((index, comparison)) }
        } catch {
          let path = error.code == .chunkMissing ? rightPath : leftPath
          state.withLock { $0.fault = FrameWorkError(error, one, number, path) }
        }
      }
    }
    if cancellation?.isCancelled == true {
      throw FrameWorkError(.interrupted, left.path, "interrupted")
    }
    let found = state.withLock { $0 }
    if let fault = found.fault { throw fault }
    var whole = empty
    for (_, part) in found.parts.sorted(by: { $0.0 < $1.0 }) { whole.merge(part) }
    for region in found.equal {
      whole.addEqual(ChunkShape(window: region.window, channels: first.channels))
    }
    return (whole, found.equal.count)
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
