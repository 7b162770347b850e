import CNFS
import FrameEngine
import Glibc

/// One call of NFS version 3 on its way: made by whoever wants it, issued by the thread of a
/// connection, and again on a new connection if the first is cut before the answer.
@safe final class NFSCall: @unchecked Sendable {
  /// What a call came to.
  enum Outcome {
    case reply(NFSReply)
    /// No answer of the server's file system: an error number that says why.
    case failure(Int32)
  }

  private let name: UnsafeMutablePointer<CChar>?
  private let otherName: UnsafeMutablePointer<CChar>?
  private let target: UnsafeMutableRawBufferPointer?
  private let outcome = Condition<Outcome?>(nil)
  /// Who hears of the answer: set and used by the connection's thread alone.
  var deck: NFSDeck?
  /// How often it has been sent. More than once: the server may have done it before.
  private var sendings = 0
  /// How often a connection was cut under it; counted by the connection.
  var losses = 0
  /// What is asked. Its pointers are this object's own, or the caller's, who waits.
  private(set) var request: farmio_nfs_request
  /// What a listing found; read it after the answer.
  private(set) var entries: [NFSEntry] = []
  /// What a symbolic link holds; read it after the answer.
  private(set) var text: [UInt8] = []

  /// A call of `procedure` on `file`.
  convenience init(
    _ procedure: Int32, _ file: farmio_nfs_file, name: [UInt8]? = nil,
    otherFile: farmio_nfs_file? = nil, otherName: [UInt8]? = nil, offset: Int64 = 0,
    count: Int = 0, verifier: UInt64 = 0, values: NFSValues = NFSValues()
  ) {
    unsafe self.init(
      procedure, file, name, otherFile, otherName, offset, count, verifier, values, nil, nil)
  }

  /// Reads as many bytes as `target` takes, which must stay until the answer is there.
  @unsafe convenience init(
    reading file: farmio_nfs_file, at offset: Int64, into target: UnsafeMutableRawBufferPointer
  ) {
    unsafe self.init(
      NFS3_READ, file, nil, nil, nil, offset, target.count, 0, NFSValues(), nil, target)
  }

  /// Writes `source`, which must stay until the answer is there.
  @unsafe convenience init(
    writing file: farmio_nfs_file, at offset: Int64, from source: UnsafeRawBufferPointer
  ) {
    unsafe self.init(
      NFS3_WRITE, file, nil, nil, nil, offset, source.count, 0, NFSValues(), source, nil)
  }

  @unsafe private init(
    _ procedure: Int32, _ file: farmio_nfs_file, _ name: [UInt8]?,
    _ otherFile: farmio_nfs_file?, _ otherName: [UInt8]?, _ offset: Int64, _ count: Int,
    _ verifier: UInt64, _ values: NFSValues, _ source: UnsafeRawBufferPointer?,
    _ target: UnsafeMutableRawBufferPointer?
  ) {
    unsafe self.name = name.map { unsafe NFSCall.text($0) }
    unsafe self.otherName = otherName.map { unsafe NFSCall.text($0) }
    unsafe self.target = target
    unsafe request = farmio_nfs_request()
    unsafe request.procedure = UInt32(procedure)
    unsafe request.file = file
    if let otherFile { unsafe request.other_file = otherFile }
    unsafe request.name = UnsafePointer(self.name)
    unsafe request.other_name = UnsafePointer(self.otherName)
    unsafe request.offset = UInt64(bitPattern: offset)
    unsafe request.count = UInt32(count)
    unsafe request.bytes = source?.baseAddress
    unsafe request.verifier = verifier
    unsafe request.set = values.set
    unsafe request.values = values.values
  }

  deinit {
    unsafe name?.deallocate()
    unsafe otherName?.deallocate()
  }

