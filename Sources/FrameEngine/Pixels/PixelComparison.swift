/// How far two images are apart: chunk against chunk of the same pixels, merged in chunk order.
///
/// The chunks may have channels of different types; then samples are compared by value, as doubles,
/// which hold every half, float and uint exactly. Halves with halves and floats with floats go
/// through a kernel that passes over equal bytes at the speed of memory.
public struct PixelComparison: Sendable {
  /// The channels that are compared.
  public let channels: ChannelPairs
  /// The difference of each pair of `channels`, in that order.
  public private(set) var differences: [ChannelDifference]
  /// Where they differ, if that was asked for.
  public private(set) var heatMap: HeatMap?

  /// Nothing compared yet. A heat map has cells of `heatScale` pixels over `window`, which is the
  /// window of both parts.
  public init(_ channels: ChannelPairs, _ window: Window, heatScale: Int? = nil) {
    self.channels = channels
    differences = channels.pairs.map { _ in ChannelDifference() }
    let origin = PixelPosition(x: window.minX, y: window.minY)
    heatMap = heatScale.map { HeatMap(window, origin: origin, scale: $0) }
  }

  /// Adds what two chunks of the same pixels differ in; both are unpacked and whole.
  public mutating func compare(
    _ leftShape: ChunkShape, _ left: RawSpan, _ rightShape: ChunkShape, _ right: RawSpan
  ) {
    precondition(leftShape.window == rightShape.window, "chunks of the same pixels")
    precondition(left.byteCount >= leftShape.byteCount, "all bytes of the chunk")
    precondition(right.byteCount >= rightShape.byteCount, "all bytes of the chunk")
    var columns = [Float](repeating: 0, count: heatMap == nil ? 0 : leftShape.window.width)
    for (index, pair) in channels.pairs.enumerated() {
      let from = ChannelRow(pair.left, leftShape)
      let to = ChannelRow(pair.right, rightShape)
      var difference = ChannelDifference()
      for row in 0..<from.rowCount {
        let rows = RowPair(
          count: from.count, leftOffset: from.offset(row), leftType: from.type,
          rightOffset: to.offset(row), rightType: to.type)
        let distance = rows.distance(left, right, columns: &columns)
        difference.samples += from.count
        guard distance.differing > 0 else { continue }
        difference.unmeasured += distance.unmeasured
        difference.maximum = max(difference.maximum, distance.greatest)
        difference.sum += distance.sum
        difference.squares += distance.squares
        difference.differing.add(
          distance.differing, row: from.y(row), from: from.firstX + distance.first * from.xStep,
          through: from.firstX + distance.last * from.xStep)
        heatMap?.raise(
          from.y(row), &columns, count: from.count, firstX: from.firstX, step: from.xStep)
      }
      differences[index].merge(difference)
    }
  }

  /// Adds a chunk of which every sample is the same in both images.
  public mutating func addEqual(_ shape: ChunkShape) {
    for (index, pair) in channels.pairs.enumerated() {
      let row = ChannelRow(pair.left, shape)
      differences[index].samples += row.rowCount * row.count
    }
  }

  /// Adds a comparison of other chunks of the same parts. For equal sums, merge in chunk order.
  public mutating func merge(_ other: PixelComparison) {
    precondition(other.channels == channels, "comparisons of the same channels")
    for index in differences.indices { differences[index].merge(other.differences[index]) }
    if let part = other.heatMap { heatMap?.merge(part) }
  }

  /// Whether no sample of any pair differs.
  public var isEqual: Bool { differences.allSatisfy(\.isEqual) }
}
