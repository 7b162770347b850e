import CSodium
import FrameEngine

/// What opens an encrypted repository.
public enum RepositoryKey: Sendable {
  /// Nothing: the repository is not encrypted.
  case none
  /// A passphrase's UTF-8 bytes.
  case passphrase([UInt8])
  /// The bytes of a key file, at least 32 of them.
  case keyFile([UInt8])
}

/// Derives keys from passphrases by argon2id (RFC 9106), so that guessing costs memory and time.
enum Passphrase {
  /// What deriving a key costs by default: 3 passes over 64 MiB, RFC 9106's second choice.
  static let passes: UInt32 = 3
  static let memoryKiB: UInt32 = 64 << 10

  /// The 32-byte key of a passphrase.
  static func key(
    _ passphrase: [UInt8], salt: [UInt8], passes: UInt32, memoryKiB: UInt32
  ) throws(RepositoryError) -> [UInt8] {
    precondition(salt.count == Int(crypto_pwhash_SALTBYTES))
    var key = [UInt8](repeating: 0, count: 32)
    // A final NUL that is not counted: an empty passphrase has an address too.
    let status = unsafe (passphrase + [0]).withUnsafeBytes { phrase in
      unsafe salt.withUnsafeBufferPointer { salt in
        unsafe key.withUnsafeMutableBufferPointer { key in
          unsafe crypto_pwhash(
            key.baseAddress!, 32, phrase.baseAddress!.assumingMemoryBound(to: CChar.self),
            UInt64(passphrase.count), salt.baseAddress!, UInt64(passes), Int(memoryKiB) << 10,
            crypto_pwhash_alg_argon2id13())
        }
      }
    }
    guard status == 0 else {
      throw RepositoryError(
        .locked, "passphrase", "deriving its key needs \(memoryKiB >> 10) MiB of memory",
        remedy: "free some memory and try again")
    }
    return key
  }
}
