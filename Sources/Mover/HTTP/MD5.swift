import COpenSSL
import FrameEngine

/// MD5 (RFC 1321) by OpenSSL: for services that keep no better checksum. It finds accidents, not
/// malice; content is named by BLAKE3.
enum MD5 {
  /// The 16 bytes of the hash.
  static func hash(_ bytes: RawSpan) -> [UInt8] {
    unsafe [UInt8](unsafeUninitializedCapacity: 16) { target, initialized in
      let done = unsafe bytes.withUnsafeBytes { source in
        unsafe EVP_Q_digest(
          nil, "MD5", nil, source.baseAddress, source.count, target.baseAddress, nil)
      }
      precondition(done == 1, "OpenSSL offers no MD5")
      initialized = 16
    }
  }
}
