/// What the environment and the files of AWS's tools say about S3: credentials, region, endpoint.
/// Variables win over files, as they do for those tools.
public struct S3Configuration: Sendable {
  private let variable: @Sendable (String) -> String?
  private let credentialsFile: INIFile
  private let configFile: INIFile

  /// The variables, and the contents of `~/.aws/credentials` and `~/.aws/config`.
  public init(
    variable: @escaping @Sendable (String) -> String?, credentialsFile: INIFile,
    configFile: INIFile
  ) {
    self.variable = variable
    self.credentialsFile = credentialsFile
    self.configFile = configFile
  }

  /// What is missing or makes no sense.
  public struct Failure: Error, Hashable, Sendable {
    /// A sentence.
    public let reason: String
    /// What to do about it.
    public let remedy: String
  }

  private var profile: String { variable("AWS_PROFILE") ?? "default" }

  /// The profile's name in the configuration file.
  private var section: String { profile == "default" ? "default" : "profile \(profile)" }

  private func setting(_ key: String) -> String? {
    configFile[section, key] ?? credentialsFile[profile, key]
  }

  /// Certificates to trust in place of the system's.
  public var certificateFile: String? { variable("AWS_CA_BUNDLE") ?? setting("ca_bundle") }

  /// Where `bucket` is served, and as whom it is asked.
  public func endpoint(for bucket: String) throws(Failure) -> S3Endpoint {
    let region =
      variable("AWS_REGION") ?? variable("AWS_DEFAULT_REGION") ?? setting("region") ?? "us-east-1"
    let credentials = try credentials()
    let address =
      variable("AWS_ENDPOINT_URL_S3") ?? variable("AWS_ENDPOINT_URL") ?? setting("endpoint_url")
    guard let address else {
      // A certificate covers one label before the host: buckets with dots stand in the path.
      return S3Endpoint(
        scheme: "https", host: "s3.\(region).amazonaws.com", region: region,
        usesPathStyle: bucket.contains("."), credentials: credentials)
    }
    let (scheme, host) = try S3Configuration.parts(of: address)
    return S3Endpoint(
      scheme: scheme, host: host, region: region, usesPathStyle: true, credentials: credentials)
  }

  private func credentials() throws(Failure) -> S3Credentials {
    // A key, its secret and its token come from one place: those of two do not fit together.
    let places: [(String) -> String?] = [
      { variable($0.uppercased()) },
      { credentialsFile[profile, $0] },
      { configFile[section, $0] },
    ]
    for place in places {
      guard let key = place("aws_access_key_id") else { continue }
      guard let secret = place("aws_secret_access_key") else {
        throw Failure(
          reason: "there is no secret for the S3 access key \(key)",
          remedy: "Set AWS_SECRET_ACCESS_KEY, or write aws_secret_access_key beside the key.")
      }
      return S3Credentials(
        accessKey: key, secretKey: secret, sessionToken: place("aws_session_token"))
    }
    throw Failure(
      reason: "there are no S3 credentials for the profile '\(profile)'",
      remedy: "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or write ~/.aws/credentials.")
  }

  private static func parts(of address: String) throws(Failure) -> (scheme: String, host: String) {
    for scheme in ["https", "http"] where address.hasPrefix("\(scheme)://") {
      var host = address.dropFirst(scheme.count + 3)
      if host.hasSuffix("/") { host = host.dropLast() }
      if !host.isEmpty, !host.contains(where: { "/?#@ ".contains($0) }) {
        return (scheme, String(host))
      }
    }
    throw Failure(
      reason: "the S3 endpoint '\(address)' is no address such as https://host:port",
      remedy: "Correct AWS_ENDPOINT_URL.")
  }
}
