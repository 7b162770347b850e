extension RawSpan {
  /// The byte at `offset`, which lies inside.
  func byte(at offset: Int) -> UInt8 { unsafe unsafeLoad(fromByteOffset: offset, as: UInt8.self) }

  /// Two bytes, the least significant first; both lie inside.
  func u16(at offset: Int) -> UInt16 {
    UInt16(littleEndian: unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: UInt16.self))
  }

  /// Four bytes, the least significant first; all lie inside.
  func u32(at offset: Int) -> UInt32 {
    UInt32(littleEndian: unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self))
  }

  /// Four bytes, two's complement, the least significant first; all lie inside.
  func i32(at offset: Int) -> Int32 { Int32(bitPattern: u32(at: offset)) }

  /// Eight bytes, the least significant first; all lie inside.
  func u64(at offset: Int) -> UInt64 {
    UInt64(littleEndian: unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
  }

  /// A copy of some of the bytes; all lie inside.
  func copy(_ range: Range<Int>) -> [UInt8] {
    let span = extracting(range)
    return unsafe span.withUnsafeBytes { unsafe Array($0) }
  }
}

extension [UInt8] {
  /// Four bytes, the least significant first; all lie inside.
  func u32(at offset: Int) -> UInt32 {
    UInt32(self[offset]) | UInt32(self[offset + 1]) << 8 | UInt32(self[offset + 2]) << 16
      | UInt32(self[offset + 3]) << 24
  }

  /// Four bytes, two's complement, the least significant first; all lie inside.
  func i32(at offset: Int) -> Int32 { Int32(bitPattern: u32(at: offset)) }

  /// Four bytes as an IEEE 754 number; all lie inside.
  func float(at offset: Int) -> Float { Float(bitPattern: u32(at: offset)) }

  /// The bytes as so many words of four bytes, the least significant first; `nil` for another
  /// number of bytes.
  func words(_ count: Int) -> [UInt32]? {
    self.count == count * 4 ? (0..<count).map { u32(at: $0 * 4) } : nil
  }
}

extension ByteWriter {
  /// Appends four bytes, two's complement, the least significant first.
  mutating func append(_ value: Int32) { append(UInt32(bitPattern: value)) }

  /// Appends four bytes of an IEEE 754 number, the least significant first.
  mutating func append(_ value: Float) { append(value.bitPattern) }
}
