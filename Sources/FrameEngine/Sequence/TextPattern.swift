/// A text with wildcards: `*` for any characters, `?` for one; everything else stands for itself.
///
/// Matching costs at most the product of both lengths, whatever the pattern.
public struct TextPattern: Hashable, Sendable {
  /// The pattern as written.
  public let text: String
  private let scalars: [Unicode.Scalar]

  /// A pattern as written.
  public init(_ text: String) {
    self.text = text
    scalars = Array(text.unicodeScalars)
  }

  /// Whether it matches the whole of a text.
  public func matches(_ candidate: String) -> Bool {
    let found = Array(candidate.unicodeScalars)
    var position = 0
    var token = 0
    // Where to go on after a mismatch: behind the last `*`, one character further than tried.
    var retry: (token: Int, position: Int)?
    while position < found.count || token < scalars.count {
      if token < scalars.count, scalars[token] == "*" {
        token += 1
        retry = (token, position)
      } else if token < scalars.count, position < found.count,
        scalars[token] == "?" || scalars[token] == found[position]
      {
        token += 1
        position += 1
      } else {
        guard let last = retry, last.position < found.count else { return false }
        retry = (last.token, last.position + 1)
        token = last.token
        position = last.position + 1
      }
    }
    return true
  }
}

/// A set of characters of file names, as profiles write it: `A-Za-z0-9._-`.
public struct CharacterRanges: Hashable, Sendable {
  /// The set as written.
  public let text: String
  private let ranges: [ClosedRange<Unicode.Scalar>]

  /// Reads single characters and ranges with a hyphen; a hyphen at either end is itself. `nil` for
  /// an empty set and for a range that runs backwards.
  public init?(_ text: String) {
    var ranges = [ClosedRange<Unicode.Scalar>]()
    var rest = Array(text.unicodeScalars)[...]
    while let first = rest.popFirst() {
      if rest.count >= 2, rest.first == "-" {
        let last = rest[rest.startIndex + 1]
        guard first <= last else { return nil }
        ranges.append(first...last)
        rest.removeFirst(2)
      } else {
        ranges.append(first...first)
      }
    }
    guard !ranges.isEmpty else { return nil }
    self.text = text
    self.ranges = ranges
  }

  /// Whether a character is in the set.
  public func contains(_ scalar: Unicode.Scalar) -> Bool {
    ranges.contains { $0.contains(scalar) }
  }
}
