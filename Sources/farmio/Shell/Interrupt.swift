import Glibc
import Mover
import Synchronization

/// SIGINT and SIGTERM: the first asks the work to stop, the second ends the process at once.
///
/// The handler only writes to a pipe. A thread of its own waits there, so that what happens then is
/// ordinary code, and not the little that a signal handler may do.
final class Interrupt: Sendable {
  /// Cancelled by the first signal: what every engine watches.
  let token = CancelToken()
  private let watcher = Mutex<WorkerThread?>(nil)

  /// An interrupt that comes only from its token.
  init() {}

  /// Whether the work was asked to stop.
  var isAsked: Bool { token.isCancelled }

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
    let thread = WorkerThread("signals") { [self] in
      var byte: UInt8 = 0
      while true {
        guard unsafe read(pipe.reading, &byte, 1) == 1 else { continue }
        if isAsked {
          console.eraseBar()
          _exit(ExitStatus.interrupted.rawValue)
        }
        token.cancel()
        console.note("farmio: stopping; press Ctrl-C again to end at once")
      }
    }
    // Kept, never joined: it waits for signals as long as the process lives.
    watcher.withLock { $0 = thread }
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
