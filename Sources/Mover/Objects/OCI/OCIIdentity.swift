import FrameEngine
import Synchronization

/// Who asks: gives the signer for each request, and gets a fresh one before the old one ends, or when
/// a service refuses it.
package final class OCIIdentity: Sendable {
  /// What obtains a signer; `nil` seconds for one that does not end by itself.
  typealias Source = @Sendable () throws(ServiceError) -> (signer: OCISigner, end: Int64?)

  private struct State {
    var current: (signer: OCISigner, end: Int64?)?
    /// A failure, and until when it is told again without asking.
    var failure: (error: ServiceError, until: Int64)?
  }

  private let obtain: Source
  private let clock: any Clock
  /// Held while a signer is obtained: of many callers one asks, and all get its answer.
  private let state = Mutex(State())

  /// Seconds before its end at which a signer is not used any more.
  private static let margin: Int64 = 60

  init(clock: any Clock, _ obtain: @escaping Source) {
    self.clock = clock
    self.obtain = obtain
  }

  /// A signer that never changes.
  package convenience init(_ signer: OCISigner) {
    self.init(clock: SystemClock()) { () throws(ServiceError) in (signer, nil) }
  }

  /// The signer for a request that goes out now.
  func signer() throws(ServiceError) -> OCISigner {
    try state.withLock { state throws(ServiceError) in
      if let current = state.current {
        guard let end = current.end, end - OCIIdentity.margin <= clock.now().seconds else {
          return current.signer
        }
      }
      return try refresh(&state)
    }
  }

  /// Gets another signer, since a service refused `signer`; whether there is another.
  @discardableResult
  func renew(_ signer: OCISigner) throws(ServiceError) -> Bool {
    try state.withLock { state throws(ServiceError) in
      // Somebody else may have been faster.
      if let current = state.current, current.signer.keyID != signer.keyID { return true }
      return try refresh(&state).keyID != signer.keyID
    }
  }

  private func refresh(_ state: inout State) throws(ServiceError) -> OCISigner {
    if let failure = state.failure, clock.now().seconds < failure.until { throw failure.error }
    do throws(ServiceError) {
      let fresh = try obtain()
      state.current = fresh
      state.failure = nil
      return fresh.signer
    } catch {
      // Many threads would else ask in turn what has just failed.
      if error.wire != .interrupted {
        state.failure = (error, clock.now().seconds + Int64.random(in: 30...49))
      }
      throw error
    }
  }
}

extension OCIIdentity {
  /// Seconds since 1970 at which a token (JWT) ends by its own word; `nil` if it does not say. It is
  /// ours to present, not to verify.
  static func end(of token: String) -> Int64? {
    let parts = token.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 3 else { return nil }
    var text = parts[1].map { $0 == "-" ? "+" : $0 == "_" ? "/" : $0 }.map(String.init).joined()
    while text.utf8.count % 4 != 0 { text += "=" }
    return Base64.bytes(text).flatMap { JSONValue(parsing: $0) }?["exp"]?.integer
  }
}

extension ServiceError {
  /// No service was asked, since there is nobody to ask as.
  init(credentials reason: String) {
    self.init(status: nil, code: ServiceError.credentials, message: reason, requestID: nil)
  }

  static let credentials = "Credentials"
}
