import FrameEngine

/// What the environment and the files of Oracle's tools say: who asks, in which region, at which
/// endpoint. The variables of its command line win over files, as they do for it.
public struct OCIConfiguration: Sendable {
  /// What is missing or makes no sense.
  public struct Failure: Error, Hashable, Sendable {
    /// A sentence.
    public let reason: String
    /// What to do about it.
    public let remedy: String

    /// A failure and its remedy.
    public init(reason: String, remedy: String) {
      self.reason = reason
      self.remedy = remedy
    }
  }

  /// The bytes of a file; `nil` if there is none of this name.
  public typealias Reader = @Sendable (_ path: String) throws(Failure) -> [UInt8]?

  let variable: @Sendable (String) -> String?
  private let read: Reader
  private let file: INIFile
  /// The file that `file` was read from, for messages.
  private let filePath: String
  let regions: [OCIRegion.Description]

  /// What the variables say, and the files they or the usual places name.
  public init(
    variable: @escaping @Sendable (String) -> String?, read: @escaping Reader
  ) throws(Failure) {
    self.variable = variable
    self.read = read
    (filePath, file) = try OCIConfiguration.file(variable, read)
    let home = variable("HOME") ?? ""
    var texts: [[UInt8]] = []
    if let text = variable("OCI_REGION_METADATA") { texts.append(Array(text.utf8)) }
    if let text = try read(home + "/.oci/regions-config.json") { texts.append(text) }
    regions = texts.flatMap { text -> [OCIRegion.Description] in
      guard text.count <= OCIRegion.descriptionLimit, let value = JSONValue(parsing: text) else {
        return []
      }
      return (value.elements.isEmpty ? [value] : value.elements)
        .compactMap { OCIRegion.Description($0) }
    }
  }

  /// The configuration file: the one that is named for the command line, else the usual one, else
  /// that of the SDKs' variable, else that of old tools.
  private static func file(
    _ variable: @Sendable (String) -> String?, _ read: Reader
  ) throws(Failure) -> (String, INIFile) {
    let home = variable("HOME") ?? ""
    let usual = home + "/.oci/config"
    if let named = variable("OCI_CLI_CONFIG_FILE") {
      let path = expanded(named, home)
      guard let bytes = try read(path) else {
        throw Failure(
          reason: "there is no file '\(path)', which OCI_CLI_CONFIG_FILE names",
          remedy: "Correct OCI_CLI_CONFIG_FILE.")
      }
      return (path, INIFile(bytes))
    }
    for path in [usual, variable("OCI_CONFIG_FILE"), home + "/.oraclebmc/config"] {
      if let path = path.map({ expanded($0, home) }), let bytes = try read(path) {
        return (path, INIFile(bytes))
      }
    }
    return (usual, INIFile([]))
  }

  private static func expanded(_ path: String, _ home: String) -> String {
    path == "~" || path.hasPrefix("~/") ? home + path.dropFirst() : path
  }

  private var profile: String { variable("OCI_CLI_PROFILE") ?? "DEFAULT" }

  /// A setting of the profile. What the section `DEFAULT` says holds for every profile.
  private func setting(_ key: String, _ variableName: String? = nil) -> String? {
    variable(variableName ?? "OCI_CLI_\(key.uppercased())")
      ?? file[profile, key] ?? file["DEFAULT", key]
  }

  /// Certificates to trust in place of the system's.
  public var certificateFile: String? {
    variable("OCI_CLI_CERT_BUNDLE") ?? variable("REQUESTS_CA_BUNDLE")
  }

  /// How somebody proves who asks.
  enum Method: String {
    case apiKey = "api_key"
    case securityToken = "security_token"
    case instancePrincipal = "instance_principal"
    case resourcePrincipal = "resource_principal"
  }

  /// The way that `OCI_CLI_AUTH` names; without it a key, or the token of a profile without user.
  func method() throws(Failure) -> Method {
    guard let name = variable("OCI_CLI_AUTH") else {
      return setting("user") == nil && setting("security_token_file") != nil
        ? .securityToken : .apiKey
    }
    guard let method = Method(rawValue: name) else {
      throw Failure(
        reason: "OCI_CLI_AUTH names '\(name)', a way that is not supported",
        remedy: "Use api_key, security_token, instance_principal or resource_principal.")
    }
    return method
  }

  /// The region that somebody named; `nil` if nobody did.
  func region() throws(Failure) -> OCIRegion? {
    let named = setting("region") ?? variable("OCI_REGION")
    return try named.map { name throws(Failure) in try region(name) }
  }

  /// The region of a name.
  func region(_ name: String) throws(Failure) -> OCIRegion {
    guard let region = OCIRegion(name, descriptions: regions) else {
      throw Failure(
        reason: "'\(name)' is no region",
        remedy: "Set the region to a name such as us-ashburn-1, in OCI_CLI_REGION or \(filePath).")
    }
    return region
  }

