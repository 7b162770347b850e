import COpenSSL
import FrameEngine

/// Seals bytes with AES-256-GCM (NIST SP 800-38D): nobody without the key reads them, and nobody
/// changes them unseen. One key at a time, one thread at a time.
@safe struct Seal: ~Copyable {
  static let tagByteCount = Limits.sealBytes
  static let nonceByteCount = 12

  private let context: OpaquePointer
  private let cipher: OpaquePointer

  /// OpenSSL fails here only without memory or without its default provider: nothing works then.
  init() {
    guard let context = unsafe EVP_CIPHER_CTX_new(),
      let cipher = unsafe EVP_CIPHER_fetch(nil, "AES-256-GCM", nil)
    else { fatalError("OpenSSL offers no AES-256-GCM") }
    unsafe self.context = context
    unsafe self.cipher = cipher
  }

  deinit {
    unsafe EVP_CIPHER_CTX_free(context)
    unsafe EVP_CIPHER_free(cipher)
  }

  /// `plain` sealed under `key` and `nonce`, its tag behind it. A nonce must never be used twice
  /// with one key. `associated` is proved with it and not stored.
  mutating func seal(
    _ plain: RawSpan, key: [UInt8], nonce: [UInt8], associated: [UInt8]
  ) -> [UInt8] {
    start(key: key, nonce: nonce, encrypting: true)
    var count: Int32 = 0
    var ok = unsafe associated.withUnsafeBufferPointer { bytes in
      unsafe EVP_EncryptUpdate(context, nil, &count, bytes.baseAddress, Int32(bytes.count)) == 1
    }
    let sealed = unsafe [UInt8](
      unsafeUninitializedCapacity: plain.byteCount + Seal.tagByteCount
    ) { target, initialized in
      let source = unsafe plain.withUnsafeBytes { $0.baseAddress }
      unsafe ok =
        ok
        && EVP_EncryptUpdate(
          context, target.baseAddress, &count,
          source?.assumingMemoryBound(to: UInt8.self), Int32(plain.byteCount)) == 1
      let tag = unsafe target.baseAddress! + plain.byteCount
      unsafe ok = ok && EVP_EncryptFinal_ex(context, tag, &count) == 1
      unsafe ok =
        ok
        && EVP_CIPHER_CTX_ctrl(
          context, EVP_CTRL_AEAD_GET_TAG, Int32(Seal.tagByteCount), tag) == 1
      initialized = plain.byteCount + Seal.tagByteCount
    }
    precondition(ok, "OpenSSL cannot encrypt")
    return sealed
  }

  /// The plain bytes of `sealed`, or `nil` if key, nonce, associated bytes or content differ from
  /// what was sealed.
  mutating func open(
    _ sealed: RawSpan, key: [UInt8], nonce: [UInt8], associated: [UInt8]
  ) -> [UInt8]? {
    guard sealed.byteCount >= Seal.tagByteCount else { return nil }
    start(key: key, nonce: nonce, encrypting: false)
    let plainCount = sealed.byteCount - Seal.tagByteCount
    var count: Int32 = 0
    var ok = unsafe associated.withUnsafeBufferPointer { bytes in
      unsafe EVP_DecryptUpdate(context, nil, &count, bytes.baseAddress, Int32(bytes.count)) == 1
    }
    var tag = [UInt8](repeating: 0, count: Seal.tagByteCount)
    let plain = unsafe [UInt8](unsafeUninitializedCapacity: max(plainCount, 1)) {
      target, initialized in
      unsafe sealed.withUnsafeBytes { source in
        unsafe ok =
          ok
          && EVP_DecryptUpdate(
            context, target.baseAddress, &count,
            source.baseAddress?.assumingMemoryBound(to: UInt8.self), Int32(plainCount)) == 1
        for index in tag.indices { unsafe tag[index] = source[plainCount + index] }
      }
      initialized = plainCount
    }
    ok =
      unsafe ok
      && tag.withUnsafeMutableBytes { bytes in
        unsafe EVP_CIPHER_CTX_ctrl(
          context, EVP_CTRL_AEAD_SET_TAG, Int32(Seal.tagByteCount), bytes.baseAddress) == 1
      }
    // Only now are the bytes known to be the sealed ones.
    ok = unsafe ok && EVP_DecryptFinal_ex(context, nil, &count) == 1
    return ok ? plain : nil
  }

  private mutating func start(key: [UInt8], nonce: [UInt8], encrypting: Bool) {
    precondition(key.count == 32 && nonce.count == Seal.nonceByteCount)
    let ok = unsafe key.withUnsafeBufferPointer { key in
      unsafe nonce.withUnsafeBufferPointer { nonce in
        unsafe EVP_CipherInit_ex(
          context, cipher, nil, key.baseAddress, nonce.baseAddress, encrypting ? 1 : 0)
      }
    }
    precondition(ok == 1, "OpenSSL cannot start AES-256-GCM")
  }
}
