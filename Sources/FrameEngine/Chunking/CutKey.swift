/// The 16 secret bytes that decide where chunks end.
///
/// Chunk lengths betray a known file unless the cuts are secret. Repositories that copy chunks to
/// each other share the key. Deliberately not printable.
public struct CutKey: Equatable, Sendable {
  /// The number of bytes of every key: 16.
  public static let byteCount = 16

  /// The bytes, in order.
  public let bytes: [UInt8]

  /// A key from 16 bytes; `nil` for any other count.
  public init?(_ bytes: [UInt8]) {
    guard bytes.count == CutKey.byteCount else { return nil }
    self.bytes = bytes
  }
}
