import Glibc

/// Page-aligned memory with one owner, for transfers of any kind, direct ones included.
///
/// The memory is not cleared: what has not been written is of no meaning.
@safe public struct Buffer: ~Copyable, @unchecked Sendable {
  private let base: UnsafeMutableRawPointer
  /// Bytes, a multiple of 4096.
  public let capacity: Int

  /// A buffer of `capacity` bytes, rounded up to whole pages. Ends the process if there is no
  /// memory.
  public init(capacity: Int) {
    precondition(capacity > 0, "a buffer holds at least a byte")
    self.capacity = Buffer.roundedUpToPages(capacity)
    guard let base = unsafe aligned_alloc(4096, self.capacity) else {
      fatalError("no memory for a buffer of \(capacity) bytes")
    }
    unsafe self.base = base
  }

  deinit { unsafe free(base) }

  /// All of the memory, for reading.
  public var bytes: RawSpan {
    @_lifetime(borrow self) borrowing get {
      unsafe _overrideLifetime(
        RawSpan(_unsafeStart: base, byteCount: capacity), borrowing: self)
    }
  }

  /// All of the memory, for writing.
  public var mutableBytes: MutableRawSpan {
    @_lifetime(&self) mutating get {
      unsafe _overrideLifetime(
        MutableRawSpan(_unsafeStart: base, byteCount: capacity), mutating: &self)
    }
  }

  /// The memory as lanes take it. It is gone with the buffer, whatever still points at it.
  @unsafe public var memory: UnsafeMutableRawBufferPointer {
    unsafe UnsafeMutableRawBufferPointer(start: base, count: capacity)
  }

  /// Fills a range with zeros.
  public mutating func clear(_ range: Range<Int>) {
    precondition(range.lowerBound >= 0 && range.upperBound <= capacity, "a buffer is overrun")
    unsafe memset(base + range.lowerBound, 0, range.count)
  }

  /// A number of bytes, rounded up to whole pages.
  public static func roundedUpToPages(_ byteCount: Int) -> Int { (byteCount + 4095) & ~4095 }

  /// How many of the bytes a direct transfer takes as they lie in memory: whole pages from a page
  /// border on; 0 if they start anywhere else.
  public static func directByteCount(_ bytes: RawSpan) -> Int {
    unsafe bytes.withUnsafeBytes { bytes in
      Int(bitPattern: bytes.baseAddress) % 4096 == 0 ? bytes.count & ~4095 : 0
    }
  }

  /// Runs `body` with the bytes of a range. For buffers that a class holds, whose spans could not
  /// leave the access.
  public func withBytes<R, E: Error>(_ range: Range<Int>, _ body: (RawSpan) throws(E) -> R)
    throws(E) -> R
  {
    try body(bytes.extracting(range))
  }

  /// Runs `body` with the first `count` bytes, to be written.
  public mutating func withMutableBytes<R, E: Error>(
    _ count: Int, _ body: (inout MutableRawSpan) throws(E) -> R
  ) throws(E) -> R {
    precondition(count >= 0 && count <= capacity, "a buffer is overrun")
    var bytes = unsafe MutableRawSpan(_unsafeStart: base, byteCount: count)
    return try body(&bytes)
  }

  /// Copies bytes into the buffer at `offset`, where they must fit.
  public mutating func copy(_ source: RawSpan, to offset: Int) {
    precondition(offset >= 0 && source.byteCount <= capacity - offset, "a buffer is overrun")
    unsafe source.withUnsafeBytes { source in
      if unsafe source.isEmpty { return }
      unsafe (base + offset).copyMemory(from: source.baseAddress!, byteCount: source.count)
    }
  }
}
