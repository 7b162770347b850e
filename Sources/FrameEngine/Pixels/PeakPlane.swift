internal import CKernels

/// Rows of light: for every pixel, the bits of a half, the greatest finite sample of some channels.
struct PeakPlane: Hashable {
  private(set) var width: Int
  /// The column of the first pixel of a row.
  private(set) var minX: Int
  /// The number of the first row.
  private(set) var minY: Int
  private(set) var values: [UInt16]

  /// Rows without light.
  init(width: Int, minX: Int, minY: Int, rows: Int = 0) {
    self.width = width
    self.minX = minX
    self.minY = minY
    values = [UInt16](repeating: 0, count: width * rows)
  }

  /// Rows with these values.
  init(width: Int, minX: Int, minY: Int, values: [UInt16]) {
    self.width = width
    self.minX = minX
    self.minY = minY
    self.values = values
  }

  /// Starts again with rows without light; keeps the memory.
  mutating func restart(_ window: Window) {
    width = window.width
    minX = window.minX
    minY = window.minY
    let count = window.area
    if values.count != count { values = [UInt16](repeating: 0, count: count) }
    for index in values.indices { values[index] = 0 }
  }

  /// The number of the row behind the last.
  var endY: Int { minY + values.count / width }

  /// Raises row `y` to the samples of a channel.
  mutating func raise(_ y: Int, _ bytes: RawSpan, at offset: Int, _ type: PixelType) {
    precondition(offset >= 0 && width <= (bytes.byteCount - offset) / type.byteCount)
    let from = (y - minY) * width
    precondition(from >= 0 && from + width <= values.count, "a row of the plane")
    unsafe bytes.withUnsafeBytes { bytes in
      unsafe values.withUnsafeMutableBufferPointer { values in
        guard let base = bytes.baseAddress, let peaks = values.baseAddress else { return }
        let samples = unsafe (base + offset).assumingMemoryBound(to: UInt8.self)
        if type == .half {
          unsafe farmio_pixel_peaks_half(samples, width, peaks + from)
        } else {
          unsafe farmio_pixel_peaks_float(samples, width, peaks + from)
        }
      }
    }
  }

  /// Some of the rows.
  func rows(_ range: Range<Int>) -> PeakPlane {
    PeakPlane(
      width: width, minX: minX, minY: range.lowerBound,
      values: Array(values[(range.lowerBound - minY) * width..<(range.upperBound - minY) * width]))
  }

  /// Appends the rows that follow.
  mutating func append(_ other: PeakPlane) {
    precondition(other.minY == endY && other.width == width && other.minX == minX)
    values += other.values
  }

  /// Forgets the rows before `y`.
  mutating func drop(before y: Int) {
    let rows = min(max(0, y - minY), endY - minY)
    values.removeFirst(rows * width)
    minY += rows
  }

  /// The fireflies of row `y`, left to right; squares end at the plane's
  /// border. `found` is scratch.
  func fireflies(_ y: Int, _ rule: FireflyRule, _ found: inout [UInt32]) -> [Int] {
    let candidates = sparks(y, rule, &found)
    guard candidates > 0 else { return [] }
    return found[..<candidates].lazy.map { Int($0) }
      .filter { exceedsMedian($0, y, stops: rule.medianStops) }
  }

  /// Those pixels of row `y` that reach the floor and outshine their neighbours.
  private func sparks(_ y: Int, _ rule: FireflyRule, _ found: inout [UInt32]) -> Int {
    if found.count < width { found = [UInt32](repeating: 0, count: width) }
    let from = (y - minY) * width
    precondition(from >= 0 && from + width <= values.count, "a row of the plane")
    return unsafe values.withUnsafeBufferPointer { values in
      unsafe found.withUnsafeMutableBufferPointer { found in
        guard let base = values.baseAddress, let target = found.baseAddress else { return 0 }
        let row = unsafe base + from
        let above = unsafe from > 0 ? row - width : nil
        let below = unsafe from + 2 * width <= values.count ? row + width : nil
        return unsafe farmio_pixel_sparks(
          above, row, below, width, rule.floorBits, UInt16(rule.isolationStops), target)
      }
    }
  }

  /// Whether a pixel lies `stops` above the median of the others around it: whether fewer than half
  /// of them come nearer.
  private func exceedsMedian(_ x: Int, _ y: Int, stops: Int) -> Bool {
    let light = Int(values[(y - minY) * width + x])
    let bound = light - stops << 10
    var others = 0
    var near = 0
    for row in max(minY, y - 2)...min(endY - 1, y + 2) {
      for column in max(0, x - 2)...min(width - 1, x + 2) where row != y || column != x {
        others += 1
        if Int(values[(row - minY) * width + column]) > bound { near += 1 }
      }
    }
    return near * 2 < others || others == 0
  }
}
