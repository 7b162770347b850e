public import FrameEngine

/// One line of a filter, compiled.
struct FilterRule: Hashable, Sendable {
  /// `!`: takes back what an earlier rule excluded.
  let includes: Bool
  /// A trailing `/`: matches folders only.
  let foldersOnly: Bool
  /// Matched against the path from the root where the pattern had a slash, else against the name.
  let isAnchored: Bool
  let glob: Glob

  /// Compiles one pattern. Throws for a `[` without end, a `\` at the end, and `//`.
  init(_ pattern: [UInt8]) throws(FilterError) {
    var rest = pattern[...]
    includes = rest.first == UInt8(ascii: "!")
    if includes { rest.removeFirst() }
    foldersOnly = rest.last == slash && rest.count > 1
    if foldersOnly { rest.removeLast() }
    guard !rest.isEmpty, rest != [slash] else {
      throw FilterError(pattern: FileName(pattern), reason: "it names nothing")
    }
    isAnchored = rest.contains(slash)
    if rest.first == slash { rest.removeFirst() }
    var parser = GlobParser(pattern: pattern, rest: rest)
    glob = try parser.parse()
  }
}

/// A pattern that cannot be compiled.
public struct FilterError: Error, Hashable, Sendable {
  /// The pattern as given.
  public let pattern: FileName
  /// What is wrong with it.
  public let reason: String
}

extension FilterError: CustomStringConvertible {
  /// The pattern and what is wrong with it.
  public var description: String { "exclude pattern \(pattern): \(reason)" }
}

private let slash = UInt8(ascii: "/")

/// Reads a pattern into components and tokens.
private struct GlobParser {
  let pattern: [UInt8]
  var rest: ArraySlice<UInt8>

  mutating func parse() throws(FilterError) -> Glob {
    var components: [Glob.Component] = []
    var tokens: [Glob.Token] = []
    // `**` means any depth only where it stands alone between slashes: wildcard escapes and sets
    // never do, so the source bytes are looked at rather than the tokens.
    var start = rest.startIndex
    while true {
      guard let byte = rest.first, byte != slash else {
        let text = pattern[start..<rest.startIndex]
        if text.isEmpty { throw error("nothing stands between two slashes") }
        let isDeep = text.count >= 2 && text.allSatisfy { $0 == UInt8(ascii: "*") }
        components.append(isDeep ? .anyDepth : Glob.Component(tokens))
        guard rest.popFirst() != nil else { break }
        tokens = []
        start = rest.startIndex
        continue
      }
      tokens.append(try token())
      if tokens.suffix(2) == [.anyBytes, .anyBytes] { tokens.removeLast() }
    }
    // `a/**` is what lies in `a`, not `a` itself; and `**` alone is every name.
    if components.last == .anyDepth { components.append(.suffix([])) }
    return Glob(components: components)
  }

  private mutating func token() throws(FilterError) -> Glob.Token {
    let byte = rest.removeFirst()
    switch byte {
    case UInt8(ascii: "*"): return .anyBytes
    case UInt8(ascii: "?"): return .anyByte
    case UInt8(ascii: "["): return .oneOf(try set())
    case UInt8(ascii: "\\"): return .byte(try next("it ends in a backslash"))
    default: return .byte(byte)
    }
  }

  /// The set after `[`, up to and with its `]`. A `]` right at its start is a member.
  private mutating func set() throws(FilterError) -> ByteSet {
    let unfinished = "a [ has no ]"
    var set = ByteSet()
    let isNegated = rest.first == UInt8(ascii: "!") || rest.first == UInt8(ascii: "^")
    if isNegated { rest.removeFirst() }
    var isFirst = true
    while true {
      var byte = try next(unfinished)
      if byte == UInt8(ascii: "]") && !isFirst { break }
      isFirst = false
      if byte == UInt8(ascii: "["), rest.first == UInt8(ascii: ":") {
        throw error("classes such as [:alpha:] are not supported")
      }
      if byte == UInt8(ascii: "\\") { byte = try next(unfinished) }
      guard rest.first == UInt8(ascii: "-"), rest.dropFirst().first != UInt8(ascii: "]") else {
        set.insert(byte...byte)
        continue
      }
      rest.removeFirst()
      var last = try next(unfinished)
      if last == UInt8(ascii: "\\") { last = try next(unfinished) }
      if byte <= last { set.insert(byte...last) }
    }
    if isNegated { set.invert() }
    return set
  }

  private mutating func next(_ otherwise: String) throws(FilterError) -> UInt8 {
    guard let byte = rest.popFirst() else { throw error(otherwise) }
    return byte
  }

  private func error(_ reason: String) -> FilterError {
    FilterError(pattern: FileName(pattern), reason: reason)
  }
}
