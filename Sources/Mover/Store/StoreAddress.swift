public import FrameEngine

/// Where a repository lives, as a person types it.
public enum StoreAddress: Hashable, Sendable {
  /// A folder of any mount.
  case folder(FileName)
  /// `s3://BUCKET/PREFIX`; the prefix is empty or ends in `/`.
  case s3(bucket: String, prefix: String)

  /// The address that `text` stands for: a folder, unless it begins with a scheme. `nil` for a
  /// scheme that is not known, an address without a bucket, or one with `.` or `..` in it.
  public init?(_ text: FileName) {
    let scheme = Array("s3://".utf8)
    guard text.bytes.starts(with: scheme) else {
      if StoreAddress.hasScheme(text) { return nil }
      self = .folder(text)
      return
    }
    let parts = String(decoding: text.bytes.dropFirst(scheme.count), as: UTF8.self)
      .split(separator: "/", omittingEmptySubsequences: true)
    guard let bucket = parts.first, bucket.utf8.allSatisfy(StoreAddress.isBucketByte),
      !parts.contains("."), !parts.contains("..")
    else { return nil }
    self = .s3(bucket: String(bucket), prefix: parts.dropFirst().map { $0 + "/" }.joined())
  }

  /// Whether the names of buckets may have this byte, at any service.
  private static func isBucketByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"),
      UInt8(ascii: "_"):
      true
    default: false
    }
  }

  /// Whether a text starts as `scheme://` does. A folder of such a name is typed `./scheme://`.
  public static func hasScheme(_ text: FileName) -> Bool {
    guard let colon = text.bytes.firstIndex(of: UInt8(ascii: ":")), colon > 0 else { return false }
    let isScheme = text.bytes[..<colon].allSatisfy { byte in
      (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
    }
    return isScheme && text.bytes[colon...].starts(with: Array("://".utf8))
  }
}
