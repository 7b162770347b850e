/// Why bytes from outside are not what they should be, and where.
public struct FormatError: Error, Hashable, Sendable {
  /// The kinds of fault that callers tell apart.
  public enum Code: String, Hashable, Sendable {
    /// The bytes end too early.
    case truncated
    /// A field holds what the format does not allow.
    case malformed
    /// A checksum or digest differs: the bytes changed after they were written.
    case corrupt
    /// A size or count exceeds its stated limit.
    case limit
    /// The magic number is another one: this is no such object.
    case foreign
    /// Written by a newer format version than this program knows.
    case newer
  }

  /// What kind of fault it is.
  public let code: Code
  /// The offset in bytes from the start of the object where it was seen.
  public let byteOffset: Int
  /// A sentence for a person.
  public let reason: String

  /// A fault of kind `code`, seen at `byteOffset`.
  public init(_ code: Code, at byteOffset: Int, _ reason: String) {
    self.code = code
    self.byteOffset = byteOffset
    self.reason = reason
  }
}

extension FormatError: CustomStringConvertible {
  /// The sentence, and where it was seen.
  public var description: String { "\(reason) (byte \(byteOffset))" }
}
