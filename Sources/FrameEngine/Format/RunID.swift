/// The name of one run: one process's work on a repository. 128 random bits, never used twice.
///
/// A run that commits becomes a snapshot, and its run ID the snapshot's ID.
public struct RunID: Hashable, Sendable {
  /// Bytes 0-7 and 8-15, each read as a little-endian integer.
  public let words: (UInt64, UInt64)

  /// Hexadecimal digits of the whole form.
  public static let digitCount = 32

  /// A run ID from its two little-endian words.
  public init(words: (UInt64, UInt64)) { self.words = words }

  /// A run ID from 32 hexadecimal digits; `nil` for anything else.
  public init?(hex: some StringProtocol) {
    guard hex.utf8.count == RunID.digitCount, let bytes = [UInt8](hex: String(hex)) else {
      return nil
    }
    func word(_ at: Int) -> UInt64 {
      (0..<8).reduce(0) { $0 | UInt64(bytes[at + $1]) << (8 * UInt64($1)) }
    }
    self.init(words: (word(0), word(8)))
  }

  /// 16 bytes in order.
  public var bytes: [UInt8] {
    var writer = ByteWriter(capacity: 16)
    writer.append(self)
    return writer.bytes
  }

  /// 32 lower-case hexadecimal digits.
  public var hex: String { bytes.hex }

  /// The first eight digits, enough for a person to tell snapshots apart.
  public var short: String { String(hex.prefix(8)) }

  /// Whether all 16 bytes are equal.
  public static func == (a: RunID, b: RunID) -> Bool { a.words == b.words }

  /// Feeds eight of the bytes, random ones, to a table's hasher.
  public func hash(into hasher: inout Hasher) { hasher.combine(words.0) }
}

extension RunID: Comparable {
  /// Whether the bytes of `a` come before those of `b`.
  public static func < (a: RunID, b: RunID) -> Bool {
    (a.words.0.byteSwapped, a.words.1.byteSwapped) < (b.words.0.byteSwapped, b.words.1.byteSwapped)
  }
}

extension RunID: CustomStringConvertible {
  /// All 32 digits.
  public var description: String { hex }
}

extension ByteWriter {
  /// Appends the 16 bytes of a run ID.
  public mutating func append(_ run: RunID) {
    append(run.words.0)
    append(run.words.1)
  }
}

extension ByteReader {
  /// 16 bytes.
  public mutating func runID() throws(FormatError) -> RunID {
    RunID(words: (try u64(), try u64()))
  }
}
