import Glibc

/// A thread with a body, to be joined.
struct BackgroundThread: Sendable {
  private let thread: pthread_t

  /// Starts `body` on a thread of its own.
  init(_ body: @escaping @Sendable () -> Void) {
    let box = unsafe Unmanaged.passRetained(Body(body))
    var thread = pthread_t()
    let failure = unsafe pthread_create(
      &thread, nil,
      { context in
        unsafe Unmanaged<Body>.fromOpaque(context!).takeRetainedValue().call()
        return nil
      }, unsafe box.toOpaque())
    precondition(failure == 0, "the system refuses another thread (error \(failure))")
    self.thread = thread
  }

  /// Waits until the body has returned.
  func join() {
    pthread_join(thread, nil)
  }

  private final class Body: Sendable {
    let call: @Sendable () -> Void
    init(_ call: @escaping @Sendable () -> Void) { self.call = call }
  }
}
