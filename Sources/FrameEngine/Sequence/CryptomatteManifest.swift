/// The names of a Cryptomatte layer and their IDs: a flat JSON object of names and eight
/// hexadecimal digits each.
public struct CryptomatteManifest: Hashable, Sendable {
  /// A name and its ID.
  public struct Entry: Hashable, Sendable {
    /// The name's UTF-8 bytes.
    public let name: [UInt8]
    /// The bit pattern of its samples.
    public let id: UInt32
  }

  /// In the order of the file.
  public let entries: [Entry]
  private let numbers: [UInt32: Int]

  /// The most bytes of a manifest.
  public static let byteLimit = 64 << 20
  /// The most names of a manifest.
  public static let entryLimit = 1 << 20
  /// The most bytes of a name.
  public static let nameLimit = 4096

  /// Reads a manifest. Throws with the place for bytes that are none, and beyond the limits.
  ///
  /// Stricter than JSON where it matters: values are eight hexadecimal digits. Zero bytes behind
  /// the object, which some writers leave, are taken. A name that occurs twice is kept twice.
  public init(parsing bytes: [UInt8]) throws(FormatError) {
    guard bytes.count <= CryptomatteManifest.byteLimit else {
      throw FormatError(
        .limit, at: 0, "a manifest has at most \(CryptomatteManifest.byteLimit) bytes")
    }
    var parser = FlatObjectParser(bytes)
    entries = try parser.parse()
    numbers = Dictionary(entries.enumerated().map { ($1.id, $0) }) { first, _ in first }
  }

  /// The name of an ID; `nil` where the manifest has none.
  public func name(of id: UInt32) -> [UInt8]? { numbers[id].map { entries[$0].name } }
}

/// Reads `{"name": "0123abcd", …}` and nothing else.
private struct FlatObjectParser {
  private let bytes: [UInt8]
  private var position = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  mutating func parse() throws(FormatError) -> [CryptomatteManifest.Entry] {
    var entries = [CryptomatteManifest.Entry]()
    skipSpace()
    try expect("{")
    skipSpace()
    if peek == UInt8(ascii: "}") {
      position += 1
      try expectEnd()
      return entries
    }
    while true {
      guard entries.count < CryptomatteManifest.entryLimit else {
        throw FormatError(
          .limit, at: position, "a manifest has at most \(CryptomatteManifest.entryLimit) names")
      }
      let name = try string()
      skipSpace()
      try expect(":")
      skipSpace()
      entries.append(
        CryptomatteManifest.Entry(name: name, id: Cryptomatte.normal(try identifier())))
      skipSpace()
      guard peek == UInt8(ascii: ",") else { break }
      position += 1
      skipSpace()
    }
    try expect("}")
    try expectEnd()
    return entries
  }

  private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func skipSpace() {
    while let byte = peek, [0x20, 0x09, 0x0A, 0x0D].contains(byte) { position += 1 }
  }

  private mutating func expect(_ character: Unicode.Scalar) throws(FormatError) {
    guard peek == UInt8(ascii: character) else { throw malformed("\(character) is missing") }
    position += 1
  }

  private mutating func expectEnd() throws(FormatError) {
    while let byte = peek, byte == 0 || [0x20, 0x09, 0x0A, 0x0D].contains(byte) { position += 1 }
    guard position == bytes.count else { throw malformed("bytes follow the object") }
  }

  private mutating func identifier() throws(FormatError) -> UInt32 {
    let start = position
    let text = try string()
    guard text.count == 8, let digits = [UInt8](hex: String(decoding: text, as: UTF8.self)) else {
      throw FormatError(.malformed, at: start, "an ID has eight hexadecimal digits")
    }
    return digits.reduce(0) { $0 << 8 | UInt32($1) }
  }

  private mutating func string() throws(FormatError) -> [UInt8] {
    try expect("\"")
    let start = position
    var text = [UInt8]()
    while true {
      guard let byte = peek else {
        throw FormatError(.truncated, at: start, "a string has no end")
      }
      position += 1
      switch byte {
      case UInt8(ascii: "\""): return text
      case UInt8(ascii: "\\"): text += try escape()
      case 0..<0x20: throw malformed("a control character stands in a string")
      default: text.append(byte)
      }
      guard text.count <= CryptomatteManifest.nameLimit else {
        throw FormatError(
          .limit, at: start, "a name has at most \(CryptomatteManifest.nameLimit) bytes")
      }
    }
  }

  private mutating func escape() throws(FormatError) -> [UInt8] {
    guard let byte = peek else { throw malformed("a string ends in a backslash") }
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
    case UInt8(ascii: "b"): return [0x08]
    case UInt8(ascii: "f"): return [0x0C]
    case UInt8(ascii: "n"): return [0x0A]
    case UInt8(ascii: "r"): return [0x0D]
    case UInt8(ascii: "t"): return [0x09]
    case UInt8(ascii: "u"): return try scalar()
    default: throw malformed("\\\(FileName([byte])) is no escape")
    }
  }

  /// The UTF-8 bytes behind `\u`, a pair of surrogates together.
  private mutating func scalar() throws(FormatError) -> [UInt8] {
    var value = try fourDigits()
    if value >> 10 == 0xD800 >> 10, peek == UInt8(ascii: "\\") {
      position += 1
      try expect("u")
      let low = try fourDigits()
      guard low >> 10 == 0xDC00 >> 10 else { throw malformed("half a surrogate pair") }
      value = 0x10000 + ((value & 0x3FF) << 10 | low & 0x3FF)
    }
    guard let scalar = Unicode.Scalar(value) else { throw malformed("half a surrogate pair") }
    return Array(String(scalar).utf8)
  }

  private mutating func fourDigits() throws(FormatError) -> UInt32 {
    guard bytes.count - position >= 4 else { throw malformed("\\u needs four digits") }
    let text = String(decoding: bytes[position..<position + 4], as: UTF8.self)
    guard let digits = [UInt8](hex: text) else { throw malformed("\\u needs four digits") }
    position += 4
    return UInt32(digits[0]) << 8 | UInt32(digits[1])
  }

  private func malformed(_ reason: String) -> FormatError {
    FormatError(.malformed, at: position, reason)
  }
}
