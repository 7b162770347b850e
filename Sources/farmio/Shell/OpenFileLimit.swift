import Glibc

/// How many files the process may hold open.
enum OpenFileLimit {
  /// Raises the soft limit to the hard one: restore and sync hold many files open, and the usual
  /// soft limit of 1,024 is there for programs that use `select`. Where that is refused the limit
  /// stays as it was, and an operation that meets it says so.
  static func raise() {
    var limit = rlimit()
    guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
    limit.rlim_cur = limit.rlim_max
    unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
  }
}
