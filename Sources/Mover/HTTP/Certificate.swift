import COpenSSL

/// What a client asks of a certificate of its own (X.509, PEM): who it is made out to. Nothing is
/// verified here.
struct Certificate: Hashable, Sendable {
  /// The values of the subject's attributes, in their order.
  let subject: [String]
  /// The SHA-1 of its DER form, as pairs of upper-case digits between colons.
  let fingerprint: String

  /// The most attributes that are looked at.
  private static let attributeLimit = 64

  /// The first certificate of a PEM text; `nil` if there is none.
  init?(pem: [UInt8]) {
    let bio = unsafe pem.withUnsafeBytes { unsafe BIO_new_mem_buf($0.baseAddress, Int32($0.count)) }
    defer { unsafe BIO_free(bio) }
    defer { ERR_clear_error() }
    guard let certificate = unsafe PEM_read_bio_X509(bio, nil, nil, nil) else { return nil }
    defer { unsafe X509_free(certificate) }
    guard let digest = unsafe Certificate.sha1(certificate) else { return nil }
    fingerprint = digest.map { byte in
      let digits = String(byte, radix: 16, uppercase: true)
      return digits.count == 1 ? "0" + digits : digits
    }.joined(separator: ":")
    subject = unsafe Certificate.attributes(X509_get_subject_name(certificate))
  }

  private static func sha1(_ certificate: OpaquePointer) -> [UInt8]? {
    var digest = [UInt8](repeating: 0, count: 64)
    var count: UInt32 = 0
    guard unsafe X509_digest(certificate, EVP_sha1(), &digest, &count) == 1 else { return nil }
    return Array(digest.prefix(Int(count)))
  }

  private static func attributes(_ name: OpaquePointer?) -> [String] {
    var values: [String] = []
    for index in 0..<min(unsafe Int(X509_NAME_entry_count(name)), attributeLimit) {
      let data = unsafe X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, Int32(index)))
      var text: UnsafeMutablePointer<UInt8>?
      let count = unsafe ASN1_STRING_to_UTF8(&text, data)
      guard count >= 0 else { continue }
      values.append(
        unsafe String(
          decoding: UnsafeBufferPointer(start: text, count: Int(count)), as: UTF8.self))
      unsafe CRYPTO_free(text, nil, 0)
    }
    return values
  }
}
