import FrameEngine
import Glibc

/// The environment variables of the process, or those of a test.
struct Environment: Sendable {
  private let lookUp: @Sendable (String) -> FileName?

  /// The variables that the process was started with.
  static let process = Environment { name in
    guard let value = unsafe getenv(name) else { return nil }
    let length = unsafe strlen(value)
    return FileName(
      unsafe [UInt8](
        UnsafeRawBufferPointer(start: UnsafeRawPointer(value), count: length)))
  }

  /// Exactly these variables.
  init(_ variables: [String: String]) {
    lookUp = { variables[$0].map { FileName($0) } }
  }

  private init(lookUp: @escaping @Sendable (String) -> FileName?) {
    self.lookUp = lookUp
  }

  /// The variable's value; `nil` if it is not set, or empty.
  subscript(name: String) -> FileName? {
    guard let value = lookUp(name), !value.bytes.isEmpty else { return nil }
    return value
  }

  /// The variable's value as text; `nil` also if it is no UTF-8.
  func text(_ name: String) -> String? { self[name].flatMap { String(argument: $0) } }
}
