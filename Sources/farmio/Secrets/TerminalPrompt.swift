import CLinux
import FrameEngine
import Glibc

/// Asks a person for a passphrase at the terminal of the process, whatever stdin is.
struct TerminalPrompt: ~Copyable {
  private let terminal: Int32
  private let interrupt: Interrupt

  /// Opens the terminal.
  init(interrupt: Interrupt) throws(CommandError) {
    self.interrupt = interrupt
    terminal = unsafe FileName("/dev/tty").withCString {
      unsafe farmio_openat(AT_FDCWD, $0, O_RDWR | O_CLOEXEC | O_NOCTTY, 0)
    }
    guard terminal >= 0 else {
      throw CommandError(
        at: nil, "ask for the passphrase", "there is no terminal",
        remedy: "Set FARMIO_PASSWORD_FILE or FARMIO_PASSWORD_COMMAND, or use --password-file.")
    }
  }

  deinit {
    if terminal >= 0 { close(terminal) }
  }

  /// One line, typed unseen.
  borrowing func ask(_ prompt: String) throws(CommandError) -> [UInt8] {
    var before = termios()
    guard unsafe tcgetattr(terminal, &before) == 0 else { throw failure(errno) }
    var silent = before
    silent.c_lflag &= ~tcflag_t(ECHO)
    silent.c_lflag |= tcflag_t(ICANON | ISIG)
    guard unsafe tcsetattr(terminal, TCSAFLUSH, &silent) == 0 else { throw failure(errno) }
    defer {
      unsafe tcsetattr(terminal, TCSAFLUSH, &before)
      say("\n")
    }
    say(prompt)
    return try readLine()
  }

  private borrowing func readLine() throws(CommandError) -> [UInt8] {
    var line = [UInt8]()
    while true {
      // The signals go to another thread, so a blocked read would not notice them.
      var request = pollfd(fd: terminal, events: Int16(POLLIN), revents: 0)
      let ready = unsafe poll(&request, 1, 100)
      try interrupt.check()
      if ready == 0 { continue }
      var byte: UInt8 = 0
      let count = unsafe read(terminal, &byte, 1)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw failure(errno) }
      guard count == 1, byte != UInt8(ascii: "\n") else { return line }
      guard line.count < SecretSource.secretBytes else { throw failure(EFBIG) }
      line.append(byte)
    }
  }

  private borrowing func say(_ text: String) {
    let bytes = Array(text.utf8)
    _ = unsafe bytes.withUnsafeBytes { unsafe write(terminal, $0.baseAddress, $0.count) }
  }

  private borrowing func failure(_ code: Int32) -> CommandError {
    CommandError(
      at: "/dev/tty", "ask for the passphrase", SystemError(code: code).cause)
  }
}
