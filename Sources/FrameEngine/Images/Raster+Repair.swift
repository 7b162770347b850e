/// What takes the place of samples that are NaN or infinite, before a filter spreads them.
public enum NonFiniteRepair: String, CaseIterable, Hashable, Sendable {
  /// They stay.
  case none
  /// Zero.
  case black
  /// The mean of the finite samples among the eight around, in the same channel; zero if none is.
  case box3
}

extension Raster {
  /// Replaces samples that are not finite, and returns how many. Whole numbers always are.
  ///
  /// Neighbours are taken as they were before, so the order of repair does not matter.
  public mutating func repair(_ rule: NonFiniteRepair) -> Int {
    guard rule != .none else { return 0 }
    var count = 0
    for channel in channels.indices where channels[channel].type != .uint {
      count += repair(channel, rule)
    }
    return count
  }

  private mutating func repair(_ channel: Int, _ rule: NonFiniteRepair) -> Int {
    let before = planes[channel]
    var (row, count) = ([Float](repeating: 0, count: before.grid.columns), 0)
    for y in 0..<before.grid.rows {
      SampleRow.read(self.row(y, of: channel), as: before.type, into: &row)
      guard !row.allSatisfy(\.isFinite) else { continue }
      for x in row.indices where !row[x].isFinite {
        planes[channel].store(rule == .black ? 0 : before.meanAround(x, y), x, y)
        count += 1
      }
    }
    return count
  }
}

extension Raster.Plane {
  /// The mean of the finite samples around one, which does not count itself.
  fileprivate func meanAround(_ x: Int, _ y: Int) -> Float {
    var (sum, count) = (0.0, 0)
    for row in max(y - 1, 0)...min(y + 1, grid.rows - 1) {
      for column in max(x - 1, 0)...min(x + 1, grid.columns - 1) {
        let sample = sample(column, row)
        guard sample.isFinite else { continue }
        sum += Double(sample)
        count += 1
      }
    }
    return count > 0 ? Float(sum / Double(count)) : 0
  }

  /// One sample as a float.
  func sample(_ x: Int, _ y: Int) -> Float {
    var value = [Float](repeating: 0, count: 1)
    let start = y * rowByteCount + x * type.byteCount
    SampleRow.read(
      bytes.rawBytes.extracting(start..<start + type.byteCount), as: type, into: &value)
    return value[0]
  }

  fileprivate mutating func store(_ value: Float, _ x: Int, _ y: Int) {
    var sample = [UInt8](repeating: 0, count: type.byteCount)
    var span = sample.mutableSpan
    var target = unsafe span.mutableBytes
    SampleRow.write([value], as: type, into: &target)
    let start = y * rowByteCount + x * type.byteCount
    for index in sample.indices { bytes[start + index] = sample[index] }
  }
}
