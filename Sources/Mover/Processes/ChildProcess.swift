import CLinux
import FrameEngine
import Glibc

/// One of our helper programs that runs, or none yet, or none any more. Ends with its owner.
///
/// It finds a socket to us at descriptor 3 and memory that we share at 4. It has its own process
/// group, so that an interrupt at the terminal is ours to handle, and of our environment only what
/// it is said to get, so that no secret reaches it by chance. If we die, it finds its socket closed.
/// (The kernel's parent-death signal would come when the *thread* ends that started it.)
struct ChildProcess: ~Copyable, Sendable {
  /// The process's number; `nil` while none runs. It is ours to reap, so the number stays its own.
  private(set) var identifier: pid_t?
  private var socket: Int32 = -1

  /// Why a process gave no answer.
  enum Silence: Error {
    /// It had ended before it took the request.
    case gone
    /// It ended over the request.
    case ended
    /// It has not answered in time.
    case late
  }

  /// No process.
  init() {}

  deinit { _ = ChildProcess.finish(identifier, socket) }

  /// Starts the program at `path` over this memory, with those of our `variables` that are set. It
  /// has not said anything yet.
  mutating func start(
    _ path: FileName, _ arguments: [String], variables: [String] = ["LD_LIBRARY_PATH"],
    memory: Int32
  ) throws(SystemCause) {
    precondition(identifier == nil, "one process at a time")
    var pair: [Int32] = [-1, -1]
    let made = unsafe farmio_socket_pair(&pair)
    if made < 0 { throw SystemCause(code: Int32(-made)) }
    defer { close(pair[1]) }
    do throws(SystemCause) {
      identifier = try ChildProcess.spawn(
        path, arguments, variables, socket: pair[1], memory: memory)
    } catch {
      close(pair[0])
      throw error
    }
    socket = pair[0]
  }

  /// Ends the process, if it has not ended, and returns how it ended as `waitpid` tells.
  @discardableResult
  mutating func end() -> Int32 {
    defer {
      identifier = nil
      socket = -1
    }
    return ChildProcess.finish(identifier, socket)
  }

  /// Sends a request.
  func send(_ bytes: [UInt8]) throws(Silence) {
    var sent = 0
    while sent < bytes.count {
      let count = unsafe bytes.withUnsafeBytes {
        unsafe farmio_send(socket, $0.baseAddress! + sent, $0.count - sent)
      }
      if count > 0 { sent += count } else if count != -Int(EINTR) { throw .gone }
    }
  }

  /// Waits for a reply of `byteCount` bytes, at most for `limit`.
  func receive(_ byteCount: Int, within limit: Duration) throws(Silence) -> [UInt8] {
    let clock = SystemClock()
    let (seconds, attoseconds) = limit.components
    let deadline =
      clock.monotonic() + UInt64(seconds) * 1_000_000_000 + UInt64(attoseconds) / 1_000_000_000
    var reply = [UInt8](repeating: 0, count: byteCount)
    var received = 0
    while received < reply.count {
      let now = clock.monotonic()
      guard now < deadline else { throw .late }
      var wait = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
      let milliseconds = Int32(clamping: (deadline - now + 999_999) / 1_000_000)
      guard unsafe poll(&wait, 1, milliseconds) > 0 else { continue }
      let count = unsafe reply.withUnsafeMutableBytes {
        unsafe farmio_receive(socket, $0.baseAddress! + received, $0.count - received)
      }
      switch count {
      case 1...: received += count
      case -Int(EINTR): continue
      // What we sent lay there unread.
      case -Int(ECONNRESET): throw .gone
      default: throw .ended
      }
    }
    return reply
  }

  /// Kills and reaps. What has died by itself keeps its own status.
  private static func finish(_ identifier: pid_t?, _ socket: Int32) -> Int32 {
    guard let identifier else { return 0 }
    close(socket)
    kill(identifier, SIGKILL)
    var status: Int32 = 0
    while unsafe waitpid(identifier, &status, 0) < 0, errno == EINTR {}
    return status
  }

  /// The numbers that the program expects its two descriptors at.
  private static let socketNumber: Int32 = 3
  private static let memoryNumber: Int32 = 4

  private static func spawn(
    _ path: FileName, _ words: [String], _ variables: [String], socket: Int32, memory: Int32
  ) throws(SystemCause) -> pid_t {
    // Out of the way of the numbers that they get in the child.
    let spareSocket = farmio_duplicate(socket, 16)
    defer { if spareSocket >= 0 { close(spareSocket) } }
    let spareMemory = farmio_duplicate(memory, 16)
    defer { if spareMemory >= 0 { close(spareMemory) } }
    if min(spareSocket, spareMemory) < 0 {
      throw SystemCause(code: -min(spareSocket, spareMemory))
    }
    var actions = unsafe posix_spawn_file_actions_t()
    var attributes = posix_spawnattr_t()
    unsafe posix_spawn_file_actions_init(&actions)
    unsafe posix_spawnattr_init(&attributes)
    defer {
      unsafe posix_spawn_file_actions_destroy(&actions)
      unsafe posix_spawnattr_destroy(&attributes)
    }
    for number in STDIN_FILENO...STDERR_FILENO {
      unsafe posix_spawn_file_actions_addopen(&actions, number, "/dev/null", O_RDWR, 0)
    }
    unsafe posix_spawn_file_actions_adddup2(&actions, spareSocket, socketNumber)
    unsafe posix_spawn_file_actions_adddup2(&actions, spareMemory, memoryNumber)
    setSignals(&attributes)

    var process: pid_t = 0
    let result = unsafe path.withCString { path in
      var arguments = unsafe [strdup(path)] + words.map { unsafe strdup($0) } + [nil]
      defer { unsafe arguments.forEach { unsafe free($0) } }
      var environment = unsafe environment(of: variables)
      defer { unsafe environment.forEach { unsafe free($0) } }
      return unsafe posix_spawn(
        &process, path, &actions, &attributes, &arguments, &environment)
    }
    if result != 0 { throw SystemCause(code: result) }
    return process
  }

  /// All signals as a new program expects them, and a process group of its own.
  private static func setSignals(_ attributes: inout posix_spawnattr_t) {
    unsafe farmio_spawn_with_usual_signals(&attributes)
    unsafe posix_spawnattr_setpgroup(&attributes, 0)
    unsafe posix_spawnattr_setflags(
      &attributes,
      Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP))
  }

  /// What the program gets of our environment.
  private static func environment(of variables: [String]) -> [UnsafeMutablePointer<CChar>?] {
    var entries: [UnsafeMutablePointer<CChar>?] = unsafe []
    for name in variables {
      guard let value = unsafe getenv(name) else { continue }
      unsafe entries.append(strdup("\(name)=" + String(cString: value)))
    }
    return unsafe entries + [nil]
  }
}
