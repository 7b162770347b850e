import Glibc

/// Hands a fuzzer's bytes to `body`. Returns what a fuzzer wants to hear.
public func fuzz(
  _ start: UnsafePointer<UInt8>, _ count: Int, _ body: (RawSpan) -> Void
) -> CInt {
  unsafe body(RawSpan(_unsafeStart: start, byteCount: count))
  return 0
}

/// Runs `body` on each file that the command line names: a corpus, or what a fuzzer found.
public func replay(_ body: (RawSpan) -> Void) {
  for path in CommandLine.arguments.dropFirst() {
    guard let file = unsafe fopen(path, "r") else { fatalError("cannot open \(path)") }
    var bytes = [UInt8](repeating: 0, count: 16 << 20)
    let count = unsafe fread(&bytes, 1, bytes.count, file)
    unsafe fclose(file)
    let input = bytes.span.extracting(first: count)
    body(unsafe input.bytes)
  }
}

extension RawSpan {
  /// The first byte, which chooses among parsers, and the rest; `nil` without one.
  @_lifetime(copy self)
  public func splittingFirst(_ first: inout UInt8) -> RawSpan {
    guard byteCount > 0 else { return self }
    first = unsafe unsafeLoad(fromByteOffset: 0, as: UInt8.self)
    return extracting(1..<byteCount)
  }

  /// A copy.
  public var array: [UInt8] {
    unsafe withUnsafeBytes { unsafe Array($0) }
  }
}
