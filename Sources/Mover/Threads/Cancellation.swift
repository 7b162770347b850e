import Synchronization

/// A wish to stop, seen by every thread that holds the token. Set once, never taken back.
public final class CancelToken: Sendable {
  private let flag = Atomic<Bool>(false)

  /// A token that nobody has cancelled.
  public init() {}

  /// Asks everyone who holds the token to stop. Safe in a signal handler.
  public func cancel() { flag.store(true, ordering: .releasing) }

  /// Whether `cancel` has been called.
  public var isCancelled: Bool { flag.load(ordering: .acquiring) }
}
