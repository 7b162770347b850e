import CNFS
import FrameEngine

/// What a server answered, without what belongs to the library.
struct NFSReply {
  /// 0, or why not: `nfsstat3` of RFC 1813.
  let status: UInt32
  let attributes: farmio_nfs_attributes?
  let file: farmio_nfs_file?
  /// Whether a read or a listing came to its end.
  let isEnd: Bool
  /// Whether what was written is on stable storage already.
  let isDurable: Bool
  /// Bytes moved.
  let count: Int
  /// Of a write, what a restart of the server changes; of a listing, what a later part must send.
  let verifier: UInt64

  init(_ raw: farmio_nfs_reply) {
    status = unsafe raw.status
    attributes = unsafe raw.has_attributes != 0 ? raw.attributes : nil
    file = unsafe raw.has_file != 0 ? raw.file : nil
    isEnd = unsafe raw.eof != 0
    isDurable = unsafe raw.is_durable != 0
    count = unsafe Int(raw.count)
    verifier = unsafe raw.verifier
  }
}

/// What a call sets of a file.
struct NFSValues {
  fileprivate(set) var set: UInt32 = 0
  fileprivate(set) var values = farmio_nfs_attributes()

  var mode: UInt32? {
    didSet { put(mode, FARMIO_NFS_SET_MODE) { $0.mode = $1 } }
  }
  var user: UInt32? {
    didSet { put(user, FARMIO_NFS_SET_USER) { $0.user = $1 } }
  }
  var group: UInt32? {
    didSet { put(group, FARMIO_NFS_SET_GROUP) { $0.group = $1 } }
  }
  var size: Int64? {
    didSet { put(size, FARMIO_NFS_SET_SIZE) { $0.size = UInt64($1) } }
  }
  var accessed: Timestamp? {
    didSet {
      put(accessed, FARMIO_NFS_SET_ACCESSED) {
        $0.accessed = $1.nfsSeconds
        $0.accessed_ns = $1.nanoseconds
      }
    }
  }
  var modified: Timestamp? {
    didSet {
      put(modified, FARMIO_NFS_SET_MODIFIED) {
        $0.modified = $1.nfsSeconds
        $0.modified_ns = $1.nanoseconds
      }
    }
  }
  /// What a new device file stands for, and the wire's number of its kind.
  var node: (type: ftype3, major: UInt32, minor: UInt32)? {
    didSet {
      guard let node else { return }
      values.type = node.type.rawValue
      values.device_major = node.major
      values.device_minor = node.minor
    }
  }

  private mutating func put<Value>(
    _ value: Value?, _ bit: some BinaryInteger,
    _ change: (inout farmio_nfs_attributes, Value) -> Void
  ) {
    guard let value else { return }
    set |= UInt32(bit)
    change(&values, value)
  }
}

extension Timestamp {
  /// The wire has 32 bits without a sign: 1970 to 2106. As the kernel's client does, times before
  /// and after become the first and the last.
  fileprivate var nfsSeconds: UInt32 { UInt32(clamping: seconds) }
}
