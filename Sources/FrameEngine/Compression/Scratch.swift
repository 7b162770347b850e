/// Bytes that a codec reuses for every chunk: one allocation, which grows with the largest.
@safe struct Scratch: ~Copyable, @unchecked Sendable {
  private var base: UnsafeMutableRawPointer
  private(set) var capacity: Int

  /// Room for `capacity` bytes, their contents not set.
  init(capacity: Int) {
    unsafe base = .allocate(byteCount: capacity, alignment: 64)
    self.capacity = capacity
  }

  deinit { unsafe base.deallocate() }

  /// Makes room for `count` bytes; what was inside is lost when it grows. It then holds the largest
  /// metadata record at least, so that a repository's chunks make it grow at most once.
  mutating func reserve(_ count: Int) {
    guard count > capacity else { return }
    unsafe base.deallocate()
    capacity = max(count, Limits.metadataBytes)
    unsafe base = .allocate(byteCount: capacity, alignment: 64)
  }

  /// The first `count` bytes.
  @_lifetime(borrow self)
  borrowing func bytes(_ count: Int) -> RawSpan {
    precondition(count >= 0 && count <= capacity)
    let span = unsafe RawSpan(_unsafeStart: base, byteCount: count)
    return unsafe _overrideLifetime(span, borrowing: self)
  }

  /// The first `count` bytes, to be written.
  @_lifetime(&self)
  mutating func mutableBytes(_ count: Int) -> MutableRawSpan {
    precondition(count >= 0 && count <= capacity)
    let span = unsafe MutableRawSpan(_unsafeStart: base, byteCount: count)
    return unsafe _overrideLifetime(span, mutating: &self)
  }

  /// Copies all of `source` to `offset`; traps unless it fits.
  mutating func copy(_ source: RawSpan, at offset: Int) {
    precondition(offset >= 0 && source.byteCount <= capacity - offset)
    let target = unsafe base + offset
    unsafe source.withUnsafeBytes { bytes in
      guard let start = bytes.baseAddress else { return }
      unsafe target.copyMemory(from: start, byteCount: bytes.count)
    }
  }

  /// Writes `source` shuffled as `encoding` says to the start.
  mutating func shuffle(_ source: RawSpan, _ encoding: Encoding) {
    var target = mutableBytes(source.byteCount)
    Shuffle.shuffle(
      source, stride: Int(encoding.stride), delta: encoding.delta, into: &target)
  }

  /// Writes the first `count` bytes of `source` likewise.
  mutating func shuffle(_ source: borrowing Scratch, count: Int, _ encoding: Encoding) {
    shuffle(source.bytes(count), encoding)
  }

  /// Whether the first `count` bytes hold next to nothing that ASCII text has not.
  borrowing func looksLikeText(_ count: Int) -> Bool {
    let bytes = bytes(count)
    let ones: UInt64 = 0x0101_0101_0101_0101
    let tops = ones << 7
    var strange = 0
    for index in Swift.stride(from: 0, to: count & ~7, by: 8) {
      let word = unsafe bytes.unsafeLoad(fromByteOffset: index, as: UInt64.self)
      // The top bit of each byte that is zero (or follows one in the word), or is 0x80 or more.
      strange += (((word &- ones) & ~word | word) & tops).nonzeroBitCount
    }
    return strange < count / Recipe.textShare
  }

  /// Fills `target` from as many bytes of the start, undoing the shuffle that `encoding` says.
  /// The bytes are undefined afterwards.
  mutating func unshuffle(_ encoding: Encoding, into target: inout MutableRawSpan) {
    var source = mutableBytes(target.byteCount)
    Shuffle.unshuffle(
      &source, stride: Int(encoding.stride), delta: encoding.delta, into: &target)
  }
}

extension MutableRawSpan {
  /// Copies `source`, which must be as long, over these bytes.
  @_lifetime(self: copy self)
  mutating func copy(_ source: RawSpan) {
    precondition(source.byteCount == byteCount)
    unsafe withUnsafeMutableBytes { target in
      unsafe source.withUnsafeBytes { unsafe target.copyMemory(from: $0) }
    }
  }
}
