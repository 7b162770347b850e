import Glibc

extension RawSpan {
  /// Whether two spans hold the same bytes.
  func hasSameBytes(as other: RawSpan) -> Bool {
    guard byteCount == other.byteCount else { return false }
    return unsafe withUnsafeBytes { a in
      unsafe other.withUnsafeBytes { b in
        unsafe a.isEmpty || memcmp(a.baseAddress!, b.baseAddress!, a.count) == 0
      }
    }
  }

  /// A copy of all bytes.
  var copied: [UInt8] { unsafe withUnsafeBytes { unsafe Array($0) } }
}
