/// Reads little-endian fields from bytes that came from outside, in order.
///
/// Every read is checked against the end; nothing is ever read past it. A failing read names the
/// offset it was tried at and leaves the reader where it was.
public struct ByteReader: ~Escapable {
  private let source: RawSpan

  /// The offset of the next byte to be read.
  public private(set) var offset: Int

  /// Reads from the start of `source`.
  @_lifetime(copy source)
  public init(_ source: RawSpan) {
    self.source = source
    self.offset = 0
  }

  /// The number of bytes not read yet.
  public var remaining: Int { source.byteCount - offset }

  /// One byte.
  public mutating func u8() throws(FormatError) -> UInt8 { try load(UInt8.self) }
  /// Two bytes, the least significant first.
  public mutating func u16() throws(FormatError) -> UInt16 {
    UInt16(littleEndian: try load(UInt16.self))
  }
  /// Four bytes, the least significant first.
  public mutating func u32() throws(FormatError) -> UInt32 {
    UInt32(littleEndian: try load(UInt32.self))
  }
  /// Eight bytes, the least significant first.
  public mutating func u64() throws(FormatError) -> UInt64 {
    UInt64(littleEndian: try load(UInt64.self))
  }
  /// Eight bytes, two's complement, the least significant first.
  public mutating func i64() throws(FormatError) -> Int64 { Int64(bitPattern: try u64()) }

  /// An unsigned LEB128 number: seven bits a byte, the least significant first, at most 64 bits.
  /// Only the shortest form is accepted, so that a value has one encoding.
  public mutating func varint() throws(FormatError) -> UInt64 {
    let start = offset
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while true {
      let byte = try u8()
      let bits = UInt64(byte & 0x7F)
      if shift == 63 && bits > 1 || shift > 63 {
        throw FormatError(.malformed, at: start, "a variable-length number exceeds 64 bits")
      }
      value |= bits << shift
      if byte & 0x80 == 0 {
        if byte == 0 && shift > 0 {
          throw FormatError(.malformed, at: start, "a variable-length number is not minimal")
        }
        return value
      }
      shift += 7
    }
  }

  /// A varint that must not exceed `limit`; `what` names it in the error.
  public mutating func count(
    limit: Int, _ what: @autoclosure () -> String
  ) throws(FormatError) -> Int {
    let start = offset
    let value = try varint()
    guard value <= UInt64(limit) else {
      throw FormatError(.limit, at: start, "\(what()) is \(value); the limit is \(limit)")
    }
    return Int(value)
  }

  /// 32 bytes.
  public mutating func digest() throws(FormatError) -> Digest {
    Digest(words: (try u64(), try u64(), try u64(), try u64()))
  }

  /// The next `count` bytes, copied. The caller has checked `count` against its own limit.
  public mutating func bytes(_ count: Int) throws(FormatError) -> [UInt8] {
    let span = try raw(count)
    return unsafe [UInt8](unsafeUninitializedCapacity: count) { target, initialized in
      for index in 0..<count {
        unsafe target[index] = span.unsafeLoad(fromByteOffset: index, as: UInt8.self)
      }
      initialized = count
    }
  }

  /// The next `count` bytes, in place.
  @_lifetime(copy self)
  public mutating func raw(_ count: Int) throws(FormatError) -> RawSpan {
    guard count >= 0, count <= remaining else { throw truncated(count) }
    let span = source.extracting(offset..<offset + count)
    offset += count
    return span
  }

  /// Moves past `count` bytes.
  public mutating func skip(_ count: Int) throws(FormatError) {
    guard count >= 0, count <= remaining else { throw truncated(count) }
    offset += count
  }

  /// Fails unless every byte was read.
  public func expectEnd() throws(FormatError) {
    guard remaining == 0 else {
      throw FormatError(.malformed, at: offset, "\(remaining) bytes follow the end")
    }
  }

  private mutating func load<T: BitwiseCopyable>(_ type: T.Type) throws(FormatError) -> T {
    let size = MemoryLayout<T>.size
    guard size <= remaining else { throw truncated(size) }
    let value = unsafe source.unsafeLoadUnaligned(fromByteOffset: offset, as: type)
    offset += size
    return value
  }

  private func truncated(_ wanted: Int) -> FormatError {
    FormatError(.truncated, at: offset, "\(wanted) bytes are needed, \(remaining) are left")
  }
}
