import FrameEngine

/// Writes one JSON value as bytes, in the order of the calls.
///
/// Text is UTF-8 and escaped as RFC 8259 asks. A file name need not be UTF-8: see `path`.
/// Cost: one append a run of plain bytes; no reference counting a field.
struct JSONWriter: Hashable, Sendable {
  private(set) var bytes: [UInt8] = []
  private var needsComma = false

  /// An object with the fields that `body` writes.
  mutating func object(_ body: (inout JSONWriter) -> Void) {
    enclose(UInt8(ascii: "{"), UInt8(ascii: "}"), body)
  }

  /// An array with the values that `body` writes.
  mutating func array(_ body: (inout JSONWriter) -> Void) {
    enclose(UInt8(ascii: "["), UInt8(ascii: "]"), body)
  }

  /// A field that holds an object.
  mutating func object(_ name: StaticString, _ body: (inout JSONWriter) -> Void) {
    key(name)
    object(body)
  }

  /// A field that holds an array.
  mutating func array(_ name: StaticString, _ body: (inout JSONWriter) -> Void) {
    key(name)
    array(body)
  }

  /// A field that holds text; `null` for none.
  mutating func field(_ name: StaticString, _ value: String?) {
    key(name)
    if let value { text(value) } else { null() }
  }

  /// A field that holds a whole number; `null` for none.
  mutating func field<Number: BinaryInteger>(_ name: StaticString, _ value: Number?) {
    key(name)
    if let value { number(value) } else { null() }
  }

  /// A field that holds a number, with at most six digits behind the point; `null` for none, and
  /// for what JSON cannot say (infinity).
  mutating func field(_ name: StaticString, _ value: Double?) {
    key(name)
    if let value { number(value) } else { null() }
  }

  /// A field that holds a number with all its digits; `null` for none and for infinity.
  mutating func exact(_ name: StaticString, _ value: Double?) {
    key(name)
    guard let value, value.isFinite else { return null() }
    comma()
    bytes.append(contentsOf: value.description.utf8)
    needsComma = true
  }

  /// A field that holds `true` or `false`.
  mutating func field(_ name: StaticString, _ value: Bool) {
    key(name)
    plain(value ? "true" : "false")
  }

  /// A field that holds a file name or path, without loss.
  ///
  /// Valid UTF-8 stands as it is. Otherwise the field holds the name as a person would see it, each
  /// invalid byte as `\xHH`, and a second field, with `_base64` behind its name, holds the exact
  /// bytes: whoever finds that field takes it, and ignores the first.
  mutating func path(_ name: StaticString, _ value: FileName) {
    if JSONWriter.isUTF8(value.bytes) {
      key(name)
      quote(value.bytes.span)
      return
    }
    field(name, value.description)
    comma()
    bytes.append(UInt8(ascii: "\""))
    unsafe bytes.append(
      contentsOf: UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
    bytes.append(contentsOf: "_base64\":".utf8)
    needsComma = false
    text(Base64.text(value.bytes))
  }

  /// A text value in an array.
  mutating func text(_ value: String) {
    comma()
    quote(value.utf8.span)
  }

  /// A whole number of at most 64 bits in an array.
  mutating func number<Number: BinaryInteger>(_ value: Number) {
    comma()
    if value < 0 { bytes.append(UInt8(ascii: "-")) }
    appendDigits(UInt64(value.magnitude))
    needsComma = true
  }

  /// A number in an array.
  mutating func number(_ value: Double) {
    guard value.isFinite else { return null() }
    comma()
    let scaled = (value * 1_000_000).rounded() / 1_000_000
    // Beyond 2^53 the digits are whole anyway, and `description` would use an exponent.
    if scaled == scaled.rounded(), abs(scaled) < 9e15 {
      bytes.append(contentsOf: String(Int64(scaled)).utf8)
    } else {
      bytes.append(contentsOf: scaled.description.utf8)
    }
    needsComma = true
  }

  /// `null` in an array.
  mutating func null() { plain("null") }

  private mutating func plain(_ word: StaticString) {
    comma()
    unsafe bytes.append(
      contentsOf: UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount))
    needsComma = true
  }

  private mutating func key(_ name: StaticString) {
    comma()
    bytes.append(UInt8(ascii: "\""))
    unsafe bytes.append(
      contentsOf: UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
    bytes.append(UInt8(ascii: "\""))
    bytes.append(UInt8(ascii: ":"))
    needsComma = false
  }

  private mutating func comma() {
    if needsComma { bytes.append(UInt8(ascii: ",")) }
  }

  private mutating func enclose(
    _ opening: UInt8, _ closing: UInt8, _ body: (inout JSONWriter) -> Void
  ) {
    comma()
    bytes.append(opening)
    needsComma = false
    body(&self)
    bytes.append(closing)
    needsComma = true
  }

  private mutating func appendDigits(_ value: UInt64) {
    var digits = InlineArray<20, UInt8>(repeating: 0)
    var start = 20
    var rest = value
    repeat {
      start -= 1
      digits[start] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
      rest /= 10
    } while rest > 0
    append(digits.span.extracting(start..<20))
  }

  private static func isUTF8(_ bytes: [UInt8]) -> Bool {
    do throws(UTF8.ValidationError) {
      _ = try UTF8Span(validating: bytes.span)
      return true
    } catch {
      return false
    }
  }

  /// A string of UTF-8 bytes. Runs of plain bytes are copied whole; quotes, backslashes and control
  /// characters are escaped.
  private mutating func quote(_ text: Span<UInt8>) {
    bytes.append(UInt8(ascii: "\""))
    var start = 0
    for position in text.indices {
      let byte = text[position]
      guard byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") else {
        continue
      }
      append(text.extracting(start..<position))
      start = position + 1
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
      case UInt8(ascii: "\n"): bytes.append(contentsOf: "\\n".utf8)
      case UInt8(ascii: "\t"): bytes.append(contentsOf: "\\t".utf8)
      default: bytes.append(contentsOf: ("\\u00" + [byte].hex).utf8)
      }
    }
    append(text.extracting(start..<text.count))
    bytes.append(UInt8(ascii: "\""))
    needsComma = true
  }

  private mutating func append(_ run: Span<UInt8>) {
    unsafe run.withUnsafeBufferPointer { unsafe bytes.append(contentsOf: $0) }
  }
}
