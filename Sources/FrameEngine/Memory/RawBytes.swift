extension [UInt8] {
  /// The array's bytes, in place. Safe for bytes, which are whatever they are; `Span.bytes` is not
  /// in general, since other elements may hold padding.
  public var rawBytes: RawSpan {
    @_lifetime(borrow self) borrowing get { unsafe _overrideLifetime(span.bytes, borrowing: self) }
  }
}
