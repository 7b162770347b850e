/// Names that belong together, and the frame of each.
public struct FrameGroup: Hashable, Sendable {
  /// One file of a sequence.
  public struct Member: Hashable, Sendable {
    /// Its name.
    public let name: FileName
    /// Its number; `nil` for a name that holds none.
    public let frame: Int?
    /// Whether the number is padded like that of most others.
    public let isPadded: Bool

    /// A member with every field given.
    public init(name: FileName, frame: Int?, isPadded: Bool = true) {
      self.name = name
      self.frame = frame
      self.isPadded = isPadded
    }
  }

  /// What the names have in common; `nil` for a single file without a number.
  public let pattern: FramePattern?
  /// By frame number, then by name.
  public let members: [Member]

  /// A group with every field given.
  public init(pattern: FramePattern?, members: [Member]) {
    self.pattern = pattern
    self.members = members
  }
}

extension FramePattern {
  /// Groups names (without folders) into sequences, in the order of their patterns.
  ///
  /// A frame number ends the name before the extension (`comp0001.exr`), or stands between two of
  /// `.`, `_` and `-` (`comp.1001.left.exr`). A number after a single `v` is a version
  /// (`comp_v003.exr`), and one of more than ten digits is a date or a hash. Where a name holds
  /// several, it is the one in which the most names differ from each other and, where that does not
  /// tell, the last. Costs a pass over the names and a table of them.
  public static func groups(of names: [FileName]) -> [FrameGroup] {
    let candidates = names.map { NumberInName.candidates(in: $0) }
    var counts = [NumberInName.Key: Int]()
    for candidate in candidates.joined() { counts[candidate.key, default: 0] += 1 }
    var members = [NumberInName.Key: [(FileName, FrameNumber)]]()
    var groups = [FrameGroup]()
    for (name, candidates) in zip(names, candidates) {
      var best: NumberInName?
      // At equal counts the last number wins.
      for candidate in candidates
      where best.map({ counts[candidate.key, default: 0] >= counts[$0.key, default: 0] }) ?? true {
        best = candidate
      }
      if let best {
        members[best.key, default: []].append((name, best.number))
      } else {
        let member = FrameGroup.Member(name: name, frame: nil)
        groups.append(FrameGroup(pattern: nil, members: [member]))
      }
    }
    groups += members.map { key, members in group(key, members) }
    return groups.sorted { $0.sortKey < $1.sortKey }
  }

  /// The names of a list that this pattern matches, with its own padding or, if it has none, that
  /// of most names.
  public func group(of names: [FileName]) -> FrameGroup {
    let matches = names.compactMap { name in match(name).map { (name, $0) } }
    guard padding == nil else {
      let members = matches.map { name, match in
        FrameGroup.Member(name: name, frame: match.frame, isPadded: match.isPadded)
      }
      return FrameGroup(pattern: self, members: FrameGroup.sorted(members))
    }
    let numbers = matches.compactMap { name, _ in
      FrameNumber(name.bytes[prefix.count..<name.bytes.count - suffix.count]).map { (name, $0) }
    }
    return FramePattern.group(NumberInName.Key(prefix: prefix, suffix: suffix), numbers)
  }

  private static func group(
    _ key: NumberInName.Key, _ members: [(FileName, FrameNumber)]
  ) -> FrameGroup {
    let padding = commonPadding(members.map(\.1))
    let pattern = FramePattern(prefix: key.prefix, padding: padding, suffix: key.suffix)
    let named = members.map { name, number in
      FrameGroup.Member(name: name, frame: number.value, isPadded: pattern.isPadded(number))
    }
    return FrameGroup(pattern: pattern, members: FrameGroup.sorted(named))
  }

  /// The width of most numbers with leading zeros; without any, the smallest width, which is what
  /// 1001 to 12000 were padded to. Numbers below 0 count only among themselves: whether their sign
  /// takes a place depends on the writer.
  private static func commonPadding(_ numbers: [FrameNumber]) -> Int {
    let positive = numbers.filter { !$0.isNegative }
    guard !positive.isEmpty else { return (numbers.map(\.digitCount).max() ?? 3) + 1 }
    var widths = [Int: Int]()
    for number in positive where number.hasLeadingZero {
      widths[number.digitCount, default: 0] += 1
    }
    let common = widths.max { a, b in (a.value, a.key) < (b.value, b.key) }
    return common?.key ?? positive.map(\.digitCount).min() ?? 4
  }
}

extension FrameGroup {
  fileprivate static func sorted(_ members: [Member]) -> [Member] {
    members.sorted { a, b in
      (a.frame ?? .min, a.name) < (b.frame ?? .min, b.name)
    }
  }

  /// Groups lie in the order of their first names.
  fileprivate var sortKey: FileName { members.map(\.name).min() ?? "" }
}

/// A number in a name that may be the frame's.
private struct NumberInName {
  struct Key: Hashable {
    let prefix: [UInt8]
    let suffix: [UInt8]
  }

  let key: Key
  let number: FrameNumber

  /// Digits of a frame number; longer ones are dates, times and hashes.
  static let digitLimit = 10
  /// Numbers of a name that are looked at, counted from its end.
  static let candidateLimit = 8

  static func candidates(in name: FileName) -> [NumberInName] {
    let bytes = name.bytes
    let dot = bytes.lastIndex(of: UInt8(ascii: ".")) ?? bytes.endIndex
    var found = [NumberInName]()
    let stem = dot == 0 ? bytes.endIndex : dot
    var end = stem
    while end > 0, found.count < candidateLimit {
      guard FrameNumber.isDigit(bytes[end - 1]) else {
        end -= 1
        continue
      }
      var start = end
      while start > 0, FrameNumber.isDigit(bytes[start - 1]) { start -= 1 }
      let next = start
      let isPlaced =
        end == stem || isDelimiter(bytes[end]) && (start == 0 || isDelimiter(bytes[start - 1]))
      if isPlaced, end - start <= digitLimit, !isVersion(bytes[..<start]) {
        if hasSign(bytes[..<start]) { start -= 1 }
        if let number = FrameNumber(bytes[start..<end]) {
          let key = Key(prefix: Array(bytes[..<start]), suffix: Array(bytes[end...]))
          found.append(NumberInName(key: key, number: number))
        }
      }
      end = next
    }
    return found.reversed()
  }

  /// Whether the text before a number ends in a single `v`.
  private static func isVersion(_ text: ArraySlice<UInt8>) -> Bool {
    guard let last = text.last, last | 0x20 == UInt8(ascii: "v") else { return false }
    guard let before = text.dropLast().last else { return true }
    return !(UInt8(ascii: "a")...UInt8(ascii: "z")).contains(before | 0x20)
  }

  /// Whether the text before a number ends in a minus sign rather than a hyphen between words.
  private static func hasSign(_ text: ArraySlice<UInt8>) -> Bool {
    guard text.last == UInt8(ascii: "-") else { return false }
    guard let before = text.dropLast().last else { return true }
    return isDelimiter(before)
  }

  private static func isDelimiter(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: ".") || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
  }
}
