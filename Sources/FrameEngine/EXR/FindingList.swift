/// Findings as they come up, no more than a reader could use of one code: a file with a wrong table
/// has thousands of equal faults.
struct FindingList {
  /// Findings of one code that are kept one by one.
  static let perCode = 64

  private var kept: [Finding] = []
  private var counts: [FindingCode: Int] = [:]

  /// Whether nothing was found.
  var isEmpty: Bool { kept.isEmpty }

  /// Adds a finding, or counts it where there are enough of its code.
  mutating func add(
    _ code: FindingCode, _ place: FindingPlace = FindingPlace(), at byteOffset: Int? = nil,
    count: Int? = nil, _ text: @autoclosure () -> String
  ) {
    counts[code, default: 0] += 1
    guard counts[code]! <= FindingList.perCode else { return }
    kept.append(Finding(code, place, at: byteOffset, count: count, text()))
  }

  /// The findings by their place in the file, those about the file as a whole first; behind them,
  /// how many more there were of each code.
  var inFileOrder: [Finding] {
    let sorted = kept.enumerated().sorted {
      ($0.element.byteOffset ?? -1, $0.offset) < ($1.element.byteOffset ?? -1, $1.offset)
    }
    let rest = FindingCode.allCases.compactMap { code -> Finding? in
      guard let count = counts[code], count > FindingList.perCode else { return nil }
      let more = count - FindingList.perCode
      return Finding(code, count: more, "\(more) more of the same kind")
    }
    return sorted.map(\.element) + rest
  }
}
