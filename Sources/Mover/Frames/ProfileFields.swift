import FrameEngine

/// The keys of a map, each to be taken once: what is left over is not known.
struct ProfileFields {
  private var entries: [YAMLNode.Entry]
  private var known: [String] = []

  init(_ node: YAMLNode) throws(YAMLError) {
    guard case .map(let entries) = node.content else {
      throw node.error("keys and values are expected")
    }
    self.entries = entries
  }

  /// The value of a key, if it is there.
  mutating func take(_ key: String) -> YAMLNode? {
    known.append(key)
    guard let index = entries.firstIndex(where: { $0.key == key }) else { return nil }
    return entries.remove(at: index).value
  }

  /// Throws for the first key that nobody took.
  func finish() throws(YAMLError) {
    guard let entry = entries.first else { return }
    throw YAMLError(
      mark: entry.mark,
      reason: "the key \(entry.key) is not known here: \(known.joined(separator: ", ")) are")
  }
}

extension YAMLNode {
  func text() throws(YAMLError) -> String {
    guard case .scalar(let text) = content else { throw error("a text is expected") }
    return text
  }

  func flag() throws(YAMLError) -> Bool {
    switch try text() {
    case "true": return true
    case "false": return false
    default: throw error("true or false is expected")
    }
  }

  func integer(_ range: ClosedRange<Int>) throws(YAMLError) -> Int {
    guard let number = Int(try text()), range.contains(number) else {
      throw error("a whole number from \(range.lowerBound) to \(range.upperBound) is expected")
    }
    return number
  }

  func number() throws(YAMLError) -> Float {
    let text = try text()
    let isDecimal = text.utf8.allSatisfy { "0123456789.eE+-".utf8.contains($0) }
    guard isDecimal, let number = Float(text), number.isFinite else {
      throw error("a number is expected")
    }
    return number
  }

  /// The values of a list, or the one value that stands for a list of one.
  func items() -> [YAMLNode] {
    guard case .list(let nodes) = content else { return [self] }
    return nodes
  }

  /// Every value of a list, or of a single value, as `read` has it.
  func items<Value>(
    _ read: (YAMLNode) throws(YAMLError) -> Value
  ) throws(YAMLError) -> [Value] {
    var values = [Value]()
    for item in items() { values.append(try read(item)) }
    return values
  }

  /// One of the values that have names.
  func choice<Value>(_ values: [(name: String, value: Value)]) throws(YAMLError) -> Value {
    let text = try text()
    guard let value = values.first(where: { $0.name == text })?.value else {
      throw error("\(text) is none of \(values.map(\.name).joined(separator: ", "))")
    }
    return value
  }

  /// `3840x2160`.
  func size() throws(YAMLError) -> ImageDemand.Size {
    let words = try text().split(separator: "x", omittingEmptySubsequences: false)
    guard words.count == 2, let width = Int(words[0]), let height = Int(words[1]),
      (1..<1 << 30).contains(width), (1..<1 << 30).contains(height)
    else { throw error("a size such as 3840x2160 is expected") }
    return ImageDemand.Size(width: width, height: height)
  }

  /// So many whole numbers.
  func integers(_ count: Int, _ range: ClosedRange<Int>) throws(YAMLError) -> [Int] {
    guard case .list(let nodes) = content, nodes.count == count else {
      throw error("a list of \(count) numbers is expected")
    }
    return try items { node throws(YAMLError) in try node.integer(range) }
  }

  /// `[0, 0, 1919, 1079]`: both corners.
  func window() throws(YAMLError) -> Window {
    let corners = try integers(4, -1 << 30...1 << 30)
    guard corners[0] <= corners[2], corners[1] <= corners[3] else {
      throw error("the second corner lies right of and below the first")
    }
    return Window(minX: corners[0], minY: corners[1], maxX: corners[2], maxY: corners[3])
  }
}
