/// Who a share is opened as.
public enum SMBLogin: Hashable, Sendable {
  /// A user with a password; the domain is empty where the server decides.
  case account(user: String, password: String, domain: String)
  /// The holder of a Kerberos ticket.
  case ticket
  /// Nobody in particular, if the server lets nobody in.
  case guest

  /// The most bytes that a file of credentials may have.
  public static let fileLimit = 64 << 10

  /// Reads a file of credentials as mount.cifs takes it: `username=`, `password=` and `domain=`, one
  /// a line; the user may be written `DOMAIN\USER` or `DOMAIN/USER`. Other lines are passed over.
  /// `nil` if no user is named.
  public init?(credentials text: [UInt8]) {
    var user: String?
    var password = ""
    var domain = ""
    for line in String(decoding: text, as: UTF8.self).split(whereSeparator: \.isNewline) {
      // Spaces before a key are nothing; a password may begin or end with one.
      let line = line.drop { $0 == " " || $0 == "\t" }
      guard let equals = line.firstIndex(of: "=") else { continue }
      let value = String(line[line.index(after: equals)...])
      switch line[..<equals].lowercased() {
      case "username", "user": user = value
      case "password", "pass": password = value
      case "domain", "dom", "workgroup": domain = value
      default: continue
      }
    }
    guard var user, !user.isEmpty else { return nil }
    if let mark = user.firstIndex(where: { $0 == "\\" || $0 == "/" }) {
      domain = String(user[..<mark])
      user = String(user[user.index(after: mark)...])
    }
    self = .account(user: user, password: password, domain: domain)
  }
}

/// Why a share cannot be opened, and what to do.
public struct SMBFailure: Error, Hashable, Sendable {
  /// The share, as an address.
  public let share: String
  /// The cause, in words.
  public let reason: String
  /// What a person can do, a sentence.
  public let remedy: String
}
