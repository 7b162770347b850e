internal import CKernels

/// BLAKE3 over bytes that lie together in memory: one kernel call, no allocation, no state.
///
/// The algorithm is that of the BLAKE3 paper (O'Connor, Aumasson, Neves, Wilcox-O'Hearn, 2020);
/// `ScalarBLAKE3` states it in full, and the SIMD kernels agree with it.
/// Bytes that arrive in parts go through `BLAKE3Hasher`.
public enum BLAKE3 {
  /// The plain hash of `bytes`, of any length.
  public static func hash(_ bytes: RawSpan) -> Digest {
    root(of: bytes, key: .initial, mode: 0)
  }

  /// The plain hash of `bytes`, of any length.
  public static func hash(_ bytes: [UInt8]) -> Digest { unsafe hash(bytes.span.bytes) }

  /// The hash of `bytes` that only a holder of `key` can compute: a message authentication code,
  /// and a name that tells nothing about the content.
  public static func keyedHash(_ bytes: RawSpan, key: BLAKE3Key) -> Digest {
    root(of: bytes, key: key, mode: BLAKE3Flag.keyed)
  }

  /// The hash of `bytes` that only a holder of `key` can compute.
  public static func keyedHash(_ bytes: [UInt8], key: BLAKE3Key) -> Digest {
    unsafe keyedHash(bytes.span.bytes, key: key)
  }

  /// A key for one purpose, out of secret `material` that may serve many. `context` names the
  /// purpose: fixed in the program, unique to it, never from outside.
  public static func deriveKey(context: String, material: RawSpan) -> BLAKE3Key {
    let mode = BLAKE3Flag.material
    return BLAKE3Key(root(of: material, key: BLAKE3Key(context: context), mode: mode))
  }

  /// A key for one purpose, out of secret `material` that may serve many.
  public static func deriveKey(context: String, material: [UInt8]) -> BLAKE3Key {
    unsafe deriveKey(context: context, material: material.span.bytes)
  }

  /// The digest of a whole tree.
  static func root(of bytes: RawSpan, key: BLAKE3Key, mode: UInt32) -> Digest {
    Digest(subtree(bytes, leaf: 0, key: key, flags: mode | BLAKE3Flag.root))
  }

  /// The chaining value of a subtree whose first leaf has the number `leaf`.
  static func subtree(_ bytes: RawSpan, leaf: UInt64, key: BLAKE3Key, flags: UInt32) -> BLAKE3Words
  {
    var value = BLAKE3Words(repeating: 0)
    var output = value.mutableSpan
    unsafe bytes.withUnsafeBytes { input in
      unsafe key.words.span.withUnsafeBufferPointer { key in
        unsafe output.withUnsafeMutableBufferPointer { output in
          // An empty span may have no address, and the kernel wants one that it will not read.
          let start = unsafe input.baseAddress ?? UnsafeRawPointer(key.baseAddress!)
          unsafe farmio_blake3_tree(
            start, input.count, key.baseAddress!, leaf, flags, output.baseAddress!)
        }
      }
    }
    return value
  }
}

/// The domain flags of a compression.
enum BLAKE3Flag {
  static let leafStart = UInt32(farmio_blake3_leaf_start)
  static let leafEnd = UInt32(farmio_blake3_leaf_end)
  static let parent = UInt32(farmio_blake3_parent)
  static let root = UInt32(farmio_blake3_root)
  static let keyed = UInt32(farmio_blake3_keyed)
  static let context = UInt32(farmio_blake3_context)
  static let material = UInt32(farmio_blake3_material)
}

/// Eight 32-bit words: a chaining value, a key, or a digest.
typealias BLAKE3Words = InlineArray<8, UInt32>

/// A 32-byte key of keyed BLAKE3.
public struct BLAKE3Key: Sendable {
  let words: BLAKE3Words

  /// The initial value of the plain hash, which takes the place of a key there.
  static let initial = BLAKE3Key(words: [
    0x6A09_E667, 0xBB67_AE85, 0x3C6E_F372, 0xA54F_F53A,
    0x510E_527F, 0x9B05_688C, 0x1F83_D9AB, 0x5BE0_CD19,
  ])

  init(words: BLAKE3Words) {
    self.words = words
  }

  /// The 32 bytes of a digest as a key.
  public init(_ digest: Digest) {
    words = digest.words32
  }

  /// A key from 32 bytes; `nil` for any other count.
  public init?(_ bytes: [UInt8]) {
    guard let digest = Digest(bytes) else { return nil }
    self.init(digest)
  }

  /// The key that stands for the purpose `context` while material is hashed.
  init(context: String) {
    let text = unsafe context.utf8.span.bytes
    self.init(BLAKE3.root(of: text, key: .initial, mode: BLAKE3Flag.context))
  }

  /// The 32 bytes of the key.
  public var bytes: [UInt8] { digest.bytes }

  /// The 32 bytes of the key as a digest value.
  public var digest: Digest { Digest(words) }
}

extension Digest {
  /// A digest from eight 32-bit words.
  init(_ words: BLAKE3Words) {
    func pair(_ at: Int) -> UInt64 { UInt64(words[at]) | UInt64(words[at + 1]) << 32 }
    self.init(words: (pair(0), pair(2), pair(4), pair(6)))
  }

  /// The digest as eight 32-bit words.
  var words32: BLAKE3Words {
    func low(_ word: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: word) }
    func high(_ word: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: word >> 32) }
    return [
      low(words.0), high(words.0), low(words.1), high(words.1),
      low(words.2), high(words.2), low(words.3), high(words.3),
    ]
  }
}
