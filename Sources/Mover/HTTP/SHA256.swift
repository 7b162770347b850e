import COpenSSL
import FrameEngine

/// SHA-256 (FIPS 180-4) and HMAC-SHA-256 (RFC 2104) by OpenSSL: for signatures and servers that ask
/// for them. Content is named by BLAKE3.
enum SHA256 {
  /// The 32 bytes of the hash.
  static func hash(_ bytes: RawSpan) -> [UInt8] {
    unsafe [UInt8](unsafeUninitializedCapacity: 32) { target, initialized in
      let done = unsafe bytes.withUnsafeBytes { source in
        unsafe EVP_Q_digest(
          nil, "SHA256", nil, source.baseAddress, source.count, target.baseAddress, nil)
      }
      precondition(done == 1, "OpenSSL offers no SHA-256")
      initialized = 32
    }
  }

  /// The 32 bytes of the keyed hash of a text.
  static func authentication(of text: String, key: [UInt8]) -> [UInt8] {
    let message = Array(text.utf8)
    return unsafe [UInt8](unsafeUninitializedCapacity: 32) { target, initialized in
      let done = unsafe HMAC(
        EVP_sha256(), key, Int32(key.count), message, message.count, target.baseAddress, nil)
      precondition(unsafe done != nil, "OpenSSL offers no HMAC")
      initialized = 32
    }
  }
}