  /// The endpoint that stands in for the region's; `nil` if nobody named one.
  func endpoint() throws(Failure) -> (scheme: String, host: String)? {
    guard let address = variable("OCI_CLI_ENDPOINT") else { return nil }
    for scheme in ["https", "http"] where address.hasPrefix("\(scheme)://") {
      var host = address.dropFirst(scheme.count + 3)
      if host.hasSuffix("/") { host = host.dropLast() }
      if !host.isEmpty, !host.contains(where: { "/?#@[] ".contains($0) }) {
        return (scheme, String(host))
      }
    }
    throw Failure(
      reason: "the endpoint '\(address)' is no address such as https://host:port",
      remedy: "Correct OCI_CLI_ENDPOINT.")
  }

  /// The signer of an API key: the user's in his tenancy, by the key's fingerprint.
  func keySigner() throws(Failure) -> OCISigner {
    let user = try required("user")
    let tenancy = try required("tenancy")
    let fingerprint = try required("fingerprint")
    let pairs = fingerprint.split(separator: ":", omittingEmptySubsequences: false)
    let isPlain = pairs.allSatisfy { pair in
      pair.count == 2 && pair.allSatisfy { "0123456789abcdef".contains($0) }
    }
    guard pairs.count == 16, isPlain else {
      throw Failure(
        reason: "the fingerprint '\(fingerprint)' is not 16 pairs of lower-case digits",
        remedy: "Copy it from the page of the user's API keys.")
    }
    return OCISigner(keyID: "\(tenancy)/\(user)/\(fingerprint)", key: try profileKey())
  }

  /// The signer of the token that `oci session authenticate` keeps beside a key; both are read anew.
  func tokenSigner() throws(Failure) -> OCISigner {
    let token = try text(of: try required("security_token_file"), "the security token")
    return OCISigner(keyID: "ST$" + token, key: try profileKey())
  }

  private func profileKey() throws(Failure) -> RSAKey {
    let passphrase = setting("pass_phrase", "OCI_CLI_PASSPHRASE")
    if let content = variable("OCI_CLI_KEY_CONTENT") {
      return try key(Array(content.utf8), passphrase, "OCI_CLI_KEY_CONTENT")
    }
    if file[profile, "key_content"] != nil {
      throw Failure(
        reason: "\(filePath) holds a key itself, as key_content",
        remedy: "Move the key to a file of its own and name that as key_file.")
    }
    let path = OCIConfiguration.expanded(try required("key_file"), variable("HOME") ?? "")
    return try key(try bytes(of: path, "the private key"), passphrase, path)
  }

  /// The key of a PEM text that stands in `place`.
  func key(_ pem: [UInt8], _ passphrase: String?, _ place: String) throws(Failure) -> RSAKey {
    do throws(RSAKey.Failure) {
      return try RSAKey(pem: pem, passphrase: passphrase)
    } catch {
      let (reason, remedy) =
        switch error {
        case .locked:
          ("the key is encrypted", "Give its passphrase: pass_phrase, or OCI_CLI_PASSPHRASE.")
        case .wrongPassphrase:
          ("the passphrase does not open the key", "Correct pass_phrase, or OCI_CLI_PASSPHRASE.")
        case .malformed: ("it is no private key in PEM form", "Name the file of the private key.")
        case .unsuitable: ("it is no RSA key of 1024 to 16384 bits", "Make a key of 2048 bits.")
        }
      throw Failure(reason: "cannot use the private key of \(place): \(reason)", remedy: remedy)
    }
  }

  private func required(_ key: String) throws(Failure) -> String {
    if let value = setting(key) { return value }
    throw Failure(
      reason: "there is no '\(key)' for the OCI profile '\(profile)'",
      remedy: "Set OCI_CLI_\(key.uppercased()), or write it into \(filePath): oci setup config.")
  }

  /// What a file holds, which must be there.
  func bytes(of path: String, _ what: String) throws(Failure) -> [UInt8] {
    guard let bytes = try read(OCIConfiguration.expanded(path, variable("HOME") ?? "")) else {
      throw Failure(
        reason: "there is no file '\(path)' with \(what)",
        remedy: "Correct the path, or put the file there.")
    }
    return bytes
  }

  /// The text that a file holds, without what stands around it.
  func text(of path: String, _ what: String) throws(Failure) -> String {
    let bytes = try bytes(of: path, what)
    let isPlain: (UInt8) -> Bool = { $0 > 0x20 && $0 < 0x7F }
    let words = bytes.split { !isPlain($0) }
    guard words.count == 1 else {
      throw Failure(
        reason: "'\(path)' does not hold \(what): one word of plain letters",
        remedy: "Make it again, as by oci session authenticate.")
    }
    return String(decoding: words[0], as: UTF8.self)
  }
}
