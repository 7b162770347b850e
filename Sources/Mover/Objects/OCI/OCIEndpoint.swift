/// Where Object Storage is asked, and as whom.
public struct OCIEndpoint: Sendable {
  /// `http` or `https`.
  let scheme: String
  /// Host, with the port where it is not the scheme's own.
  let host: String
  /// The region, which copies name; empty where an endpoint stands in for it and nobody named one.
  let region: String
  let identity: OCIIdentity

  /// An endpoint with every field given.
  package init(scheme: String, host: String, region: String, identity: OCIIdentity) {
    self.scheme = scheme
    self.host = host
    self.region = region
    self.identity = identity
  }
}

extension OCIConfiguration {
  /// Where Object Storage is asked, and as whom. An instance that asks as itself may be asked for its
  /// region here; keys and token files are read once, so that what is wrong with them shows.
  public func endpoint(
    client: HTTPClient, clock: any Clock = SystemClock(), cancellation: CancelToken? = nil
  ) throws(Failure) -> OCIEndpoint {
    let override = try endpoint()
    switch try method() {
    case .apiKey:
      let identity = OCIIdentity(try keySigner())
      return try endpoint(override, try region(), identity)
    case .securityToken:
      let identity = try self.identity(clock) { () throws(Failure) in try tokenSigner() }
      return try endpoint(override, try region(), identity)
    case .resourcePrincipal:
      let identity = try self.identity(clock) { () throws(Failure) in try resourceSigner() }
      return try endpoint(override, try resourceRegion(), identity)
    case .instancePrincipal:
      let metadata = InstanceMetadata(
        base: variable("OCI_METADATA_BASE_URL") ?? InstanceMetadata.usualBase, clock: clock,
        cancellation: cancellation)
      var region = try region()
      let federation = variable("OCI_CLI_FEDERATION_ENDPOINT")
      if region == nil, override == nil || federation == nil { region = try located(metadata) }
      let principal = InstancePrincipal(
        metadata, federation: federation ?? region!.federation, client: client, clock: clock,
        cancellation: cancellation)
      let identity = OCIIdentity(clock: clock) { () throws(ServiceError) in
        try principal.signer()
      }
      return try endpoint(override, region, identity)
    }
  }

  private func located(_ metadata: InstanceMetadata) throws(Failure) -> OCIRegion {
    do throws(ServiceError) {
      return try metadata.region(regions)
    } catch {
      throw Failure(
        reason: error.message,
        remedy: "Run on an instance of Oracle's cloud, or choose another way by OCI_CLI_AUTH.")
    }
  }

  private func endpoint(
    _ override: (scheme: String, host: String)?, _ region: OCIRegion?, _ identity: OCIIdentity
  ) throws(Failure) -> OCIEndpoint {
    if let override {
      return OCIEndpoint(
        scheme: override.scheme, host: override.host, region: region?.name ?? "",
        identity: identity)
    }
    guard let region else {
      throw Failure(
        reason: "nobody says which region of Oracle's cloud to ask",
        remedy: "Set OCI_CLI_REGION, or write region into ~/.oci/config.")
    }
    return OCIEndpoint(
      scheme: "https", host: region.objectStorage, region: region.name, identity: identity)
  }

  /// An identity whose signer comes from files: tried now, and read again when it ends or is refused.
  private func identity(
    _ clock: any Clock, _ read: @escaping @Sendable () throws(Failure) -> OCISigner
  ) throws(Failure) -> OCIIdentity {
    _ = try read()
    return OCIIdentity(clock: clock) { () throws(ServiceError) in
      do throws(Failure) {
        let signer = try read()
        return (signer, OCIIdentity.end(of: String(signer.keyID.dropFirst("ST$".count))))
      } catch {
        throw ServiceError(credentials: "\(error.reason). \(error.remedy)")
      }
    }
  }

  /// The signer of a resource, such as a function: token and key, each a text or the path of a file.
  private func resourceSigner() throws(Failure) -> OCISigner {
    let version = variable("OCI_RESOURCE_PRINCIPAL_VERSION")
    guard version == "2.2" else {
      throw Failure(
        reason: "OCI_RESOURCE_PRINCIPAL_VERSION is '\(version ?? "")', and only 2.2 is supported",
        remedy: "Run where Oracle's cloud sets it, or choose another way by OCI_CLI_AUTH.")
    }
    let token = try literal("OCI_RESOURCE_PRINCIPAL_RPST") { value throws(Failure) in
      try text(of: value, "the resource's token")
    }
    let pem = try literal("OCI_RESOURCE_PRINCIPAL_PRIVATE_PEM") { value throws(Failure) in
      String(decoding: try bytes(of: value, "the resource's key"), as: UTF8.self)
    }
    var passphrase: String?
    if variable("OCI_RESOURCE_PRINCIPAL_PRIVATE_PEM_PASSPHRASE") != nil {
      passphrase = try literal("OCI_RESOURCE_PRINCIPAL_PRIVATE_PEM_PASSPHRASE") {
        value throws(Failure) in
        let text = String(decoding: try bytes(of: value, "the passphrase"), as: UTF8.self)
        return String(text.prefix { !$0.isNewline })
      }
    }
    let key = try key(Array(pem.utf8), passphrase, "the resource principal")
    return OCISigner(keyID: "ST$" + token, key: key)
  }

  private func resourceRegion() throws(Failure) -> OCIRegion {
    let name = try literal("OCI_RESOURCE_PRINCIPAL_REGION") { value throws(Failure) in
      try text(of: value, "the resource's region")
    }
    return try region(name)
  }

  /// What a variable says, or the file whose path it is: what starts with a slash is a path.
  private func literal(
    _ name: String, _ content: (String) throws(Failure) -> String
  ) throws(Failure) -> String {
    guard let value = variable(name) else {
      throw Failure(
        reason: "the variable \(name) is not set",
        remedy: "Run where Oracle's cloud sets it, or choose another way by OCI_CLI_AUTH.")
    }
    return value.hasPrefix("/") ? try content(value) : value
  }
}
