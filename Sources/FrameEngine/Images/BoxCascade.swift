internal import CKernels

/// Halves both sides of a channel again and again by the box filter, while its rows come in from the
/// top. Holds two rows of each level, so that they stay in the cache, where whole levels as floats
/// would not.
struct BoxCascade {
  /// Halvings.
  let count: Int
  /// Two rows of each level, the upper and the lower one, but one of the last.
  private var rows: [Float]
  /// Where the two rows of each level start.
  private let starts: [Int]
  private let widths: [Int]
  /// Whether the upper row of a level waits for the lower one.
  private var isWaiting: [Bool]
  private var rowCounts: [Int]

  /// Halvings of rows of `width` samples, which that many halvings leave whole.
  init(width: Int, count: Int) {
    precondition(count > 0 && width % (1 << count) == 0, "every halving is of an even side")
    self.count = count
    widths = (0...count).map { width >> $0 }
    var starts = [Int]()
    var total = 0
    for width in widths {
      starts.append(total)
      total += 2 * width
    }
    self.starts = starts
    rows = [Float](repeating: 0, count: total)
    isWaiting = Array(repeating: false, count: count + 1)
    rowCounts = Array(repeating: 0, count: count + 1)
  }

  /// Takes the next row of the channel: `load` puts it into an array, from a place on. `store` gets
  /// each row of a level, from 1 on, that is done with it, and where it starts in an array.
  mutating func add(
    load: (_ into: inout [Float], _ from: Int) -> Void,
    store: (_ level: Int, _ row: Int, _ samples: [Float], _ from: Int) -> Void
  ) {
    let start = place(0)
    load(&rows, start)
    var level = 0
    while level < count {
      guard isWaiting[level] else {
        isWaiting[level] = true
        return
      }
      isWaiting[level] = false
      let (upper, width, target) = (starts[level], widths[level], place(level + 1))
      unsafe rows.withUnsafeMutableBufferPointer { rows in
        guard let start = rows.baseAddress else { return }
        unsafe farmio_image_box(start + upper, start + upper + width, width / 2, start + target)
      }
      level += 1
      store(level, rowCounts[level], rows, target)
      rowCounts[level] += 1
    }
  }

  /// Where the next row of a level goes.
  private func place(_ level: Int) -> Int { starts[level] + (isWaiting[level] ? widths[level] : 0) }
}
