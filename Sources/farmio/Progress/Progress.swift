import Glibc
import Mover
import Synchronization

/// Shows the counters of a running job, ten times a second on a bar or once a second as records,
/// from a thread of its own: the workers only count.
final class Progress: Sendable {
  /// How progress is shown.
  enum Style: Hashable, Sendable {
    case bar(ProgressBar.Look)
    case json
    case silent
  }

  private let verb: String
  private let counters: ProgressCounters
  private let style: Style
  private let console: Console
  private let start = ContinuousClock.now
  private let meter = Mutex(RateMeter())
  private let ticker = Mutex<Ticker?>(nil)

  /// Starts to show `counters`; `verb` says what is being done.
  init(_ verb: String, _ counters: ProgressCounters, style: Style, console: Console) {
    self.verb = verb
    self.counters = counters
    self.style = style
    self.console = console
    guard style != .silent else { return }
    let started = Ticker(every: style == .json ? 1_000 : 100) { [self] in show() }
    ticker.withLock { $0 = started }
  }

  /// Stops, and clears the line; the last record is written. May be called more than once.
  func finish() {
    let running = ticker.withLock { $0.take() }
    guard let running else { return }
    running.stop()
    if style == .json { show() }
    console.eraseBar()
  }

  private func show() {
    let span = (ContinuousClock.now - start).components
    let elapsed = Double(span.seconds) + Double(span.attoseconds) * 1e-18
    let bytes = counters.bytesDone.load(ordering: .relaxed)
    let rate = meter.withLock { $0.update(seconds: elapsed, bytes: bytes) }
    let sample = ProgressSample(counters, verb: verb, elapsed: elapsed, bytesPerSecond: rate)
    switch style {
    case .bar(let look):
      console.draw(bar: ProgressBar.line(sample, columns: console.columns, look: look))
    case .json: console.noteRecord(sample.record.bytes)
    case .silent: break
    }
  }
}

/// Calls a body at intervals, until it is stopped.
private struct Ticker: Sendable {
  private let thread: WorkerThread
  private let stopping = Stopping()

  init(every milliseconds: Int32, _ body: @escaping @Sendable () -> Void) {
    thread = WorkerThread("progress") { [stopping] in
      while !stopping.wait(milliseconds) { body() }
    }
  }

  /// Returns when the body runs no more.
  func stop() {
    stopping.tell()
    thread.join()
  }

  /// A pipe whose writing end is closed to end a wait at once.
  private final class Stopping: Sendable {
    private let reading: Int32
    private let writing: Int32

    init() {
      do throws(SystemError) {
        (reading, writing) = try SystemError.pipe()
      } catch {
        preconditionFailure("the progress bar gets no pipe: \(error.cause)")
      }
    }

    deinit { close(reading) }

    func tell() { close(writing) }

    /// Waits; `true` if told to stop meanwhile.
    func wait(_ milliseconds: Int32) -> Bool {
      var request = pollfd(fd: reading, events: Int16(POLLIN), revents: 0)
      return unsafe poll(&request, 1, milliseconds) > 0
    }
  }
}
