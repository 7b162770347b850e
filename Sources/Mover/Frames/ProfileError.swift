/// Why a profile cannot be used, and where in its file.
public struct ProfileError: Error, Hashable, Sendable {
  /// The file's path or the profile's name.
  public let source: String
  /// The line, from 1; `nil` where the whole file is meant.
  public let line: Int?
  /// The column in characters, from 1; `nil` as above.
  public let column: Int?
  /// What is wrong, and what would be right.
  public let reason: String

  /// A fault at a place of a file.
  public init(_ source: String, line: Int? = nil, column: Int? = nil, _ reason: String) {
    self.source = source
    self.line = line
    self.column = column
    self.reason = reason
  }
}

extension ProfileError: CustomStringConvertible {
  /// `house.yaml:12:3: …`, as compilers say it.
  public var description: String {
    guard let line, let column else { return "\(source): \(reason)" }
    return "\(source):\(line):\(column): \(reason)"
  }
}
