/// What a sample of a channel is; the raw value is the file's.
public enum PixelType: Int32, CaseIterable, Hashable, Sendable {
  /// A 32-bit unsigned integer.
  case uint = 0
  /// A 16-bit IEEE 754 number.
  case half = 1
  /// A 32-bit IEEE 754 number.
  case float = 2

  /// Bytes of one sample.
  public var byteCount: Int { self == .half ? 2 : 4 }

  /// `uint`, `half` or `float`.
  public var name: String {
    switch self {
    case .uint: "uint"
    case .half: "half"
    case .float: "float"
    }
  }
}
