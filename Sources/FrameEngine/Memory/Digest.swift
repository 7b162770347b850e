/// A 256-bit BLAKE3 output: the name of a chunk, of a tree, of a pack's contents.
///
/// Kept as four little-endian words, so that comparing and hashing cost a few instructions and
/// nothing is allocated. Ordered by its bytes.
public struct Digest: Hashable, Sendable {
  /// Bytes 0-7, 8-15, 16-23 and 24-31, each read as a little-endian integer.
  public let words: (UInt64, UInt64, UInt64, UInt64)

  /// The number of bytes of every digest: 32.
  public static let byteCount = 32

  /// All 32 bytes zero. Never the name of data.
  public static let zero = Digest(words: (0, 0, 0, 0))

  /// A digest from its four little-endian words.
  public init(words: (UInt64, UInt64, UInt64, UInt64)) {
    self.words = words
  }

  /// A digest from 32 bytes; `nil` for any other count.
  public init?(_ bytes: [UInt8]) {
    guard bytes.count == Digest.byteCount else { return nil }
    func word(_ at: Int) -> UInt64 {
      (0..<8).reduce(0) { $0 | UInt64(bytes[at + $1]) << (8 * UInt64($1)) }
    }
    self.init(words: (word(0), word(8), word(16), word(24)))
  }

  /// A digest from 64 hexadecimal digits of either case; `nil` for anything else.
  public init?(hex: String) {
    guard let bytes = [UInt8](hex: hex) else { return nil }
    self.init(bytes)
  }

  /// The 32 bytes, in order.
  public var bytes: [UInt8] {
    var writer = ByteWriter(capacity: Digest.byteCount)
    writer.append(self)
    return writer.bytes
  }

  /// 64 lower-case hexadecimal digits.
  public var hex: String { bytes.hex }

  /// Whether all 32 bytes are equal. Not constant time: digests are names, not secrets.
  public static func == (a: Digest, b: Digest) -> Bool {
    a.words.0 == b.words.0 && a.words.1 == b.words.1 && a.words.2 == b.words.2
      && a.words.3 == b.words.3
  }

  /// Feeds eight of the bytes to a table's hasher.
  public func hash(into hasher: inout Hasher) {
    // The words are uniform already: one of them is enough to spread a table.
    hasher.combine(words.1)
  }
}

extension Digest: Comparable {
  /// Whether the bytes of `a` come before those of `b`.
  public static func < (a: Digest, b: Digest) -> Bool {
    if a.words.0 != b.words.0 { return a.words.0.byteSwapped < b.words.0.byteSwapped }
    if a.words.1 != b.words.1 { return a.words.1.byteSwapped < b.words.1.byteSwapped }
    if a.words.2 != b.words.2 { return a.words.2.byteSwapped < b.words.2.byteSwapped }
    return a.words.3.byteSwapped < b.words.3.byteSwapped
  }
}

extension Digest: CustomStringConvertible {
  /// 64 lower-case hexadecimal digits.
  public var description: String { hex }
}
