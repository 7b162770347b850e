import CLinux
import Glibc

/// A value behind a lock, and threads that wait until it changes.
///
/// The thread sanitizer sees this lock, which it does not of `Mutex` in Swift 6.3. Waiting costs
/// no processor time; waking another thread takes some 10 µs, so hand over batches, never single
/// items.
@safe public final class Condition<State>: @unchecked Sendable {
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let changed: UnsafeMutablePointer<pthread_cond_t>
  private var state: State

  /// A condition over `state`.
  public init(_ state: sending State) {
    unsafe mutex = .allocate(capacity: 1)
    unsafe changed = .allocate(capacity: 1)
    unsafe mutex.initialize(to: pthread_mutex_t())
    unsafe changed.initialize(to: pthread_cond_t())
    self.state = state
    unsafe check(pthread_mutex_init(mutex, nil))
    unsafe check(pthread_cond_init(changed, nil))
  }

  deinit {
    unsafe check(pthread_cond_destroy(changed))
    unsafe check(pthread_mutex_destroy(mutex))
    unsafe changed.deallocate()
    unsafe mutex.deallocate()
  }

  /// Runs `body` with the value, alone. Wakes nobody: see `signal` and `broadcast`.
  public func withLock<R, E: Error>(_ body: (inout State) throws(E) -> R) throws(E) -> R {
    unsafe check(pthread_mutex_lock(mutex))
    defer { unsafe check(pthread_mutex_unlock(mutex)) }
    return try body(&state)
  }

  /// Runs `body` with the value until it returns one, sleeping in between until woken.
  public func wait<R>(for body: (inout State) -> R?) -> R {
    unsafe check(pthread_mutex_lock(mutex))
    defer { unsafe check(pthread_mutex_unlock(mutex)) }
    while true {
      if let value = body(&state) { return value }
      unsafe check(pthread_cond_wait(changed, mutex))
    }
  }

  /// Wakes one waiting thread.
  public func signal() { unsafe check(pthread_cond_signal(changed)) }

  /// Wakes every waiting thread.
  public func broadcast() { unsafe check(pthread_cond_broadcast(changed)) }
}

/// Lock calls fail only when they are misused.
private func check(_ code: Int32) {
  precondition(code == 0, "a lock was misused")
}
