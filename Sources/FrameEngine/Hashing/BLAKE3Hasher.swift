internal import CKernels

/// BLAKE3 over bytes that arrive in parts. The result depends on their sequence alone, never on
/// where the parts end.
///
/// A value of about 2.8 KB that allocates nothing: copy it to go on from one prefix in two ways.
/// Parts of 16 KiB and more run at nearly the speed of `BLAKE3.hash`. At most 2^64 - 1 bytes.
public struct BLAKE3Hasher: Sendable {
  private let key: BLAKE3Key
  private let mode: UInt32
  /// The bytes of the leaf that is still open: it may be the last one, so it waits for a successor.
  private var leaf = InlineArray<1024, UInt8>(repeating: 0)
  private var leafByteCount = 0
  /// The number of leaves before the open one. Each of its set bits is one finished subtree of
  /// that many leaves, whose value waits on the stack, the largest at the bottom.
  private var leafCount: UInt64 = 0
  private var stack = InlineArray<54, BLAKE3Words>(repeating: BLAKE3Words(repeating: 0))
  private var stackCount = 0

  private static let leafCapacity = 1024
  private static let blockCapacity = 64

  private init(key: BLAKE3Key, mode: UInt32) {
    self.key = key
    self.mode = mode
  }

  /// Starts a plain hash.
  public init() {
    self.init(key: .initial, mode: 0)
  }

  /// Starts a hash that only a holder of `key` can compute.
  public init(key: BLAKE3Key) {
    self.init(key: key, mode: BLAKE3Flag.keyed)
  }

  /// Starts to derive a key for the purpose `context`; the updates are the secret material.
  public init(derivingKeyFor context: String) {
    self.init(key: BLAKE3Key(context: context), mode: BLAKE3Flag.material)
  }

  /// Takes the next bytes.
  public mutating func update(_ bytes: RawSpan) {
    var offset = 0
    if leafByteCount > 0 {
      offset = min(Self.leafCapacity - leafByteCount, bytes.byteCount)
      fillLeaf(bytes.extracting(..<offset))
      if offset == bytes.byteCount { return }
      push(openLeafValue(), leaves: 1)
      leafByteCount = 0
    }
    // At least one byte stays for the open leaf: no subtree here can be the root.
    while bytes.byteCount - offset > Self.leafCapacity {
      let leaves = subtreeLeaves(within: bytes.byteCount - offset - 1)
      let end = offset + Int(leaves) * Self.leafCapacity
      let subtree = bytes.extracting(offset..<end)
      push(BLAKE3.subtree(subtree, leaf: leafCount, key: key, flags: mode), leaves: leaves)
      offset = end
    }
    fillLeaf(bytes.extracting(offset...))
  }

  /// Takes the next bytes.
  public mutating func update(_ bytes: [UInt8]) { unsafe update(bytes.span.bytes) }

  /// The digest of all bytes so far. The hasher may go on after it.
  public func finalize() -> Digest { Digest(root().words(0).value) }

  /// The first `byteCount` bytes of the extended output; its first 32 are the digest.
  public func finalize(byteCount: Int) -> [UInt8] {
    let root = root()
    var output = [UInt8]()
    output.reserveCapacity(byteCount)
    var counter: UInt64 = 0
    while output.count < byteCount {
      let words = root.words(counter)
      let block = Digest(words.value).bytes + Digest(words.extension).bytes
      output += block.prefix(byteCount - output.count)
      counter += 1
    }
    return output
  }

  /// The largest whole subtree that may start at the open leaf and needs at most `byteCount` bytes.
  private func subtreeLeaves(within byteCount: Int) -> UInt64 {
    let available = UInt64(byteCount / Self.leafCapacity)
    let fitting: UInt64 = 1 << (63 - UInt64(available.leadingZeroBitCount))
    return leafCount == 0 ? fitting : min(fitting, leafCount & (0 &- leafCount))
  }

  /// Puts the value of a subtree of `leaves` on the stack, after joining it with the equally large
  /// ones to its left.
  private mutating func push(_ subtree: BLAKE3Words, leaves: UInt64) {
    var value = subtree
    var larger = leafCount / leaves
    while larger & 1 == 1 {
      stackCount -= 1
      value = parent(stack[stackCount], value).value
      larger >>= 1
    }
    stack[stackCount] = value
    stackCount += 1
    leafCount += leaves
  }

