/// One HTTP request without its body.
public struct HTTPRequest: Sendable {
  /// The methods that stores need.
  public enum Method: String, Hashable, Sendable {
    case get = "GET"
    case head = "HEAD"
    case put = "PUT"
    case post = "POST"
    case delete = "DELETE"
  }

  /// What is to be done.
  public var method: Method
  /// The whole address, percent-encoded exactly as it was signed: it goes onto the wire as it is.
  public var url: String
  /// Headers in the order they are sent; `Host` and `Content-Length` are added where missing.
  public var headers: [HTTPHeader]
  /// After this time the exchange fails, however it is going. A transfer that stands still is given
  /// up far earlier.
  public var deadline: Duration
  /// Whether the answer may take its time: only the deadline ends a wait in which nothing moves.
  public var mayStall = false
  /// Whether sending it twice would do harm. Over a kept connection that turns out dead the library
  /// sends again without a word; this one gets a connection of its own.
  public var isSentOnce = false

  /// A request with every field given.
  public init(
    _ method: Method, _ url: String, headers: [HTTPHeader] = [],
    deadline: Duration = .seconds(600)
  ) {
    self.method = method
    self.url = url
    self.headers = headers
    self.deadline = deadline
  }
}

/// One header of a request or an answer.
public struct HTTPHeader: Hashable, Sendable {
  /// The name, as it is sent.
  public var name: String
  /// The value, without spaces around it.
  public var value: String

  /// A header.
  public init(_ name: String, _ value: String) {
    self.name = name
    self.value = value
  }
}

/// The answer to a request.
public struct HTTPResponse: Sendable {
  /// The status, such as 200.
  public let status: Int
  /// Headers, with lower-case names, in the order they came.
  public let headers: [HTTPHeader]
  /// The body where it was collected; a failing status always has its body here.
  public let body: [UInt8]
  /// Bytes of the body, wherever they went.
  public let byteCount: Int

  /// The value of the first header of a lower-case name.
  public subscript(name: String) -> String? { headers.first { $0.name == name }?.value }

  /// Whether the status says that it was done: 200 to 299.
  public var isSuccess: Bool { (200..<300).contains(status) }
}

/// An exchange that brought no answer.
public struct HTTPError: Error, Hashable, Sendable {
  /// The kinds of failure that callers tell apart.
  public enum Code: String, Hashable, Sendable {
    /// No connection: name, route, port.
    case unreachable
    /// The other side's certificate is not to be trusted.
    case untrusted
    /// The connection ended in mid-exchange.
    case broken
    /// Too slow: the deadline passed, or nothing moved.
    case timeout
    /// The answer is larger than its limit.
    case tooLarge
    /// The address or a header cannot be sent.
    case invalid
    /// The run was asked to stop.
    case interrupted
  }

  /// What kind of failure it is.
  public let code: Code
  /// The library's words.
  public let reason: String

  /// A failure of kind `code`.
  public init(_ code: Code, _ reason: String) {
    self.code = code
    self.reason = reason
  }

  /// Whether the same exchange may go well a moment later.
  public var isTransient: Bool { code == .unreachable || code == .broken || code == .timeout }
}
