/// Why a picture could not be packed.
public struct ImageCodingError: Error, Hashable, Sendable {
  /// A sentence for a person.
  public let reason: String
}

extension ImageCodingError: CustomStringConvertible {
  /// The sentence.
  public var description: String { reason }
}