  private mutating func fillLeaf(_ bytes: RawSpan) {
    var span = leaf.mutableSpan
    var target = unsafe span.mutableBytes
    unsafe target.withUnsafeMutableBytes { target in
      unsafe bytes.withUnsafeBytes { source in
        unsafe UnsafeMutableRawBufferPointer(rebasing: target[leafByteCount...])
          .copyMemory(from: source)
      }
    }
    leafByteCount += bytes.byteCount
  }

  private func openLeafValue() -> BLAKE3Words {
    let bytes = unsafe leaf.span.bytes.extracting(..<leafByteCount)
    return BLAKE3.subtree(bytes, leaf: leafCount, key: key, flags: mode)
  }

  private func parent(_ left: BLAKE3Words, _ right: BLAKE3Words) -> BLAKE3Block {
    var block = BLAKE3Block(
      chaining: key.words, byteCount: Self.blockCapacity, counter: 0,
      flags: mode | BLAKE3Flag.parent)
    for index in 0..<8 {
      block.message[index] = left[index]
      block.message[8 + index] = right[index]
    }
    return block
  }

  /// The topmost compression, without the root flag.
  private func root() -> BLAKE3Block {
    guard stackCount > 0 else { return lastBlockOfOpenLeaf() }
    var node = parent(stack[stackCount - 1], openLeafValue())
    for index in stride(from: stackCount - 2, through: 0, by: -1) {
      node = parent(stack[index], node.value)
    }
    return node
  }

  private func lastBlockOfOpenLeaf() -> BLAKE3Block {
    let bytes = unsafe leaf.span.bytes.extracting(..<leafByteCount)
    var chaining = key.words
    var flags = mode | BLAKE3Flag.leafStart
    var offset = 0
    while leafByteCount - offset > Self.blockCapacity {
      let block = BLAKE3Block(
        chaining: chaining, bytes.extracting(offset..<offset + Self.blockCapacity), flags: flags)
      chaining = block.value
      flags = mode
      offset += Self.blockCapacity
    }
    return BLAKE3Block(
      chaining: chaining, bytes.extracting(offset...),
      flags: flags | BLAKE3Flag.leafEnd)
  }
}

/// The input of one compression.
private struct BLAKE3Block {
  let chaining: BLAKE3Words
  var message = InlineArray<16, UInt32>(repeating: 0)
  let byteCount: Int
  let counter: UInt64
  let flags: UInt32

  init(chaining: BLAKE3Words, byteCount: Int, counter: UInt64, flags: UInt32) {
    self.chaining = chaining
    self.byteCount = byteCount
    self.counter = counter
    self.flags = flags
  }

  /// A block of the first leaf: at most 64 bytes.
  init(chaining: BLAKE3Words, _ bytes: RawSpan, flags: UInt32) {
    self.init(chaining: chaining, byteCount: bytes.byteCount, counter: 0, flags: flags)
    var span = message.mutableSpan
    var target = unsafe span.mutableBytes
    unsafe target.withUnsafeMutableBytes { target in
      unsafe bytes.withUnsafeBytes { unsafe target.copyMemory(from: $0) }
    }
  }

  /// The chaining value.
  var value: BLAKE3Words { compress(counter: counter, flags: flags).value }

  /// Block `counter` of the extended output, if this is the root.
  func words(_ counter: UInt64) -> (value: BLAKE3Words, extension: BLAKE3Words) {
    compress(counter: counter, flags: flags | BLAKE3Flag.root)
  }

  private func compress(
    counter: UInt64, flags: UInt32
  ) -> (value: BLAKE3Words, extension: BLAKE3Words) {
    var words = InlineArray<16, UInt32>(repeating: 0)
    var output = words.mutableSpan
    unsafe chaining.span.withUnsafeBufferPointer { chaining in
      unsafe message.span.bytes.withUnsafeBytes { message in
        unsafe output.withUnsafeMutableBufferPointer { output in
          unsafe farmio_blake3_compress(
            chaining.baseAddress!, message.baseAddress!, counter, UInt32(byteCount), flags,
            output.baseAddress!)
        }
      }
    }
    return (BLAKE3Words { words[$0] }, BLAKE3Words { words[8 + $0] })
  }
}
