/// BLAKE3, word by word: the specification that every kernel is compared with. Written to be read,
/// about a hundred times slower than the kernels.
package struct ScalarBLAKE3 {
  private let key: [UInt32]
  private let mode: UInt32

  private enum Flag {
    static let leafStart: UInt32 = 1
    static let leafEnd: UInt32 = 2
    static let parent: UInt32 = 4
    static let root: UInt32 = 8
    static let keyed: UInt32 = 16
    static let context: UInt32 = 32
    static let material: UInt32 = 64
  }

  fileprivate static let initial: [UInt32] = [
    0x6A09_E667, 0xBB67_AE85, 0x3C6E_F372, 0xA54F_F53A,
    0x510E_527F, 0x9B05_688C, 0x1F83_D9AB, 0x5BE0_CD19,
  ]
  fileprivate static let permutation = [2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8]
  private static let leafBytes = 1024
  private static let blockBytes = 64

  /// The plain hash.
  package init() {
    key = Self.initial
    mode = 0
  }

  /// The keyed hash; `key` has 32 bytes.
  package init(key bytes: [UInt8]) {
    precondition(bytes.count == 32)
    key = Self.words(bytes[...], count: 8)
    mode = Flag.keyed
  }

  /// Key derivation for the purpose `context`; the input is the secret material.
  package init(context: String) {
    let stage = ScalarBLAKE3(words: Self.initial, mode: Flag.context)
    key = Self.words(stage.hash(Array(context.utf8), byteCount: 32)[...], count: 8)
    mode = Flag.material
  }

  private init(words: [UInt32], mode: UInt32) {
    self.key = words
    self.mode = mode
  }

  /// The first `byteCount` bytes of the output; the digest is the first 32.
  package func hash(_ input: [UInt8], byteCount: Int = 32) -> [UInt8] {
    var root = node(input[...], leaf: 0)
    root.flags |= Flag.root
    var output = [UInt8]()
    while output.count < byteCount {
      for word in root.compress() {
        output += (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * UInt32($0))) }
      }
      root.counter += 1
    }
    return Array(output.prefix(byteCount))
  }

  /// The eight words of a subtree that is not the whole, whose first leaf has the number `leaf`.
  package func chainingValue(_ input: [UInt8], leaf: UInt64) -> [UInt32] {
    node(input[...], leaf: leaf).value
  }

  /// The input of one compression. The node of a leaf is that of its last block.
  fileprivate struct Node {
    var chaining: [UInt32]
    var message: [UInt32]
    var counter: UInt64
    var length: Int
    var flags: UInt32
  }

  /// The topmost node of the subtree over `input`, whose first leaf has the number `leaf`.
  private func node(_ input: ArraySlice<UInt8>, leaf: UInt64) -> Node {
    let leaves = (input.count + Self.leafBytes - 1) / Self.leafBytes
    if leaves <= 1 { return lastBlock(ofLeaf: input, number: leaf) }
    // The left part has the largest power of two of leaves that is less than all.
    var left = 1
    while left * 2 < leaves { left *= 2 }
    let split = input.startIndex + left * Self.leafBytes
    let children =
      node(input[..<split], leaf: leaf).value
      + node(input[split...], leaf: leaf + UInt64(left)).value
    return Node(
      chaining: key, message: children, counter: 0, length: Self.blockBytes,
      flags: mode | Flag.parent)
  }

  private func lastBlock(ofLeaf input: ArraySlice<UInt8>, number: UInt64) -> Node {
    var chaining = key
    var flags = mode | Flag.leafStart
    var rest = input
    while rest.count > Self.blockBytes {
      let block = Node(
        chaining: chaining, message: Self.words(rest, count: 16), counter: number,
        length: Self.blockBytes, flags: flags)
      chaining = block.value
      flags = mode
      rest = rest.dropFirst(Self.blockBytes)
    }
    return Node(
      chaining: chaining, message: Self.words(rest, count: 16), counter: number,
      length: rest.count, flags: flags | Flag.leafEnd)
  }

  /// `count` little-endian words; zeros follow the end of `bytes`.
  private static func words(_ bytes: ArraySlice<UInt8>, count: Int) -> [UInt32] {
    var words = [UInt32](repeating: 0, count: count)
    for (index, byte) in bytes.prefix(4 * count).enumerated() {
      words[index / 4] |= UInt32(byte) << (8 * UInt32(index % 4))
    }
    return words
  }
}

fileprivate extension ScalarBLAKE3.Node {
  /// The chaining value.
  var value: [UInt32] { Array(compress().prefix(8)) }

  /// Sixteen words: the chaining value, then those that only the root's output uses.
  func compress() -> [UInt32] {
    var v = chaining + ScalarBLAKE3.initial.prefix(4)
    v += [
      UInt32(truncatingIfNeeded: counter), UInt32(truncatingIfNeeded: counter >> 32),
      UInt32(length), flags,
    ]
    var m = message
    for round in 0..<7 {
      if round > 0 { m = ScalarBLAKE3.permutation.map { m[$0] } }
      Self.mix(&v, 0, 4, 8, 12, m[0], m[1])
      Self.mix(&v, 1, 5, 9, 13, m[2], m[3])
      Self.mix(&v, 2, 6, 10, 14, m[4], m[5])
      Self.mix(&v, 3, 7, 11, 15, m[6], m[7])
      Self.mix(&v, 0, 5, 10, 15, m[8], m[9])
      Self.mix(&v, 1, 6, 11, 12, m[10], m[11])
      Self.mix(&v, 2, 7, 8, 13, m[12], m[13])
      Self.mix(&v, 3, 4, 9, 14, m[14], m[15])
    }
    for i in 0..<8 {
      v[i] ^= v[i + 8]
      v[i + 8] ^= chaining[i]
    }
    return v
  }

  private static func mix(
    _ v: inout [UInt32], _ a: Int, _ b: Int, _ c: Int, _ d: Int, _ x: UInt32, _ y: UInt32
  ) {
    func rotate(_ word: UInt32, right bits: UInt32) -> UInt32 { word >> bits | word << (32 - bits) }
    v[a] = v[a] &+ v[b] &+ x
    v[d] = rotate(v[d] ^ v[a], right: 16)
    v[c] = v[c] &+ v[d]
    v[b] = rotate(v[b] ^ v[c], right: 12)
    v[a] = v[a] &+ v[b] &+ y
    v[d] = rotate(v[d] ^ v[a], right: 8)
    v[c] = v[c] &+ v[d]
    v[b] = rotate(v[b] ^ v[c], right: 7)
  }
}
