import FrameEngine
import Synchronization

/// An instance of Oracle's cloud asks as itself: its certificate is changed for a token, which stands
/// for a session key made here. Certificate and key are new for each token.
final class InstancePrincipal: Sendable {
  private let metadata: InstanceMetadata
  /// Where certificates are changed for tokens.
  private let federation: String
  private let client: HTTPClient
  private let clock: any Clock
  private let cancellation: CancelToken?
  /// Of the first certificate: a later one for another is refused.
  private let tenancy = Mutex<String?>(nil)

  init(
    _ metadata: InstanceMetadata, federation: String, client: HTTPClient, clock: any Clock,
    cancellation: CancelToken?
  ) {
    self.metadata = metadata
    self.federation = federation
    self.client = client
    self.clock = clock
    self.cancellation = cancellation
  }

  /// The most bytes of an answer with a token.
  private static let tokenLimit = 256 << 10

  /// A fresh token and the key that belongs to it.
  func signer() throws(ServiceError) -> (signer: OCISigner, end: Int64?) {
    let leaf = try metadata.leaf()
    try tenancy.withLock { tenancy throws(ServiceError) in
      if let first = tenancy, first != leaf.tenancy {
        throw ServiceError(
          credentials: "the instance was of \(first), and is of \(leaf.tenancy) now")
      }
      tenancy = leaf.tenancy
    }
    let session = RSAKey.generate()
    let token = try token(for: session, leaf)
    guard let end = OCIIdentity.end(of: token) else {
      throw ServiceError(credentials: "the token from \(federation) says no end")
    }
    return (OCISigner(keyID: "ST$" + token, key: session), end)
  }

  private func token(for session: RSAKey, _ leaf: InstanceMetadata.Leaf) throws(ServiceError)
    -> String
  {
    let body = JSONValue.object([
      "certificate": .string(InstancePrincipal.bare(leaf.certificatePEM)),
      "publicKey": .string(InstancePrincipal.bare(Array(session.publicPEM.utf8))),
      "intermediateCertificates": .array([
        .string(InstancePrincipal.bare(leaf.intermediatePEM))
      ]),
    ]).bytes
    let signer = OCISigner(
      keyID: "\(leaf.tenancy)/fed-x509/\(leaf.certificate.fingerprint)", key: leaf.key)
    let target = try target()
    let policy = RetryPolicy(attempts: 3)
    do throws(ServiceError) {
      return try policy.run(clock: clock, cancellation: cancellation) { () throws(ServiceError) in
        let request = signer.sign(
          target, .federation(type: "application/json", body), at: clock.now(),
          deadline: .seconds(30))
        return try answer(request, body)
      }
    } catch {
      guard error.wire != .interrupted else { throw error }
      throw ServiceError(credentials: "\(federation) gives no token: \(error.cause)")
    }
  }

  private func answer(_ request: HTTPRequest, _ body: [UInt8]) throws(ServiceError) -> String {
    let response: HTTPResponse
    do throws(HTTPError) {
      response = try client.perform(
        request, body: body.rawBytes, limit: InstancePrincipal.tokenLimit)
    } catch {
      throw ServiceError(error)
    }
    guard response.isSuccess else { throw ServiceError(oci: response) }
    guard let token = JSONValue(parsing: response.body)?["token"]?.text, !token.isEmpty,
      token.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\"") })
    else { throw ServiceError(oci: response, message: "the answer has no token") }
    return token
  }

  /// Scheme, host and path of the federation's address.
  private func target() throws(ServiceError) -> OCISigner.Target {
    for scheme in ["https", "http"] where federation.hasPrefix("\(scheme)://") {
      let rest = federation.dropFirst(scheme.count + 3)
      let host = rest.prefix { $0 != "/" }
      let path = rest.dropFirst(host.count)
      if !host.isEmpty, !rest.contains(where: { "?#@[] ".contains($0) }) {
        return OCISigner.Target(
          method: .post, scheme: scheme, host: String(host), path: path.isEmpty ? "/" : String(path)
        )
      }
    }
    throw ServiceError(credentials: "'\(federation)' is no address of a federation")
  }

  /// A PEM text without armour and line ends, as the federation wants it.
  private static func bare(_ pem: [UInt8]) -> String {
    String(decoding: pem, as: UTF8.self).split(whereSeparator: \.isNewline)
      .filter { !$0.hasPrefix("-----") && !$0.contains(":") }.joined()
  }
}
