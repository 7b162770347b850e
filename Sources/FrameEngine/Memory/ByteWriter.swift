/// Writes little-endian fields in order: the other half of `ByteReader`.
public struct ByteWriter: Sendable {
  /// What was written so far.
  public private(set) var bytes: [UInt8]

  /// Starts empty, with room for `capacity` bytes.
  public init(capacity: Int = 0) {
    bytes = []
    bytes.reserveCapacity(capacity)
  }

  /// The number of bytes written so far.
  public var count: Int { bytes.count }

  /// Appends one byte.
  public mutating func append(_ value: UInt8) { bytes.append(value) }

  /// Appends a fixed-width integer, the least significant byte first.
  public mutating func append<T: FixedWidthInteger & UnsignedInteger>(_ value: T) {
    var rest = value
    for _ in 0..<MemoryLayout<T>.size {
      bytes.append(UInt8(truncatingIfNeeded: rest))
      rest >>= 8
    }
  }

  /// Appends eight bytes, two's complement, the least significant first.
  public mutating func append(_ value: Int64) { append(UInt64(bitPattern: value)) }

  /// Appends an unsigned LEB128 number in its shortest form.
  public mutating func append(varint value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(truncatingIfNeeded: rest))
  }

  /// Appends the 32 bytes of a digest.
  public mutating func append(_ digest: Digest) {
    append(digest.words.0)
    append(digest.words.1)
    append(digest.words.2)
    append(digest.words.3)
  }

  /// Appends bytes as they are.
  public mutating func append(contentsOf more: [UInt8]) { bytes.append(contentsOf: more) }

  /// Appends bytes as they are.
  public mutating func append(contentsOf more: RawSpan) {
    bytes.reserveCapacity(bytes.count + more.byteCount)
    unsafe more.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
  }

  /// Appends `count` zero bytes.
  public mutating func append(zeros count: Int) {
    bytes.append(contentsOf: repeatElement(0, count: count))
  }

  /// Forgets everything, keeping the memory.
  public mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }
}
