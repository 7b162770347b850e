import CLinux
import Glibc
import Synchronization

/// A plain thread of the operating system, for work that blocks. Swift's own pool has a thread a
/// core, and one blocking call in it stops a part of everything else.
public final class WorkerThread: Sendable {
  private let thread: pthread_t
  private let isJoined = Atomic<Bool>(false)

  /// Starts a thread that runs `body` and shows `name` in listings (the first 15 bytes).
  public init(_ name: String, _ body: @escaping @Sendable () -> Void) {
    let start = unsafe Unmanaged.passRetained(ThreadStart(name: name, body: body))
    var thread = pthread_t()
    let code = unsafe pthread_create(
      &thread, nil,
      { argument in
        let start = unsafe Unmanaged<ThreadStart>.fromOpaque(argument!).takeRetainedValue()
        _ = unsafe start.name.withCString { unsafe farmio_name_thread($0) }
        start.body()
        return nil
      }, start.toOpaque())
    precondition(code == 0, "the system gives no more threads")
    self.thread = thread
  }

  deinit {
    precondition(isJoined.load(ordering: .acquiring), "a thread was left without join")
  }

  /// Waits until the thread has ended. Every thread is joined exactly once.
  public func join() {
    let wasJoined = isJoined.exchange(true, ordering: .acquiringAndReleasing)
    precondition(!wasJoined, "a thread was joined twice")
    let code = pthread_join(thread, nil)
    precondition(code == 0, "a thread waited for itself")
  }
}

/// What a new thread finds: its name and its work.
private final class ThreadStart: Sendable {
  let name: String
  let body: @Sendable () -> Void

  init(name: String, body: @escaping @Sendable () -> Void) {
    self.name = name
    self.body = body
  }
}

/// Runs `body` on `count` threads at once, with the numbers 0 to `count - 1`, and returns when all
/// have ended. The calling thread is number 0, so a count of 1 starts nothing.
public func runWorkers(
  count: Int, name: String = "farmio worker", _ body: @Sendable (Int) -> Void
) {
  precondition(count > 0, "work needs a worker")
  withoutActuallyEscaping(body) { body in
    let threads = (1..<max(count, 1)).map { index in WorkerThread(name) { body(index) } }
    body(0)
    for thread in threads { thread.join() }
  }
}
