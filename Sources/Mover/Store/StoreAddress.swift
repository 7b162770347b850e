public import FrameEngine

/// A place as a person types it: where a repository lives, or a tree of files.
public enum StoreAddress: Hashable, Sendable {
  /// A folder of any mount.
  case folder(FileName)
  /// `s3://BUCKET/PREFIX`; the prefix is empty or ends in `/`.
  case s3(bucket: String, prefix: String)
  /// `oci://BUCKET@NAMESPACE/PREFIX`; the prefix is empty or ends in `/`.
  case oci(bucket: String, namespace: String, prefix: String)
  /// `nfs://SERVER/EXPORT/PATH`, without a mount.
  case nfs(ServerPath)
  /// `smb://SERVER/SHARE/PATH`, without a mount.
  case smb(ServerPath)

  /// A path at a server of files.
  public struct ServerPath: Hashable, Sendable {
    /// Name or address.
    public let host: String
    /// `nil` for the protocol's own.
    public let port: UInt16?
    /// From the slash on, as bytes that are not encoded; without a slash at its end.
    public let path: FileName
    /// What stands behind a question mark, such as `nfsport=2049`, in the order it was typed.
    public let options: [String]
  }

  /// The address that `text` stands for: a folder, unless it begins with a scheme. `nil` for a
  /// scheme that is not known, an address without bucket or server, or one with `.` or `..` in it.
  public init?(_ text: FileName) {
    guard let (scheme, rest) = StoreAddress.parts(of: text) else {
      self = .folder(text)
      return
    }
    let address: StoreAddress? =
      switch scheme {
      case "s3", "oci": StoreAddress.bucket(scheme, rest)
      case "nfs": StoreAddress.server(rest).map { .nfs($0) }
      case "smb": StoreAddress.server(rest).map { .smb($0) }
      default: nil
      }
    guard let address else { return nil }
    self = address
  }

  private static func bucket(_ scheme: String, _ rest: ArraySlice<UInt8>) -> StoreAddress? {
    // By bytes: with what follows it, a slash may be one character. Keys are UTF-8.
    guard let text = String(validating: rest, as: UTF8.self) else { return nil }
    let parts = text.utf8.split(separator: UInt8(ascii: "/")).map { String(Substring($0)) }
    guard let first = parts.first, !parts.contains("."), !parts.contains("..") else { return nil }
    let prefix = parts.dropFirst().map { $0 + "/" }.joined()
    let names = first.split(separator: "@", omittingEmptySubsequences: false)
    guard names.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy(isBucketByte) }),
      names.count == (scheme == "oci" ? 2 : 1)
    else { return nil }
    return scheme == "s3"
      ? .s3(bucket: String(names[0]), prefix: prefix)
      : .oci(bucket: String(names[0]), namespace: String(names[1]), prefix: prefix)
  }

  private static func server(_ rest: ArraySlice<UInt8>) -> ServerPath? {
    let halves = rest.split(
      separator: UInt8(ascii: "?"), maxSplits: 1, omittingEmptySubsequences: false)
    let parts = halves[0].split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: true)
    guard let server = parts.first, rest.first != UInt8(ascii: "/"),
      !parts.contains(where: { $0.elementsEqual(".".utf8) || $0.elementsEqual("..".utf8) })
    else { return nil }
    let names = server.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    let host = String(decoding: names[0], as: UTF8.self)
    guard names.count <= 2, !host.isEmpty, host.utf8.allSatisfy(isBucketByte) else { return nil }
    var port: UInt16?
    if names.count == 2 {
      guard let number = UInt16(String(decoding: names[1], as: UTF8.self)), number > 0 else {
        return nil
      }
      port = number
    }
    let options =
      halves.count < 2
      ? [] : String(decoding: halves[1], as: UTF8.self).split(separator: "&").map(String.init)
    let path = parts.dropFirst().flatMap { [UInt8(ascii: "/")] + $0 }
    return ServerPath(
      host: host, port: port, path: path.isEmpty ? "/" : FileName(path), options: options)
  }

  /// Whether the names of buckets and servers may have this byte.
  private static func isBucketByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"),
      UInt8(ascii: "_"):
      true
    default: false
    }
  }

  /// Scheme and rest of a text that starts as `scheme://` does; `nil` for a path. A folder of such a
  /// name is typed `./scheme://`.
  private static func parts(of text: FileName) -> (scheme: String, rest: ArraySlice<UInt8>)? {
    guard let colon = text.bytes.firstIndex(of: UInt8(ascii: ":")), colon > 0 else { return nil }
    let isScheme = text.bytes[..<colon].allSatisfy { byte in
      (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
    }
    guard isScheme, text.bytes[colon...].starts(with: Array("://".utf8)) else { return nil }
    return (String(decoding: text.bytes[..<colon], as: UTF8.self), text.bytes[(colon + 3)...])
  }

  /// Whether a text starts as `scheme://` does.
  public static func hasScheme(_ text: FileName) -> Bool { parts(of: text) != nil }
}
