public import FrameEngine

/// Which files of a tree are left out, by rules as in `.gitignore` files.
///
/// Rules are bytes, matched against paths relative to the root of the source. The last rule that
/// matches decides. A folder that is excluded is not entered, so nothing inside it can be
/// re-included. What a rule may hold:
///
/// | in a rule | means |
/// |---|---|
/// | `name` | files and folders of this name, at any depth |
/// | `a/b`, `/a` | a slash at the start or inside: the path from the root of the source |
/// | `name/` | a slash at the end: folders only |
/// | `!name` | takes back what earlier rules excluded |
/// | `*`, `?` | any bytes, one byte, but never a slash |
/// | `[a-z]`, `[!a-z]`, `[^a-z]` | one byte of a set, or outside it; never a slash |
/// | `**/a`, `a/**/b`, `a/**` | `**` between slashes: folders of any depth, none included; at the end: all that lies inside |
/// | `\*` | the byte after a backslash as it is |
///
/// In a file of rules empty lines and lines that start with `#` say nothing (`\#` and `\!` stand
/// for themselves), spaces at the end of a line are dropped unless a backslash precedes them, and
/// line ends may be CR LF.
///
/// Case matters, and the bytes of a name need not be valid text. Classes such as `[:alpha:]` are
/// refused, not misread. Against git: a pattern that git ignores because it is malformed is an
/// error here.
public struct Filter: Hashable, Sendable {
  private var rules: [FilterRule] = []

  /// Excludes nothing.
  public init() {}

  /// Excludes what each of `patterns` matches, in this order.
  public init(excluding patterns: [String]) throws(FilterError) {
    for pattern in patterns { try exclude(Array(pattern.utf8)) }
  }

  /// Whether there are no rules.
  public var isEmpty: Bool { rules.isEmpty }

  /// Adds one rule, as `--exclude` gives it.
  public mutating func exclude(_ pattern: [UInt8]) throws(FilterError) {
    rules.append(try FilterRule(pattern))
  }

  /// Adds the rules of a file, a line each.
  public mutating func exclude(linesOf file: [UInt8]) throws(FilterError) {
    var text = file[...]
    if text.starts(with: [0xEF, 0xBB, 0xBF]) { text.removeFirst(3) }
    for line in text.split(separator: UInt8(ascii: "\n")) {
      if let rule = Filter.rule(of: line) { try exclude(rule) }
    }
  }

  /// Whether `name` in the folder `path` (relative to the root, empty for the root itself) is left
  /// out. The folders above it are taken to be included. Costs tens of nanoseconds a rule.
  public func excludes(_ name: FileName, in path: FileName, isFolder: Bool) -> Bool {
    guard !rules.isEmpty else { return false }
    var fullPath: [UInt8]?
    for rule in rules.reversed() {
      if rule.foldersOnly && !isFolder { continue }
      let isMatch: Bool
      if rule.isAnchored {
        let whole = fullPath ?? path.appending(name).bytes
        fullPath = whole
        isMatch = rule.glob.matches(path: whole)
      } else {
        isMatch = rule.glob.matches(name: name.bytes)
      }
      if isMatch { return !rule.includes }
    }
    return false
  }

  /// The rule in a line of a file, without what the line format adds; `nil` if it holds none.
  private static func rule(of line: ArraySlice<UInt8>) -> [UInt8]? {
    var line = line
    if line.last == UInt8(ascii: "\r") { line.removeLast() }
    if line.first == UInt8(ascii: "#") { return nil }
    while line.last == UInt8(ascii: " "), line.dropLast().last != UInt8(ascii: "\\") {
      line.removeLast()
    }
    return line.isEmpty ? nil : Array(line)
  }
}
