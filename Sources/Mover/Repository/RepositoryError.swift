import FrameEngine
import Glibc

/// Why work on a repository could not be done, and what to do about it.
public struct RepositoryError: Error, Hashable, Sendable {
  /// The kinds of failure that callers tell apart.
  public enum Code: String, Hashable, Sendable {
    /// There is no repository at the place.
    case noRepository = "no-repository"
    /// The place holds something already.
    case exists
    /// What lies there is not farmio's, or of another repository.
    case foreign
    /// Written by a newer format.
    case newer
    /// The repository is encrypted and no passphrase or key file was given.
    case locked
    /// The passphrase or key file is not the right one.
    case wrongKey = "wrong-key"
    /// No snapshot of this name, or more than one.
    case noSnapshot = "no-snapshot"
    /// The snapshot has no such path.
    case noPath = "no-path"
    /// Stored bytes are not what was written.
    case damaged
    /// Another run took this one for dead and fenced it off; nothing was committed.
    case fenced
    /// The disk or the wire failed.
    case storage
    /// A source file or target could not be used.
    case file
    /// Stopped on request.
    case interrupted
  }

  /// What kind of failure it is.
  public let code: Code
  /// The object, file or place it is about.
  public let object: String
  /// What was tried and why it failed, in one sentence.
  public let reason: String
  /// What a person can do; empty if there is nothing to say.
  public let remedy: String

  /// A failure about `object`.
  public init(_ code: Code, _ object: String, _ reason: String, remedy: String = "") {
    self.code = code
    self.object = object
    self.reason = reason
    self.remedy = remedy
  }

  /// Stopped on request.
  static let interrupted = RepositoryError(
    .interrupted, "farmio", "stopped on request", remedy: "run the same command to go on")

  /// A store's failure.
  init(_ error: StoreError) {
    if error.code == .interrupted {
      self = .interrupted
      return
    }
    let usual =
      switch error.code {
      case .full: "free some space and run the command again"
      case .refused: "check permissions, and that the place is not read-only"
      case .missing, .limit, .interrupted, .failed: ""
      }
    self.init(
      .storage, error.object, "cannot \(error.operation): \(error.cause)",
      remedy: error.remedy.map { $0.hasSuffix(".") ? String($0.dropLast()) : $0 } ?? usual)
  }

  /// Bytes of `object` that are not what they should be.
  init(_ error: FormatError, in object: String) {
    switch error.code {
    case .newer:
      self.init(
        .newer, object, error.description, remedy: "use a newer farmio for this repository")
    case .foreign:
      self.init(
        .foreign, object, error.description,
        remedy: "check the place; if it is the right one, run farmio check --repair")
    case .truncated, .malformed, .corrupt, .limit:
      self.init(
        .damaged, object, error.description,
        remedy: "run farmio check --read-data to see how far the damage goes")
    }
  }

  /// A file's failure.
  init(_ error: DiskError) {
    if error.code == ECANCELED {
      self = .interrupted
      return
    }
    let remedy =
      switch error.code {
      case ENOSPC, EDQUOT: "make room there, then run the same command again: it goes on"
      case EROFS: "it is mounted read-only: mount it for writing, or choose another"
      case EACCES, EPERM: "run as a user who may do this, or change the permissions"
      case EIO: "the disk reports a fault: see 'dmesg', and copy what is on it elsewhere"
      default: ""
      }
    self.init(
      .file, error.name.description, "cannot \(error.operation.rawValue): \(error.cause)",
      remedy: remedy)
  }
}

extension RepositoryError: CustomStringConvertible {
  /// The object and the reason; the remedy is apart.
  public var description: String { "\(object): \(reason)" }
}

/// Runs `body`, naming `object` in what its parser says.
func parsing<T>(
  _ object: @autoclosure () -> String, _ body: () throws(FormatError) -> T
) throws(RepositoryError) -> T {
  do { return try body() } catch { throw RepositoryError(error, in: object()) }
}

/// Runs a store operation.
func storing<T>(_ body: () throws(StoreError) -> T) throws(RepositoryError) -> T {
  do { return try body() } catch { throw RepositoryError(error) }
}

extension CancelToken {
  /// Throws `.interrupted` once the token is cancelled.
  func check() throws(RepositoryError) {
    if isCancelled { throw .interrupted }
  }
}
