package import FrameEngine

/// Signs requests as Oracle's services demand ("Request Signatures" in its documentation: the draft
/// cavage-http-signatures-08, RSA-SHA256).
package struct OCISigner: Sendable {
  /// Whose key it is: `TENANCY/USER/FINGERPRINT`, or `ST$` and a token.
  package let keyID: String
  let key: RSAKey

  /// A signer with a key that belongs to `keyID`.
  package init(keyID: String, key: RSAKey) {
    self.keyID = keyID
    self.key = key
  }

  /// A request before it is signed.
  package struct Target: Sendable {
    let method: HTTPRequest.Method
    /// `http` or `https`.
    let scheme: String
    /// With the port where it is not the scheme's own.
    let host: String
    /// From the slash on, percent-encoded as it is to be sent.
    let path: String
    /// Names and values, sent in this order; not encoded yet.
    var query: [(name: String, value: String)] = []
    /// Sent beside the signed ones, and not signed.
    var headers: [HTTPHeader] = []

    /// A request with every field given.
    package init(
      method: HTTPRequest.Method, scheme: String, host: String, path: String,
      query: [(name: String, value: String)] = [], headers: [HTTPHeader] = []
    ) {
      self.method = method
      self.scheme = scheme
      self.host = host
      self.path = path
      self.query = query
      self.headers = headers
    }

    /// Path and query exactly as they stand in the request.
    var pathAndQuery: String {
      if query.isEmpty { return path }
      return path + "?"
        + query.map {
          "\(PercentEncoding.encoded($0.name))=\(PercentEncoding.encoded($0.value))"
        }.joined(separator: "&")
    }
  }

  /// What of a body is signed.
  package enum Body: Sendable {
    /// There is none, or the operation is one of those that take raw bytes: putting an object, a
    /// part, and messages of a stream. Of these a signature over the body is refused.
    case unsigned
    /// Type, length and SHA-256 of these bytes, even where there are none.
    case signed(type: String, [UInt8])
    /// The same without the host, as the service wants it that changes certificates for tokens.
    case federation(type: String, [UInt8])
  }

  /// The request with its signature; the service takes it for five minutes around `time`.
  package func sign(
    _ target: Target, _ body: Body, at time: Timestamp, deadline: Duration = .seconds(600)
  ) -> HTTPRequest {
    sign(target, body, date: CalendarTime(time).header, deadline: deadline)
  }

  /// The same with the date as text.
  func sign(
    _ target: Target, _ body: Body, date: String, deadline: Duration = .seconds(600)
  ) -> HTTPRequest {
    let line = "\(target.method.rawValue.lowercased()) \(target.pathAndQuery)"
    var signed = [HTTPHeader("date", date), HTTPHeader("(request-target)", line)]
    let host = HTTPHeader("host", target.host)
    switch body {
    case .unsigned: signed.append(host)
    case .signed(let type, let bytes): signed += [host] + OCISigner.describing(type, bytes)
    case .federation(let type, let bytes): signed += OCISigner.describing(type, bytes)
    }
    let text = signed.map { "\($0.name): \($0.value)" }.joined(separator: "\n")
    let names = signed.map(\.name).joined(separator: " ")
    let signature = Base64.text(key.signature(of: text))
    let authorization =
      "Signature algorithm=\"rsa-sha256\",headers=\"\(names)\",keyId=\"\(keyID)\""
      + ",signature=\"\(signature)\",version=\"1\""
    // Host and length are the library's own, the same that were signed.
    let sent = signed.filter { !["(request-target)", "host", "content-length"].contains($0.name) }
    return HTTPRequest(
      target.method, "\(target.scheme)://\(target.host)\(target.pathAndQuery)",
      headers: sent + target.headers + [HTTPHeader("authorization", authorization)],
      deadline: deadline)
  }

  private static func describing(_ type: String, _ bytes: [UInt8]) -> [HTTPHeader] {
    [
      HTTPHeader("content-length", String(bytes.count)),
      HTTPHeader("content-type", type),
      HTTPHeader("x-content-sha256", Base64.text(SHA256.hash(bytes.rawBytes))),
    ]
  }
}
