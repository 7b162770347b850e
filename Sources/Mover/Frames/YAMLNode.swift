/// Where something stands in a file, both from 1.
struct YAMLMark: Hashable, Sendable {
  let line: Int
  let column: Int
}

/// What is wrong with a YAML text, and where.
struct YAMLError: Error, Hashable, Sendable {
  let mark: YAMLMark?
  let reason: String
}

/// A value of a YAML document, with its place.
struct YAMLNode: Hashable, Sendable {
  enum Content: Hashable, Sendable {
    case scalar(String)
    case list([YAMLNode])
    case map([Entry])
  }

  /// A key and its value.
  struct Entry: Hashable, Sendable {
    let key: String
    let mark: YAMLMark
    let value: YAMLNode
  }

  let content: Content
  let mark: YAMLMark

  func error(_ reason: String) -> YAMLError { YAMLError(mark: mark, reason: reason) }
}

/// What a document may hold at most.
enum YAMLLimits {
  static let bytes = 256 << 10
  static let nodes = 10_000
  static let depth = 16
}
