import Glibc

/// A system call that failed.
struct SystemError: Error, Hashable, Sendable {
  /// The kernel's error number.
  let code: Int32

  /// The kernel's words for it.
  var cause: String { unsafe String(cString: strerror(code)) }

  /// A pipe that children do not inherit; both ends are the caller's to close.
  static func pipe() throws(SystemError) -> (reading: Int32, writing: Int32) {
    var ends: [Int32] = [-1, -1]
    guard unsafe Glibc.pipe(&ends) == 0 else { throw SystemError(code: errno) }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    return (ends[0], ends[1])
  }
}