  private static func text(_ bytes: [UInt8]) -> UnsafeMutablePointer<CChar> {
    let text = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count + 1)
    for index in bytes.indices { unsafe text[index] = CChar(bitPattern: bytes[index]) }
    unsafe text[bytes.count] = 0
    return unsafe text
  }

  /// Whether an answer may tell of an earlier sending: of the call itself that was done before.
  var wasResent: Bool { sendings > 1 }

  /// Puts the call into a connection's queue; `false` if the library has no memory for it.
  func issue(to rpc: OpaquePointer, _ deck: NFSDeck) -> Bool {
    self.deck = deck
    sendings += 1
    let own = unsafe Unmanaged.passRetained(self)
    let code = unsafe farmio_nfs_issue(
      rpc,
      { _, status, data, context in
        let call = unsafe Unmanaged<NFSCall>.fromOpaque(context!).takeRetainedValue()
        let deck = call.deck
        call.deck = nil
        unsafe deck?.landed(call, status, data)
      }, &request, own.toOpaque())
    if code == 0 { return true }
    unsafe own.release()
    return false
  }

  /// Takes the decoded answer, whose memory is the library's and goes after this.
  func finish(with data: UnsafeRawPointer) {
    var raw = unsafe farmio_nfs_reply()
    unsafe farmio_nfs_take(request.procedure, data, &raw)
    if let bytes = unsafe raw.bytes {
      if let target = unsafe target {
        // More than was asked for is no answer to this call.
        guard unsafe Int(raw.count) <= target.count else { return fail(EBADMSG) }
        if unsafe raw.count > 0 {
          unsafe target.baseAddress!.copyMemory(from: bytes, byteCount: Int(raw.count))
        }
      } else {
        guard unsafe raw.count <= 65_536 else { return fail(EBADMSG) }
        text = unsafe [UInt8](UnsafeRawBufferPointer(start: bytes, count: Int(raw.count)))
      }
    }
    if let first = unsafe raw.entries { entries = unsafe NFSEntry.all(from: first) }
    let reply = unsafe NFSReply(raw)
    outcome.withLock { $0 = .reply(reply) }
    outcome.signal()
  }

  /// Gives the call up.
  func fail(_ code: Int32) {
    outcome.withLock { $0 = .failure(code) }
    outcome.signal()
  }

  /// Waits for the answer.
  func wait() -> Outcome {
    outcome.wait { outcome in
      defer { outcome = nil }
      return outcome
    }
  }
}

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

/// Where answers land, on the thread of a connection.
final class NFSDeck {
  /// Calls on the wire.
  private(set) var inFlight = 0
  /// Calls that came back without an answer.
  private(set) var lost: [NFSCall] = []
  /// Answers so far: while it stands still, the server is silent.
  private(set) var landings = 0

  func departed() { inFlight += 1 }

  func landed(_ call: NFSCall, _ status: Int32, _ data: UnsafeMutableRawPointer?) {
    inFlight -= 1
    landings += 1
    if status == RPC_STATUS_SUCCESS, let data = unsafe data {
      unsafe call.finish(with: data)
    } else {
      lost.append(call)
    }
  }

  func takeLost() -> [NFSCall] {
    defer { lost = [] }
    return lost
  }
}

/// One name of a folder as the server lists it.
struct NFSEntry {
  let name: [UInt8]
  let inode: UInt64
  /// The wire's number of the kind; 0 where the server does not say.
  let type: UInt32
  let cookie: UInt64

  static func all(from first: UnsafePointer<entryplus3>) -> [NFSEntry] {
    var entries: [NFSEntry] = []
    var next: UnsafePointer<entryplus3>? = unsafe first
    while let entry = unsafe next {
      let name = unsafe entry.pointee.name!
      entries.append(
        NFSEntry(
          name: unsafe [UInt8](UnsafeRawBufferPointer(start: name, count: strlen(name))),
          inode: unsafe entry.pointee.fileid,
          type: unsafe farmio_nfs_has_file(entry) != 0 ? unsafe farmio_nfs_type(entry) : 0,
          cookie: unsafe entry.pointee.cookie))
      unsafe next = UnsafePointer(entry.pointee.nextentry)
    }
    return entries
  }
}
