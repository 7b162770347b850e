/// A file's name or a path, as the kernel has it: bytes without NUL, in no particular encoding.
///
/// Odd names (newlines, invalid UTF-8, 255 bytes) are kept exactly; `description` escapes what a
/// terminal could not show. Ordered by bytes, never by locale.
public struct FileName: Hashable, Sendable {
  /// The bytes, without the final NUL.
  public let bytes: [UInt8]

  /// A name of exactly these bytes, which hold no NUL.
  public init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  /// Calls `body` with the name as a C string.
  @inlinable
  public func withCString<R, E: Error>(_ body: (UnsafePointer<CChar>) throws(E) -> R) throws(E) -> R
  {
    try unsafe withUnsafeTemporaryCString(bytes, body)
  }

  /// The path of `name` inside this folder.
  public func appending(_ name: FileName) -> FileName {
    if bytes.isEmpty { return name }
    let slash = UInt8(ascii: "/")
    return FileName(bytes.last == slash ? bytes + name.bytes : bytes + [slash] + name.bytes)
  }
}

/// Copies `bytes` and a final NUL to the stack for the time of `body`.
@usableFromInline
func withUnsafeTemporaryCString<R, E: Error>(
  _ bytes: [UInt8], _ body: (UnsafePointer<CChar>) throws(E) -> R
) throws(E) -> R {
  // withUnsafeTemporaryAllocation only rethrows untyped errors: the result carries the typed one.
  let result: Result<R, E> = unsafe withUnsafeTemporaryAllocation(
    of: CChar.self, capacity: bytes.count + 1
  ) { buffer in
    for index in bytes.indices { unsafe buffer[index] = CChar(bitPattern: bytes[index]) }
    unsafe buffer[bytes.count] = 0
    do throws(E) {
      return .success(try unsafe body(UnsafePointer(buffer.baseAddress!)))
    } catch {
      return .failure(error)
    }
  }
  return try result.get()
}

extension FileName: Comparable {
  /// Whether the bytes of `a` come before those of `b`.
  public static func < (a: FileName, b: FileName) -> Bool {
    a.bytes.lexicographicallyPrecedes(b.bytes)
  }
}

extension FileName: ExpressibleByStringLiteral {
  /// A name with the UTF-8 bytes of a literal.
  public init(stringLiteral value: String) { self.init(Array(value.utf8)) }
}

extension FileName {
  /// A name with the UTF-8 bytes of `text`.
  public init(_ text: String) { self.init(Array(text.utf8)) }
}

extension FileName: CustomStringConvertible {
  /// The name for a person: valid UTF-8 as it is; control characters, backslashes and invalid
  /// bytes as `\n`, `\\` and `\xHH`.
  public var description: String {
    var text = ""
    var decoder = UTF8()
    var position = 0
    while position < bytes.count {
      var iterator = bytes[position...].makeIterator()
      let first = bytes[position]
      switch decoder.decode(&iterator) {
      case .scalarValue(let scalar):
        text += FileName.escape(scalar)
        position += UTF8.width(scalar)
      case .emptyInput, .error:
        text += FileName.hexEscape(first)
        position += 1
      }
      decoder = UTF8()
    }
    return text
  }

  private static func escape(_ scalar: Unicode.Scalar) -> String {
    switch scalar {
    case "\n": "\\n"
    case "\t": "\\t"
    case "\\": "\\\\"
    case _ where scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value):
      scalar.value < 0x80
        ? hexEscape(UInt8(scalar.value)) : "\\u{\(String(scalar.value, radix: 16))}"
    default: String(scalar)
    }
  }

  private static func hexEscape(_ byte: UInt8) -> String {
    "\\x" + [byte].hex
  }
}
