/// Who asks an S3 endpoint.
public struct S3Credentials: Hashable, Sendable {
  /// The public part.
  public let accessKey: String
  /// The secret part; never printed.
  public let secretKey: String
  /// For credentials that end by themselves.
  public let sessionToken: String?

  /// Credentials with every field given.
  public init(accessKey: String, secretKey: String, sessionToken: String? = nil) {
    self.accessKey = accessKey
    self.secretKey = secretKey
    self.sessionToken = sessionToken
  }
}

extension S3Credentials: CustomStringConvertible {
  /// The public part alone.
  public var description: String { accessKey }
}

/// Where a bucket is served, and as whom it is asked.
public struct S3Endpoint: Hashable, Sendable {
  /// `http` or `https`.
  public let scheme: String
  /// Host, with the port where it is not the scheme's own.
  public let host: String
  /// The region that signatures name.
  public let region: String
  /// Whether the bucket stands in the path (servers of one's own, OCI) or before the host (AWS).
  public let usesPathStyle: Bool
  /// Who asks.
  public let credentials: S3Credentials

  /// An endpoint with every field given.
  public init(
    scheme: String, host: String, region: String, usesPathStyle: Bool, credentials: S3Credentials
  ) {
    self.scheme = scheme
    self.host = host
    self.region = region
    self.usesPathStyle = usesPathStyle
    self.credentials = credentials
  }
}
