public import FrameEngine

/// A folder or file on an SMB server, as a person types it: `smb://SERVER[:PORT]/SHARE/PATH`.
public struct SMBAddress: Hashable, Sendable {
  /// The server's name or IPv4 address.
  public let server: String
  /// The port; `nil` for the usual one (445).
  public let port: UInt16?
  /// The share's name.
  public let share: String
  /// The path in the share, without slashes at its ends; empty for the share itself.
  public let path: FileName

  /// The address that was typed; `nil` without a share, for a share that cannot be, and with options,
  /// which there are none of.
  public init?(_ typed: StoreAddress.ServerPath) {
    let slash = UInt8(ascii: "/")
    let parts = typed.path.bytes.split(separator: slash)
    guard let share = parts.first, share.count <= 240, SMBName.isAllowed(share),
      typed.options.isEmpty
    else { return nil }
    server = typed.host
    port = typed.port
    self.share = String(decoding: share, as: UTF8.self)
    path = FileName(Array(parts.dropFirst().joined(separator: [slash])))
  }

  /// The address of the share itself, for messages.
  public var shareName: String {
    let port = port.map { ":\($0)" } ?? ""
    return "smb://\(server)\(port)/\(share)"
  }
}

extension SMBAddress: CustomStringConvertible {
  /// The address in its shortest form.
  public var description: String {
    path.bytes.isEmpty ? shareName : "\(shareName)/\(path)"
  }
}
