import Glibc
import Mover
import Synchronization

/// SIGINT and SIGTERM: the first asks the work to stop, the second ends the process at once.
///
/// The handler only writes to a pipe. A thread of its own waits there, so that what happens then is
/// ordinary code, and not the little that a signal handler may do.
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

  /// Takes over the two signals for the rest of the process, and ignores SIGPIPE. A signal that the
  /// parent had ignored, as `nohup` does, stays ignored.
  func install(console: Console) throws(SystemError) {
    let pipe = try SystemError.pipe()
    signalPipe.store(pipe.writing, ordering: .releasing)
    signal(SIGPIPE, SIG_IGN)
    for number in [SIGINT, SIGTERM] {
      let previous = signal(number, tellSignalPipe)
      if unsafe unsafeBitCast(previous, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self) {
        signal(number, SIG_IGN)
      }
    }
    _ = BackgroundThread { [self] in
      var byte: UInt8 = 0
      while true {
        guard unsafe read(pipe.reading, &byte, 1) == 1 else { continue }
        if isAsked {
          console.eraseBar()
          _exit(ExitStatus.interrupted.rawValue)
        }
        ask()
        console.note("farmio: stopping; press Ctrl-C again to end at once")
      }
    }
  }
}

/// The end of a pipe that the signal handler writes to; -1 before it is installed.
private let signalPipe = Atomic<Int32>(-1)

/// Runs inside a signal: one system call, and errno as it was.
private func tellSignalPipe(_: Int32) {
  let before = errno
  var byte: UInt8 = 0
  _ = unsafe write(signalPipe.load(ordering: .relaxed), &byte, 1)
  errno = before
}
