/// One compiled pattern of a path: components between slashes, each matched against one name.
///
/// Matching costs at most (path bytes x pattern bytes), whatever the pattern: inside a name only
/// the last `*` is ever tried again, and between names only the last `**`.
struct Glob: Hashable, Sendable {
  /// What stands between two slashes of a pattern.
  enum Component: Hashable, Sendable {
    /// `**`: any number of names, none included.
    case anyDepth
    /// A name without wildcards.
    case literal([UInt8])
    /// A name that ends in these bytes: `*.exr`.
    case suffix([UInt8])
    /// Anything else.
    case pattern([Token])
  }

  /// One step of matching a name.
  enum Token: Hashable, Sendable {
    case byte(UInt8)
    case anyByte
    case anyBytes
    case oneOf(ByteSet)
  }

  let components: [Component]

  init(components: [Component]) { self.components = components }

  /// Whether one name matches a pattern without slashes.
  func matches(name: [UInt8]) -> Bool {
    components.allSatisfy { $0.matches(name[...]) }
  }

  /// Whether the whole `path`, names between slashes, matches.
  func matches(path: [UInt8]) -> Bool {
    let names = path.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    var component = 0
    var name = 0
    // Where to go on after a mismatch: behind the last `**`, one name further than tried.
    var retry: (component: Int, name: Int)?
    while name < names.count || component < components.count {
      if component < components.count {
        if case .anyDepth = components[component] {
          retry = (component + 1, name)
          component += 1
          continue
        }
        if name < names.count, components[component].matches(names[name]) {
          component += 1
          name += 1
          continue
        }
      }
      guard let last = retry, last.name < names.count else { return false }
      retry = (last.component, last.name + 1)
      component = last.component
      name = last.name + 1
    }
    return true
  }
}

extension Glob.Component {
  /// The shortest form of a name's tokens.
  init(_ tokens: [Glob.Token]) {
    let bytes = tokens.compactMap { if case .byte(let byte) = $0 { byte } else { nil } }
    if bytes.count == tokens.count {
      self = .literal(bytes)
    } else if bytes.count == tokens.count - 1, tokens.first == .anyBytes {
      self = .suffix(bytes)
    } else {
      self = .pattern(tokens)
    }
  }

  /// Whether this matches one whole name.
  func matches(_ name: ArraySlice<UInt8>) -> Bool {
    switch self {
    case .anyDepth: true
    case .literal(let bytes): name.elementsEqual(bytes)
    case .suffix(let bytes):
      name.count >= bytes.count && name.suffix(bytes.count).elementsEqual(bytes)
    case .pattern(let tokens): Self.matches(tokens, name)
    }
  }

  private static func matches(_ tokens: [Glob.Token], _ name: ArraySlice<UInt8>) -> Bool {
    var token = 0
    var position = name.startIndex
    var retry: (token: Int, position: Int)?
    while position < name.endIndex || token < tokens.count {
      if token < tokens.count {
        if case .anyBytes = tokens[token] {
          retry = (token + 1, position)
          token += 1
          continue
        }
        if position < name.endIndex, tokens[token].matches(name[position]) {
          token += 1
          position += 1
          continue
        }
      }
      guard let last = retry, last.position < name.endIndex else { return false }
      retry = (last.token, last.position + 1)
      token = last.token
      position = last.position + 1
    }
    return true
  }
}

extension Glob.Token {
  fileprivate func matches(_ byte: UInt8) -> Bool {
    switch self {
    case .byte(let expected): byte == expected
    case .anyByte, .anyBytes: true
    case .oneOf(let set): set.contains(byte)
    }
  }
}

/// A set of byte values, 256 bits.
struct ByteSet: Hashable, Sendable {
  private var low: (UInt64, UInt64) = (0, 0)
  private var high: (UInt64, UInt64) = (0, 0)

  /// The empty set.
  init() {}

  /// Adds every byte of a range.
  mutating func insert(_ range: ClosedRange<UInt8>) {
    for byte in range {
      let bit = UInt64(1) << UInt64(byte & 63)
      switch byte >> 6 {
      case 0: low.0 |= bit
      case 1: low.1 |= bit
      case 2: high.0 |= bit
      default: high.1 |= bit
      }
    }
  }

  /// Keeps exactly what was not in the set.
  mutating func invert() {
    low = (~low.0, ~low.1)
    high = (~high.0, ~high.1)
  }

  func contains(_ byte: UInt8) -> Bool {
    let word =
      switch byte >> 6 {
      case 0: low.0
      case 1: low.1
      case 2: high.0
      default: high.1
      }
    return word >> UInt64(byte & 63) & 1 == 1
  }

  static func == (a: ByteSet, b: ByteSet) -> Bool { a.low == b.low && a.high == b.high }

  func hash(into hasher: inout Hasher) {
    hasher.combine(low.0)
    hasher.combine(low.1)
    hasher.combine(high.0)
    hasher.combine(high.1)
  }
}
