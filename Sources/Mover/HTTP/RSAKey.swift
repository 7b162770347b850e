import COpenSSL

/// An RSA private key: signs with PKCS #1 v1.5 over SHA-256, by OpenSSL. Threads may share it.
@safe package final class RSAKey: @unchecked Sendable {
  private let key: OpaquePointer

  /// Why a text is no key that can be used.
  package enum Failure: Error, Hashable, Sendable {
    /// It is encrypted, and there is no passphrase.
    case locked
    /// The passphrase does not open it.
    case wrongPassphrase
    /// It is no private key in PEM form.
    case malformed
    /// It is a key of another kind than RSA, or of a length outside 1024 to 16384 bits.
    case unsuitable
  }

  /// The most bytes of a file that holds a key.
  package static let fileLimit = 64 << 10

  private init(_ key: OpaquePointer) { unsafe self.key = key }

  deinit { unsafe EVP_PKEY_free(key) }

  /// The first key of a PEM text: PKCS #1 or PKCS #8, encrypted or not. What stands around it, such
  /// as the line `OCI_API_KEY` that Oracle's tools ask for, is passed over.
  package convenience init(pem: [UInt8], passphrase: String?) throws(Failure) {
    let isEncrypted = String(decoding: pem, as: UTF8.self).contains("ENCRYPTED")
    if isEncrypted && passphrase == nil { throw .locked }
    guard let key = unsafe RSAKey.parse(pem, passphrase ?? "") else {
      throw isEncrypted ? .wrongPassphrase : .malformed
    }
    unsafe self.init(key)
    guard unsafe EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA, (1024...16_384).contains(bits) else {
      throw .unsuitable
    }
  }

  private static func parse(_ pem: [UInt8], _ passphrase: String) -> OpaquePointer? {
    let bio = unsafe pem.withUnsafeBytes { unsafe BIO_new_mem_buf($0.baseAddress, Int32($0.count)) }
    defer { unsafe BIO_free(bio) }
    defer { ERR_clear_error() }
    return unsafe passphrase.withCString { text in
      // With a text to use the library never asks the terminal.
      unsafe PEM_read_bio_PrivateKey(
        bio, nil, nil, UnsafeMutableRawPointer(mutating: UnsafeRawPointer(text)))
    }
  }

  /// A new key.
  package static func generate(bits: Int = 2048) -> RSAKey {
    guard let key = unsafe farmio_rsa_generate(bits) else { fatalError("OpenSSL makes no RSA key") }
    return unsafe RSAKey(key)
  }

  /// Bits of the modulus.
  package var bits: Int { unsafe Int(EVP_PKEY_get_bits(key)) }

  /// The signature of a text: always the same for the same text.
  package func signature(of text: String) -> [UInt8] {
    let message = Array(text.utf8)
    guard let context = unsafe EVP_MD_CTX_new() else { fatalError("no memory for OpenSSL") }
    defer { unsafe EVP_MD_CTX_free(context) }
    return unsafe [UInt8](unsafeUninitializedCapacity: (bits + 7) / 8) { target, count in
      var length = target.count
      let isReady = unsafe EVP_DigestSignInit(context, nil, RSAKey.sha256, nil, key)
      let isDone = unsafe EVP_DigestSign(
        context, target.baseAddress, &length, message, message.count)
      precondition(isReady == 1 && isDone == 1, "OpenSSL signs nothing with an RSA key")
      count = length
    }
  }

  nonisolated(unsafe) private static let sha256 = unsafe EVP_sha256()

  /// The public half, as PEM (SubjectPublicKeyInfo).
  package var publicPEM: String {
    guard let bio = unsafe BIO_new(BIO_s_mem()) else { fatalError("no memory for OpenSSL") }
    defer { unsafe BIO_free(bio) }
    precondition(unsafe PEM_write_bio_PUBKEY(bio, key) == 1, "OpenSSL writes no public key")
    var start: UnsafeMutablePointer<CChar>?
    let count = unsafe farmio_bio_bytes(bio, &start)
    return unsafe String(
      decoding: UnsafeRawBufferPointer(start: start, count: count), as: UTF8.self)
  }
}
