import Glibc
import Mover
import Synchronization

/// SIGINT and SIGTERM: the first asks the work to stop, the second ends the process at once.
///
/// A thread of its own waits for the signals, so that what happens then is ordinary code, and not
/// the little that a signal handler may do. Must be installed before any other thread is started:
/// threads inherit that the signals are blocked.
final class Interrupt: Sendable {
  private let asked = Atomic<Bool>(false)
  private let callbacks = Mutex<[@Sendable () -> Void]>([])

  /// An interrupt that comes only from `ask`.
  init() {}

  /// Whether the work was asked to stop.
  var isAsked: Bool { asked.load(ordering: .acquiring) }

  /// Calls `body` when the work is asked to stop, on the thread of the signals; at once if it was
  /// already.
  func whenAsked(_ body: @escaping @Sendable () -> Void) {
    let isLate = callbacks.withLock { callbacks in
      callbacks.append(body)
      return isAsked
    }
    if isLate { body() }
  }

  /// Asks the work to stop.
  func ask() {
    let bodies = callbacks.withLock { callbacks in
      asked.exchange(true, ordering: .acquiringAndReleasing) ? [] : callbacks
    }
    for body in bodies { body() }
  }

  /// Throws if the work was asked to stop.
  func check() throws(CommandError) {
    if isAsked { throw .interrupted }
  }

  /// Takes over the two signals for the rest of the process, and ignores SIGPIPE.
  func install(console: Console) {
    signal(SIGPIPE, SIG_IGN)
    var signals = Interrupt.signals
    unsafe pthread_sigmask(SIG_BLOCK, &signals, nil)
    _ = BackgroundThread { [self] in
      var signals = Interrupt.signals
      while true {
        var signal: Int32 = 0
        guard unsafe sigwait(&signals, &signal) == 0 else { continue }
        if isAsked {
          console.eraseBar()
          _exit(ExitStatus.interrupted.rawValue)
        }
        ask()
        console.note("farmio: stopping; press Ctrl-C again to end at once")
      }
    }
  }

  /// The signals that ask the work to stop.
  static var signals: sigset_t {
    var signals = sigset_t()
    unsafe sigemptyset(&signals)
    unsafe sigaddset(&signals, SIGINT)
    unsafe sigaddset(&signals, SIGTERM)
    return signals
  }
}
