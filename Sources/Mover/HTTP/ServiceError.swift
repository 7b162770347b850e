/// Why a service did not do what it was asked: its own answer, or no answer at all.
package struct ServiceError: Error, Hashable, Sendable {
  /// The status of the answer; `nil` where none came.
  let status: Int?
  /// The service's word for it, such as `SlowDown`; empty where it gave none.
  let code: String
  /// A sentence: the service's, or the wire's.
  let message: String
  /// What the service's own people find the request by.
  let requestID: String?
  /// When the service says it may be asked again.
  let retryAfter: Duration?
  /// What went wrong on the wire, if that is it.
  let wire: HTTPError.Code?

  init(_ error: HTTPError) {
    status = nil
    code = ""
    message = error.reason
    requestID = nil
    retryAfter = nil
    wire = error.code
  }

  init(
    status: Int?, code: String, message: String, requestID: String?, retryAfter: Duration? = nil
  ) {
    self.status = status
    self.code = code
    self.message = message
    self.requestID = requestID
    self.retryAfter = retryAfter
    wire = nil
  }

  /// An answer that makes no sense: what is wrong with it.
  init(broken message: String) {
    self.init(status: nil, code: "", message: message, requestID: nil)
  }

  /// Conflicts between two writers that end by themselves, and bodies that were hurt on the way.
  private static let passing: Set<String> = [
    "ConditionalRequestConflict", "OperationAborted", "IncorrectState", "LockConflict",
    "ConcurrentObjectUpdate", "RequestTimeout", "BadDigest", "XAmzContentSHA256Mismatch",
    "IncompleteBody",
  ]

  /// Whether the same request may go well a moment later.
  var isTransient: Bool {
    if let wire { return wire == .unreachable || wire == .broken || wire == .timeout }
    switch status ?? 0 {
    case 408, 425, 429: return true
    case 501, 505: return false
    case 500...: return true
    // An answer that began well and ends in an error, or that is not the one asked for.
    case 200..<300: return true
    // An answer to HEAD does not say which conflict it is.
    case 409 where code.isEmpty: return true
    // Oracle's word for a body that does not fit its checksum begins so.
    case 400 where code.hasPrefix("Unmatched"): return true
    default: return ServiceError.passing.contains(code)
    }
  }

  /// Cause and request in one line.
  package var cause: String {
    var words = message
    if let status {
      words = code.isEmpty ? "status \(status)" : "\(code) (status \(status))"
      if !message.isEmpty { words += ": \(message)" }
    }
    return requestID.map { "\(words) [request \($0)]" } ?? words
  }
}

extension StoreError {
  /// The failure of `operation` on `object` as the service told it.
  init(_ error: ServiceError, _ operation: String, _ object: String, remedy: String?) {
    let code: Code =
      switch (error.wire, error.status ?? 0) {
      case (.interrupted?, _): .interrupted
      case (.tooLarge?, _): .limit
      case (_, 401), (_, 403): .refused
      case (_, 404): .missing
      case (_, 507): .full
      case _ where error.code == "QuotaExceeded": .full
      case _ where error.code.hasPrefix("Expired"): .refused
      default: .failed
      }
    self.init(code, operation, object, error.cause, remedy: remedy)
  }
}
