import CNFS
import FrameEngine
import Glibc
import Synchronization

/// A server with one of its exports: a few connections, over which calls are spread.
final class NFSServer: Sendable {
  let address: NFSAddress
  /// The export's root.
  let root: farmio_nfs_file
  /// The most bytes that one read or write carries.
  let sizes: (read: Int, write: Int)
  private let connections: [NFSConnection]
  private let next = Atomic<Int>(0)
  let cancellation: CancelToken?
  /// Tells this export's volumes from those of the machine and of other servers.
  private let mark: UInt64

  /// Mounts the export. Whatever is wrong with the address is told now.
  init(
    _ address: NFSAddress, limits: NFSLimits, width: Int, cancellation: CancelToken?
  ) throws(NFSFailure) {
    let link = try NFSLink.connect(address)
    root = link.root
    sizes = link.sizes
    self.address = address
    self.cancellation = cancellation
    connections = (0..<width).map { _ in NFSConnection(address, limits, cancellation) }
    mark = (Array(String(decoding: address.name.bytes, as: UTF8.self).utf8)).reduce(
      0xCBF2_9CE4_8422_2325
    ) {
      ($0 ^ UInt64($1)) &* 0x100_0000_01B3
    }
  }

  /// Sends a call and goes on; `result(of:)` waits for it.
  func send(_ call: NFSCall) {
    let turn = next.add(1, ordering: .relaxed).oldValue
    connections[turn % connections.count].submit(call)
  }

  /// Waits for a call that was sent. A failure is told of `name`. A server that asks for patience
  /// (a file on tape, a lease to be called back) gets a minute.
  func result(
    of call: NFSCall, _ operation: DiskError.Operation, _ name: FileName
  ) throws(DiskError) -> NFSReply {
    var pause: UInt64 = 100_000_000
    for _ in 0..<64 {
      switch call.wait() {
      case .failure(let code): throw DiskError(operation, code: code, name: name)
      case .reply(let reply):
        if reply.status == 0 { return reply }
        guard reply.status == NFS3ERR_JUKEBOX.rawValue, cancellation?.isCancelled != true else {
          throw DiskError(operation, code: NFSServer.errorNumber(reply.status), name: name)
        }
      }
      SystemClock().sleep(nanoseconds: pause)
      pause = min(pause * 2, 1_000_000_000)
      send(call)
    }
    _ = call.wait()
    throw DiskError(operation, code: EAGAIN, name: name)
  }

  /// Sends a call and waits for its answer.
  @discardableResult
  func perform(
    _ call: NFSCall, _ operation: DiskError.Operation, _ name: FileName = ""
  ) throws(DiskError) -> NFSReply {
    send(call)
    return try result(of: call, operation, name)
  }

  /// The status of a file as the server describes it.
  func status(_ attributes: farmio_nfs_attributes) -> FileStatus {
    FileStatus(attributes, volume: (attributes.volume &* 0x9E37_79B9_7F4A_7C15 ^ mark) | 1 << 63)
  }

  /// Our error number for the protocol's (RFC 1813, 2.6). Those below 100 are the numbers of
  /// Berkeley's Unix, of which Linux shares the small ones.
  static func errorNumber(_ status: UInt32) -> Int32 {
    switch nfsstat3(status) {
    case NFS3ERR_NAMETOOLONG: ENAMETOOLONG
    case NFS3ERR_NOTEMPTY: ENOTEMPTY
    case NFS3ERR_DQUOT: EDQUOT
    case NFS3ERR_STALE, NFS3ERR_BADHANDLE: ESTALE
    case NFS3ERR_REMOTE: EREMOTE
    case NFS3ERR_NOTSUPP: EOPNOTSUPP
    case NFS3ERR_TOOSMALL, NFS3ERR_BADTYPE: EINVAL
    case NFS3ERR_JUKEBOX: EAGAIN
    case _ where status < 40: Int32(status)
    default: EREMOTEIO
    }
  }
}

extension FileStatus {
  fileprivate init(_ attributes: farmio_nfs_attributes, volume: UInt64) {
    self.init(
      kind: FileKind(nfsType: attributes.type) ?? .regular, mode: attributes.mode & 0o7777,
      user: attributes.user, group: attributes.group, size: Int64(clamping: attributes.size),
      allocated: Int64(clamping: attributes.used),
      modified: Timestamp(
        seconds: Int64(attributes.modified),
        nanoseconds: min(attributes.modified_ns, 999_999_999)),
      changed: Timestamp(
        seconds: Int64(attributes.changed), nanoseconds: min(attributes.changed_ns, 999_999_999)),
      inode: attributes.inode, volume: volume, linkCount: attributes.link_count,
      device: NFSDevice(attributes).number)
  }
}

extension FileKind {
  /// The kind that the wire's number stands for; `nil` for none of them.
  init?(nfsType type: UInt32) {
    switch ftype3(type) {
    case NF3REG: self = .regular
    case NF3DIR: self = .folder
    case NF3BLK: self = .blockDevice
    case NF3CHR: self = .characterDevice
    case NF3LNK: self = .symbolicLink
    case NF3SOCK: self = .socket
    case NF3FIFO: self = .fifo
    default: return nil
    }
  }
}
