import CLinux
import FrameEngine
import Glibc
import Testing

/// A terminal whose other end the test holds: what is written to `inner` is read from `outer`.
struct PseudoTerminal: ~Copyable {
  let outer: Int32
  let inner: Int32

  private init(outer: Int32, inner: Int32) {
    self.outer = outer
    self.inner = inner
  }

  /// A terminal of this width.
  static func open(columns: UInt16) throws -> PseudoTerminal {
    let outer = unsafe FileName("/dev/ptmx").withCString {
      unsafe farmio_openat(AT_FDCWD, $0, O_RDWR | O_NOCTTY | O_CLOEXEC, 0)
    }
    try #require(outer >= 0)
    // TIOCSPTLCK and TIOCGPTN: the Glibc module lacks unlockpt and ptsname.
    var locked: Int32 = 0
    var number: Int32 = 0
    try #require(unsafe ioctl(outer, 0x4004_5431, &locked) == 0)
    try #require(unsafe ioctl(outer, 0x8004_5430, &number) == 0)
    let inner = unsafe FileName("/dev/pts/\(number)").withCString {
      unsafe farmio_openat(AT_FDCWD, $0, O_RDWR | O_NOCTTY | O_CLOEXEC, 0)
    }
    try #require(inner >= 0)
    var size = winsize(ws_row: 24, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
    try #require(unsafe ioctl(inner, UInt(TIOCSWINSZ), &size) == 0)
    return PseudoTerminal(outer: outer, inner: inner)
  }

  deinit {
    close(outer)
    close(inner)
  }

  /// Reads until `text` has appeared.
  borrowing func read(until text: String) throws -> String {
    var seen = ""
    while !seen.contains(text) {
      seen += String(decoding: try #require(Descriptor.readSome(outer)), as: UTF8.self)
    }
    return seen
  }
}
