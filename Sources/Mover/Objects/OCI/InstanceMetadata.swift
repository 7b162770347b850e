import FrameEngine

/// The service at a fixed address that tells an instance of Oracle's cloud who it is.
struct InstanceMetadata: Sendable {
  private let base: String
  private let client: HTTPClient
  private let clock: any Clock
  private let cancellation: CancelToken?

  /// Where it answers on every instance.
  static let usualBase = "http://169.254.169.254/opc/v2"

  /// The service at `base`. It is on the instance itself, so that no proxy can reach it.
  init(base: String, clock: any Clock, cancellation: CancelToken?) {
    var options = HTTPClient.Options()
    options.avoidsProxies = true
    options.connectTime = .seconds(3)
    self.base = base.hasSuffix("/") ? String(base.dropLast()) : base
    self.client = HTTPClient(options, cancellation: cancellation)
    self.clock = clock
    self.cancellation = cancellation
  }

  /// What an instance proves itself with.
  struct Leaf: Sendable {
    let certificatePEM: [UInt8]
    let certificate: Certificate
    let key: RSAKey
    let intermediatePEM: [UInt8]

    /// The tenancy that the certificate is made out for.
    let tenancy: String
  }

  /// Certificate, key and what signed them. They are changed several times a day: where the key does
  /// not come, the certificate read before it may be an old one, and both are read again.
  func leaf() throws(ServiceError) -> Leaf {
    var certificate = try text("identity/cert.pem")
    let key: [UInt8]
    do throws(ServiceError) {
      key = try text("identity/key.pem", tries: 1)
    } catch {
      guard error.wire != .interrupted else { throw error }
      certificate = try text("identity/cert.pem")
      key = try text("identity/key.pem")
    }
    let intermediate = try text("identity/intermediate.pem")
    guard let parsed = Certificate(pem: certificate) else {
      throw ServiceError(credentials: "the instance's certificate is none")
    }
    let tenancy = ["opc-tenant:", "opc-identity:"].lazy
      .compactMap { prefix in
        parsed.subject.first { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
      }.first
    guard let tenancy, !tenancy.isEmpty else {
      throw ServiceError(credentials: "the instance's certificate names no tenancy")
    }
    do throws(RSAKey.Failure) {
      return Leaf(
        certificatePEM: certificate, certificate: parsed,
        key: try RSAKey(pem: key, passphrase: nil), intermediatePEM: intermediate,
        tenancy: tenancy)
    } catch {
      throw ServiceError(credentials: "the instance's key cannot be used: it is \(error)")
    }
  }

  /// The region that the instance is in.
  func region(_ known: [OCIRegion.Description]) throws(ServiceError) -> OCIRegion {
    let bytes = try text("instance/region")
    let name = String(decoding: bytes, as: UTF8.self).filter { !$0.isWhitespace }
    var descriptions = known
    if !OCIRegion.isKnown(name), let fresh = try description() { descriptions.append(fresh) }
    guard let region = OCIRegion(name, descriptions: descriptions) else {
      throw ServiceError(credentials: "the instance's region, '\(name)', is none")
    }
    return region
  }

  /// The region in full, which tells newer realms; `nil` where the service does not.
  private func description() throws(ServiceError) -> OCIRegion.Description? {
    do throws(ServiceError) {
      return JSONValue(parsing: try text("instance/regionInfo", tries: 2))
        .flatMap { OCIRegion.Description($0) }
    } catch {
      if error.wire == .interrupted { throw error }
      return nil
    }
  }

  /// One file of the service. It may say for a while after the start that there is none.
  private func text(_ path: String, tries: Int = 8) throws(ServiceError) -> [UInt8] {
    let policy = RetryPolicy(attempts: tries, base: .milliseconds(100), cap: .seconds(5))
    do throws(ServiceError) {
      return try policy.run(clock: clock, cancellation: cancellation) { () throws(ServiceError) in
        try once(path)
      }
    } catch {
      guard error.wire != .interrupted else { throw error }
      throw ServiceError(
        credentials:
          "the instance's metadata service at \(base) does not give \(path): \(error.cause)")
    }
  }

  private func once(_ path: String) throws(ServiceError) -> [UInt8] {
    let request = HTTPRequest(
      .get, "\(base)/\(path)", headers: [HTTPHeader("Authorization", "Bearer Oracle")],
      deadline: .seconds(10))
    let response: HTTPResponse
    do throws(HTTPError) {
      response = try client.perform(request, limit: RSAKey.fileLimit)
    } catch {
      throw ServiceError(error)
    }
    if response.isSuccess { return response.body }
    // A missing file comes later: told as one of the states that pass.
    let status = response.status == 404 ? 503 : response.status
    throw ServiceError(
      status: status, code: "", message: "it answers \(response.status)", requestID: nil)
  }
}
