package import FrameEngine
import Synchronization

/// Signs requests for S3 as AWS Signature Version 4 demands ("Authenticating Requests: AWS Signature
/// Version 4" in Amazon's S3 API reference).
package struct SigV4: Sendable {
  let credentials: S3Credentials
  let region: String
  private let keys = Keys()

  /// The key of the day on which it was last asked for: it costs four hashes of the five that a
  /// signature takes.
  private final class Keys: Sendable {
    private let latest = Mutex<(day: String, key: [UInt8])?>(nil)

    func key(_ day: String, otherwise make: () -> [UInt8]) -> [UInt8] {
      latest.withLock { latest in
        if let latest, latest.day == day { return latest.key }
        let key = make()
        latest = (day, key)
        return key
      }
    }
  }

  /// A signer for a region.
  package init(credentials: S3Credentials, region: String) {
    self.credentials = credentials
    self.region = region
  }

  /// A request before it is signed: nothing in it is encoded yet.
  package struct Target: Sendable {
    let method: HTTPRequest.Method
    /// `http` or `https`.
    let scheme: String
    /// With the port where it is not the scheme's own.
    let host: String
    /// From the slash on, as UTF-8.
    let path: String
    /// Names and values in any order.
    var query: [(name: String, value: String)] = []
    /// Sent and signed.
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
  }

  /// The hash that stands for a body which TLS protects.
  static let unsignedPayload = "UNSIGNED-PAYLOAD"

  /// The request with its signature, valid for some minutes around `time`.
  package func sign(
    _ target: Target, payloadHash: String, at time: Timestamp,
    deadline: Duration = .seconds(600)
  ) -> HTTPRequest {
    let stamp = CalendarTime(time).compact
    var headers = target.headers
    headers.append(HTTPHeader("x-amz-content-sha256", payloadHash))
    headers.append(HTTPHeader("x-amz-date", stamp))
    if let token = credentials.sessionToken {
      headers.append(HTTPHeader("x-amz-security-token", token))
    }
    let path = PercentEncoding.encoded(target.path, keepsSlashes: true)
    let query = SigV4.canonicalQuery(target.query)
    let signed = SigV4.signedHeaders(headers, host: target.host)
    let names = signed.map(\.name).joined(separator: ";")
    let lines = signed.map { "\($0.name):\($0.value)\n" }.joined()
    let canonical =
      "\(target.method.rawValue)\n\(path)\n\(query)\n\(lines)\n\(names)\n\(payloadHash)"
    let day = String(stamp.prefix(8))
    let scope = "\(day)/\(region)/s3/aws4_request"
    let digest = SHA256.hash(Array(canonical.utf8).rawBytes).hex
    let message = "AWS4-HMAC-SHA256\n\(stamp)\n\(scope)\n\(digest)"
    let signature = SHA256.authentication(of: message, key: signingKey(day)).hex
    headers.append(
      HTTPHeader(
        "Authorization",
        "AWS4-HMAC-SHA256 Credential=\(credentials.accessKey)/\(scope),"
          + "SignedHeaders=\(names),Signature=\(signature)"))
    let url = "\(target.scheme)://\(target.host)\(path)" + (query.isEmpty ? "" : "?\(query)")
    return HTTPRequest(target.method, url, headers: headers, deadline: deadline)
  }

  private func signingKey(_ day: String) -> [UInt8] {
    keys.key(day) {
      let secret = Array("AWS4\(credentials.secretKey)".utf8)
      return [day, region, "s3", "aws4_request"].reduce(secret) { key, text in
        SHA256.authentication(of: text, key: key)
      }
    }
  }

  /// Encoded, and sorted by name, then by value, as bytes.
  private static func canonicalQuery(_ query: [(name: String, value: String)]) -> String {
    let encoded: [(name: String, value: String)] = query.map { item in
      (PercentEncoding.encoded(item.name), PercentEncoding.encoded(item.value))
    }
    let sorted = encoded.sorted { a, b in a.name == b.name ? a.value < b.value : a.name < b.name }
    return sorted.map { "\($0.name)=\($0.value)" }.joined(separator: "&")
  }

  /// Lower-case names, sorted; runs of spaces in a value count as one.
  private static func signedHeaders(_ headers: [HTTPHeader], host: String) -> [HTTPHeader] {
    (headers + [HTTPHeader("host", host)])
      .map { header in
        let words = header.value.split(separator: " ", omittingEmptySubsequences: true)
        return HTTPHeader(header.name.lowercased(), words.joined(separator: " "))
      }
      .sorted { $0.name < $1.name }
  }
}
