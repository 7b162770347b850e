import CNFS
import FrameEngine
import Glibc

/// One connection to a server with an export mounted: a context of libnfs, which is for one thread
/// at a time. The library never connects again by itself: whoever holds the link knows then which
/// calls were sent twice.
@safe struct NFSLink: ~Copyable {
  private let context: OpaquePointer
  private let rpc: OpaquePointer
  /// The export's root.
  let root: farmio_nfs_file
  /// The most bytes that one read or write carries.
  let sizes: (read: Int, write: Int)

  /// Takes over a context with an export mounted.
  private init(_ context: OpaquePointer, root: farmio_nfs_file) {
    unsafe self.context = context
    unsafe rpc = nfs_get_rpc_context(context)
    self.root = root
    let most: UInt64 = 1 << 20
    unsafe sizes = (
      Int(min(max(nfs_get_readmax(context), 4096), most)),
      Int(min(max(nfs_get_writemax(context), 4096), most))
    )
  }

  /// Connects and mounts. `address` says where; the failure says why not.
  static func connect(_ address: NFSAddress) throws(NFSFailure) -> NFSLink {
    guard let context = unsafe nfs_init_context() else {
      throw NFSFailure(ENOMEM, "libnfs has no memory")
    }
    do throws(NFSFailure) {
      try unsafe NFSLink.mount(address, context)
    } catch {
      unsafe nfs_destroy_context(context)
      throw error
    }
    let root = unsafe farmio_nfs_root(context)
    if root.length == 0 {
      unsafe nfs_destroy_context(context)
      throw NFSFailure(EBADMSG, "the server sends a handle longer than NFS version 3 has")
    }
    return unsafe NFSLink(context, root: root)
  }

  deinit { unsafe nfs_destroy_context(context) }

  private static func mount(_ address: NFSAddress, _ context: OpaquePointer) throws(NFSFailure) {
    // Only an address sets the version and the ports.
    let options = "nfs://server/?version=3&auto-traverse-mounts=0\(address.portOptions)"
    guard let url = unsafe nfs_parse_url_incomplete(context, options) else {
      throw NFSFailure(EINVAL, unsafe text(nfs_get_error(context)))
    }
    unsafe nfs_destroy_url(url)
    unsafe nfs_set_auth(context, NFSIdentity.current.authentication())
    unsafe nfs_set_dircache(context, 0)
    unsafe nfs_set_autoreconnect(context, 0)
    unsafe nfs_set_tcp_syncnt(context, 3)
    unsafe nfs_set_timeout(context, 15_000)
    let code = unsafe FileName(address.export).withCString { export in
      unsafe nfs_mount(context, address.server, export)
    }
    // From here on the connection's thread watches for silence.
    unsafe nfs_set_timeout(context, -1)
    if code == 0 { return }
    // The library answers -1 for a name without an address and -5 for a closed door.
    let cause: Int32 = code == -1 ? EHOSTUNREACH : code == -EIO ? EHOSTDOWN : -code
    throw NFSFailure(cause, unsafe text(nfs_get_error(context)))
  }

  private static func text(_ words: UnsafePointer<CChar>?) -> String {
    unsafe words.map { unsafe String(cString: $0) } ?? "no reason is given"
  }

  /// Sends a call; `false` if there is no memory for it.
  borrowing func issue(_ call: NFSCall, _ deck: NFSDeck) -> Bool {
    guard unsafe call.issue(to: rpc, deck) else { return false }
    deck.departed()
    return true
  }

  /// Waits until the server says something, `waker` can be read, or a second has gone, and handles
  /// what came. `false` if the connection is broken.
  borrowing func serve(waker: Int32) -> Bool {
    var waits = [
      pollfd(
        fd: unsafe nfs_get_fd(context), events: Int16(unsafe nfs_which_events(context)),
        revents: 0),
      pollfd(fd: waker, events: Int16(POLLIN), revents: 0),
    ]
    // An interrupted or timed out wait has no events.
    guard unsafe poll(&waits, 2, 1000) > 0 else { return true }
    if waits[1].revents != 0 {
      var bytes = InlineArray<64, UInt8>(repeating: 0)
      _ = unsafe withUnsafeMutableBytes(of: &bytes) {
        unsafe Glibc.read(waker, $0.baseAddress!, 64)
      }
    }
    if waits[0].revents == 0 { return true }
    return unsafe nfs_service(context, Int32(waits[0].revents)) >= 0
  }
}

/// Why a server could not be reached, or would not let us in.
public struct NFSFailure: Error, Hashable, Sendable {
  /// The nearest error number: EHOSTUNREACH for a server without an address, EHOSTDOWN where nobody
  /// answers, and what the server says of the export (EACCES, ENOENT).
  public let code: Int32
  /// The library's words.
  public let words: String

  init(_ code: Int32, _ words: String) {
    self.code = code
    self.words = words
  }

  /// The cause for a person: the system's words, and the library's where they say more.
  public var reason: String {
    let system = unsafe String(cString: strerror(code))
    return code == EHOSTDOWN ? "the server does not answer" : "\(system) (\(words))"
  }
}

/// Who we are to servers: AUTH_SYS, the numbers of the user and of up to 16 groups (RFC 5531, 8.2).
struct NFSIdentity {
  let user: UInt32
  let group: UInt32
  let groups: [UInt32]

  /// This process.
  static let current: NFSIdentity = {
    var groups = [gid_t](repeating: 0, count: 65_536)
    let count = unsafe getgroups(Int32(groups.count), &groups)
    return NFSIdentity(
      user: geteuid(), group: getegid(), groups: Array(groups.prefix(min(max(Int(count), 0), 16))))
  }()

  /// What a context takes over.
  func authentication() -> UnsafeMutablePointer<AUTH>? {
    var groups = groups
    return unsafe groups.withUnsafeMutableBufferPointer {
      unsafe libnfs_authunix_create("farmio", user, group, UInt32($0.count), $0.baseAddress)
    }
  }
}
