public import FrameEngine

/// An export of an NFS server.
public struct NFSAddress: Hashable, Sendable {
  /// The server's name, or its address in numbers.
  public let server: String
  /// The server's ports for NFS and for mounting, where the port mapper (port 111) is not to be
  /// asked.
  public let ports: Ports
  /// The export as the server calls it: a path from `/`.
  public let export: [UInt8]

  /// Ports of a server; `nil` to ask for them.
  public struct Ports: Hashable, Sendable {
    /// The port of NFS itself.
    public var nfs: UInt16?
    /// The port of the mount protocol.
    public var mount: UInt16?

    /// Ports as given.
    public init(nfs: UInt16? = nil, mount: UInt16? = nil) {
      self.nfs = nfs
      self.mount = mount
    }
  }

  /// An export as given.
  public init(server: String, ports: Ports = Ports(), export: [UInt8]) {
    self.server = server
    self.ports = ports
    self.export = export
  }

  /// The address as a name: `nfs://SERVER/EXPORT`.
  public var name: FileName {
    let path = export == [UInt8(ascii: "/")] ? [] : export
    return FileName(Array("nfs://\(authority)".utf8) + path)
  }

  /// The server with its port.
  private var authority: String {
    ports.nfs.map { "\(server):\($0)" } ?? server
  }

  /// What libnfs must be told of ports.
  var portOptions: String {
    (ports.nfs.map { "&nfsport=\($0)" } ?? "") + (ports.mount.map { "&mountport=\($0)" } ?? "")
  }
}

/// A path on an NFS server, of which it is not known yet where the export ends:
/// `nfs://SERVER[:PORT]/EXPORT/PATH[?nfsport=N&mountport=M]`.
public struct NFSPlace: Hashable, Sendable {
  /// The server's name, or its address in numbers.
  public let server: String
  /// Its ports, as far as they were given.
  public let ports: NFSAddress.Ports
  /// Export and path together, from `/`, without a slash at the end.
  public let path: [UInt8]

  /// The place of a typed address; `nil` if it has an option that means nothing here, or a port
  /// that is no number.
  public init?(_ typed: StoreAddress.ServerPath) {
    var ports = NFSAddress.Ports(nfs: typed.port)
    for option in typed.options {
      let words = option.split(separator: "=", omittingEmptySubsequences: false)
      guard words.count == 2, let port = UInt16(words[1]), port > 0 else { return nil }
      switch words[0] {
      case "nfsport": ports.nfs = port
      case "mountport": ports.mount = port
      default: return nil
      }
    }
    server = typed.host
    self.ports = ports
    path = typed.path.bytes
  }
}
