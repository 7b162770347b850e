import CLinux
import Glibc
import Synchronization

/// Owns stdout and stderr, so that lines and the progress bar never mix.
///
/// Stdout is buffered, and written out when the buffer is full or, at a terminal, at each line. A
/// reader that goes away (`farmio ls … | head`) ends the output quietly, not the work; any other
/// failure to write is told by `flush`.
final class Console: Sendable {
  private struct State {
    var pending: [UInt8] = []
    /// The bar on the screen; empty for none.
    var bar: [UInt8] = []
    var readerLeft = false
    var failure: Int32 = 0
  }

  private let state = Mutex(State())
  /// The descriptors to write to.
  private let output: Int32
  private let errors: Int32
  /// Whether a person sees stdout at once.
  let outputIsTerminal: Bool
  /// Whether a bar can be drawn on stderr.
  let errorsAreTerminal: Bool

  private static let bufferBytes = 64 << 10
  /// Return to the first column, and erase to the end of the line.
  private static let eraseLine = Array("\r\u{1B}[K".utf8)

  /// A console over two descriptors, which stay open.
  init(output: Int32 = STDOUT_FILENO, errors: Int32 = STDERR_FILENO) {
    self.output = output
    self.errors = errors
    outputIsTerminal = isatty(output) == 1
    errorsAreTerminal = isatty(errors) == 1
  }

  /// Whether whoever read stdout has gone: a command that only prints may stop.
  var readerLeft: Bool { state.withLock { $0.readerLeft } }

  /// Columns of the terminal on stderr; 80 where there is none.
  var columns: Int {
    var size = winsize()
    let known = unsafe ioctl(errors, UInt(TIOCGWINSZ), &size) == 0
    return known && size.ws_col > 0 ? Int(size.ws_col) : 80
  }

  /// Appends a line to stdout.
  func writeLine(_ line: [UInt8]) {
    state.withLock { state in
      state.pending.append(contentsOf: line)
      state.pending.append(UInt8(ascii: "\n"))
      if outputIsTerminal || state.pending.count >= Console.bufferBytes { drain(&state) }
    }
  }

  /// Appends bytes to stdout as they are.
  func write(_ bytes: RawSpan) {
    state.withLock { state in
      unsafe bytes.withUnsafeBytes { unsafe state.pending.append(contentsOf: $0) }
      if outputIsTerminal || state.pending.count >= Console.bufferBytes { drain(&state) }
    }
  }

  /// Writes a line to stderr, at once and above the bar.
  func note(_ line: String) {
    state.withLock { state in
      drain(&state)
      let erase = state.bar.isEmpty ? [] : Console.eraseLine
      _ = write(errors, erase + Array(line.utf8) + [UInt8(ascii: "\n")] + state.bar)
    }
  }

  /// Writes a line to stderr that is no concern of a terminal: a record of progress.
  func noteRecord(_ line: [UInt8]) {
    state.withLock { _ in _ = write(errors, line + [UInt8(ascii: "\n")]) }
  }

  /// Puts `bar`, which must fit into one line, in the place of the last one.
  func draw(bar: String) {
    state.withLock { state in
      state.bar = Array(bar.utf8)
      _ = write(errors, Console.eraseLine + state.bar)
    }
  }

  /// Removes the bar.
  func eraseBar() {
    state.withLock { state in
      guard !state.bar.isEmpty else { return }
      state.bar = []
      _ = write(errors, Console.eraseLine)
    }
  }

  /// Writes out what is pending; throws if any line since the start was lost.
  func flush() throws(CommandError) {
    let failure = state.withLock { state in
      drain(&state)
      return state.failure
    }
    guard failure == 0 else {
      throw CommandError(
        at: nil, "write the result to standard output", unsafe String(cString: strerror(failure)),
        remedy: "The work itself is done; make room where the output goes and look again.")
    }
  }

  private func drain(_ state: inout State) {
    guard !state.pending.isEmpty else { return }
    defer { state.pending.removeAll(keepingCapacity: true) }
    guard !state.readerLeft, state.failure == 0 else { return }
    let shared = outputIsTerminal && !state.bar.isEmpty
    if shared { _ = write(errors, Console.eraseLine) }
    switch write(output, state.pending) {
    case 0: break
    case EPIPE: state.readerLeft = true
    case let failure: state.failure = failure
    }
    if shared { _ = write(errors, state.bar) }
  }

  /// Writes all bytes; 0, or the error number.
  private func write(_ descriptor: Int32, _ bytes: [UInt8]) -> Int32 {
    var offset = 0
    while offset < bytes.count {
      let count = unsafe bytes.withUnsafeBytes { buffer in
        unsafe Glibc.write(descriptor, buffer.baseAddress! + offset, buffer.count - offset)
      }
      if count >= 0 {
        offset += count
      } else if errno == EAGAIN {
        // The other end shares a terminal that someone made non-blocking: wait for room.
        var request = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        _ = unsafe poll(&request, 1, 1_000)
      } else if errno != EINTR {
        return errno
      }
    }
    return 0
  }
}
