import CFuse
import CLinux
public import FrameEngine
import Glibc
import Synchronization

/// Why a mount could not be put into a folder.
public struct MountPointError: Error, Hashable, Sendable {
  /// The folder.
  public let folder: FileName
  /// Why, in words.
  public let cause: String
  /// What a person can do about it, a sentence.
  public let remedy: String
}

/// A folder in which the kernel shows a `Mount`, by FUSE.
///
/// Threads of its own take the kernel's requests. Whoever unmounts the folder from outside ends it
/// as well as a cancelled token does.
@safe public final class MountPoint: @unchecked Sendable {
  /// How the folder is mounted.
  public struct Options: Sendable {
    /// What listings of mounts show as the source.
    public var sourceName = "farmio"
    /// Whether users other than the one who mounts may look, as owners and modes let them.
    public var allowsOthers = false
    /// Threads that answer the kernel: as many requests may wait for the network at once.
    public var threads = 16

    /// The usual ways.
    public init() {}
  }

  private let mount: Mount
  private let folder: FileName
  private let options: Options
  private let clock: any Clock
  private let session: OpaquePointer
  private let context: Unmanaged<Mount>
  private let state = Mutex(State())
  /// Threads that answer the kernel now.
  private let active = Atomic<Int>(0)

  private struct State {
    /// The threads that may sit in a read of the kernel's requests.
    var readers: [pthread_t] = []
  }

  /// How often a collection is looked for, in nanoseconds: it waits for this mount meanwhile.
  private static let tendInterval: UInt64 = 10_000_000_000
  private static let pollInterval: UInt64 = 20_000_000

  /// Mounts `mount` in an existing folder. `serve` must follow.
  public init(
    _ mount: Mount, in folder: FileName, _ options: Options, clock: any Clock
  ) throws(MountPointError) {
    try MountPoint.check(folder)
    self.mount = mount
    self.folder = folder
    self.options = options
    self.clock = clock
    unsafe context = Unmanaged.passRetained(mount)
    guard let session = unsafe MountPoint.makeSession(options, context.toOpaque()) else {
      unsafe context.release()
      throw MountPointError(
        folder: folder, cause: "libfuse refuses its options", remedy: "Is libfuse 3 installed?")
    }
    guard unsafe folder.withCString({ unsafe fuse_session_mount(session, $0) }) == 0 else {
      unsafe fuse_session_destroy(session)
      unsafe context.release()
      throw MountPointError(
        folder: folder, cause: "the kernel or fusermount3 refuses; the line above says why",
        remedy: "Check that /dev/fuse is there, that the folder is yours, and that fuse3 is "
          + "installed; --allow-other needs root, or user_allow_other in /etc/fuse.conf.")
    }
    unsafe self.session = session
  }

  deinit {
    unsafe fuse_session_destroy(session)
    unsafe context.release()
  }

  /// Says more than libfuse would of a folder that cannot be mounted on.
  private static func check(_ folder: FileName) throws(MountPointError) {
    var status = stat()
    var fileSystem = statvfs()
    // The kernel may remember the status of a mount whose process is gone; this asks anew.
    let isThere = unsafe folder.withCString {
      unsafe stat($0, &status) == 0 && statvfs($0, &fileSystem) == 0
    }
    if isThere, status.st_mode & S_IFMT == S_IFDIR { return }
    if isThere {
      throw MountPointError(
        folder: folder, cause: "it is not a folder", remedy: "Give an empty folder.")
    }
    let code = errno
    let cause = unsafe String(cString: strerror(code))
    let remedy =
      switch code {
      case ENOTCONN:
        "A mount that was killed is in the way: take it off with fusermount3 -u \(folder)."
      case ENOENT: "Make the folder first."
      default: "Check the path and its permissions."
      }
    throw MountPointError(folder: folder, cause: cause, remedy: remedy)
  }

  private static func makeSession(
    _ options: Options, _ context: UnsafeMutableRawPointer
  ) -> OpaquePointer? {
    var arguments = unsafe fuse_args()
    defer { unsafe fuse_opt_free_args(&arguments) }
    // libfuse takes commas and backslashes in values escaped.
    let name = options.sourceName.reduce(into: "") {
      $0 += $1 == "," || $1 == "\\" ? "\\\($1)" : String($1)
    }
    var words = "ro,default_permissions,subtype=farmio,fsname=\(name)"
    if options.allowsOthers { words += ",allow_other" }
    for word in ["farmio", "-o", words] {
      guard unsafe fuse_opt_add_arg(&arguments, word) == 0 else { return nil }
    }
    var operations = FuseOperations.table()
    return unsafe fuse_session_new(
      &arguments, &operations, MemoryLayout<fuse_lowlevel_ops>.size, context)
  }

  /// Answers the kernel until the folder is unmounted or `cancellation` is cancelled; then the
  /// folder is unmounted and nothing runs any more. To be called once.
  public func serve(until cancellation: CancelToken) {
    let count = options.threads
    active.store(count, ordering: .releasing)
    farmio_fuse_take_wakeups()
    let threads = (0..<count).map { _ in
      WorkerThread("farmio mount") { [self] in
        receive()
        active.subtract(1, ordering: .acquiringAndReleasing)
      }
    }
    tendWhileServing(cancellation)
    for thread in threads { thread.join() }
    unsafe fuse_session_unmount(session)
  }

  private func tendWhileServing(_ cancellation: CancelToken) {
    let count = options.threads
    var tended = clock.monotonic()
    // One thread that leaves has seen the end: it comes for all.
    while active.load(ordering: .acquiring) == count, !cancellation.isCancelled {
      clock.sleep(nanoseconds: MountPoint.pollInterval)
      guard clock.monotonic() - tended >= MountPoint.tendInterval else { continue }
      mount.tend()
      tended = clock.monotonic()
    }
    unsafe fuse_session_exit(session)
    // A thread in a read does not see the flag: a signal ends the read, at most a moment after the
    // thread looked at the flag, so it is sent until all are gone.
    while active.load(ordering: .acquiring) > 0 {
      for reader in state.withLock({ $0.readers }) { pthread_kill(reader, SIGUSR1) }
      clock.sleep(nanoseconds: MountPoint.pollInterval / 4)
    }
  }

  /// Takes requests and answers them, one at a time.
  private func receive() {
    let own = pthread_self()
    state.withLock { $0.readers.append(own) }
    defer { state.withLock { state in state.readers.removeAll { $0 == own } } }
    var buffer = unsafe fuse_buf()
    defer { unsafe free(buffer.mem) }
    while unsafe fuse_session_exited(session) == 0 {
      let count = unsafe fuse_session_receive_buf(session, &buffer)
      if count == -EINTR || count == -EAGAIN { continue }
      // 0: the folder was unmounted. Anything else: the connection is broken.
      guard count > 0 else { return }
      unsafe fuse_session_process_buf(session, &buffer)
    }
  }
}
