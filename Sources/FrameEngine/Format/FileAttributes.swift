/// The kinds of file that a folder can hold. The raw values are those of the tree format.
public enum FileKind: UInt8, Hashable, Sendable {
  case regular = 0
  case folder = 1
  case symbolicLink = 2
  case fifo = 3
  case socket = 4
  case characterDevice = 5
  case blockDevice = 6
}

/// Nanosecond time since 1970.
public struct Timestamp: Hashable, Comparable, Sendable {
  /// Whole seconds since 1970-01-01 UTC; negative before.
  public var seconds: Int64
  /// 0 to 999,999,999.
  public var nanoseconds: UInt32

  /// A time in seconds and nanoseconds since 1970.
  public init(seconds: Int64, nanoseconds: UInt32) {
    self.seconds = seconds
    self.nanoseconds = nanoseconds
  }

  /// Whether `a` is earlier than `b`.
  public static func < (a: Timestamp, b: Timestamp) -> Bool {
    (a.seconds, a.nanoseconds) < (b.seconds, b.nanoseconds)
  }
}

/// One extended attribute.
public struct ExtendedAttribute: Hashable, Sendable {
  /// With its namespace, such as `user.comment` or `system.posix_acl_access`; any bytes but NUL.
  public var name: [UInt8]
  /// At most 64 KiB.
  public var value: [UInt8]

  /// An attribute with its full name.
  public init(name: [UInt8], value: [UInt8]) {
    self.name = name
    self.value = value
  }
}
