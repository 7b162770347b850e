/// Finds what a mistyped word was meant to be.
enum Suggestion {
  /// The nearest of `words`, if it is near enough to be meant: a third of the letters may be wrong.
  static func nearest(to word: String, of words: [String]) -> String? {
    let limit = max(1, word.count / 3)
    let near = words.map { ($0, distance(Array(word.utf8), Array($0.utf8))) }
      .filter { $0.1 <= limit }
    if let best = near.min(by: { $0.1 < $1.1 }) { return best.0 }
    let longer = words.filter { word.utf8.count >= 3 && $0.hasPrefix(word) }
    return longer.count == 1 ? longer[0] : nil
  }

  /// Letters to insert, remove, replace or swap with a neighbour (Damerau's restricted distance).
  private static func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
    var beforeLast = [Int]()
    var last = Array(0...b.count)
    for i in a.indices {
      var row = [i + 1]
      for j in b.indices {
        var best = min(last[j + 1] + 1, row[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
          best = min(best, beforeLast[j - 1] + 1)
        }
        row.append(best)
      }
      (beforeLast, last) = (last, row)
    }
    return last[b.count]
  }
}
