/// Why a frame pattern or a frame range cannot be understood.
public struct FrameSyntaxError: Error, Hashable, Sendable {
  /// What was typed.
  public let text: String
  /// What is wrong with it, and what to type instead.
  public let reason: String

  /// A fault in `text`.
  public init(_ text: String, _ reason: String) {
    self.text = text
    self.reason = reason
  }
}

extension FrameSyntaxError: CustomStringConvertible {
  /// What was typed and what is wrong with it.
  public var description: String { "\(text): \(reason)" }
}
