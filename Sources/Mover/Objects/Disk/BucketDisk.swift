// The contract of every call stands on `Disk`.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

public import FrameEngine
import Glibc
import Synchronization

/// A bucket as a disk, to be read and to have objects removed from it: keys are paths from the root,
/// and slashes make folders. Objects are written whole, by `BucketTransfer`, and not in place.
///
/// What keys can be and names cannot (`a//b`, `..`, an object beside a folder of its name) is an error
/// of the folder: nothing is left out in silence.
public final class BucketDisk: Disk {
  let service: any ObjectService
  /// Whether the status of an object is asked for (`mtime`, `mode` …): a request each. Without, its
  /// time is that of storing.
  let asksForMetadata: Bool
  /// Folders have no time in a bucket: that of this look at it.
  let started: Timestamp
  let volume: UInt64
  /// What absolute names begin with: the bucket's address, without a slash at its end.
  let root: String
  /// Room for small objects that are fetched with their status; `nil` where they are not.
  let smallObjects: SmallObjects?
  private let nodes = Mutex(SlotTable<BucketNode>())
  private let pool: ThreadPool
  private let cancellation: CancelToken?

  /// Numbers of handles begin far above those of the kernel.
  private static let firstDescriptor: Int32 = 1 << 22
  /// Requests that a lane has on the wire.
  private static let width = 64

  /// A disk on a bucket. Nothing is asked yet. With `fetchesSmall`, the bytes of small objects come
  /// with their status, for disks of which all is read.
  package init(
    _ service: any ObjectService, asksForMetadata: Bool = true, fetchesSmall: Bool = false,
    clock: any Clock = SystemClock(), cancellation: CancelToken? = nil
  ) {
    smallObjects = fetchesSmall ? SmallObjects() : nil
    self.service = service
    self.asksForMetadata = asksForMetadata
    self.cancellation = cancellation
    started = clock.now()
    root = String(service.address.dropLast())
    volume = BucketDisk.number(service.address)
    pool = ThreadPool(width: BucketDisk.width, name: "farmio bucket")
  }

  /// A number that stands for a text: for devices and files, which want one.
  static func number(_ text: String) -> UInt64 { BLAKE3.hash(Array(text.utf8)).words.0 }

  /// The key of a path, without a slash at its end, if the disk's bucket is that of `service`.
  func key(of path: FileName, ifIn service: any ObjectService) -> String? {
    guard service.address == self.service.address, service.bucket(of: self.service) != nil else {
      return nil
    }
    return try? key(path, in: .current, .open)
  }

  public func open(_ name: FileName, in folder: Handle, _ access: Access) throws(DiskError)
    -> Handle
  {
    let node: BucketNode
    switch access {
    case .folder: node = .folder(try openFolder(name, in: folder))
    case .read:
      node = .file(try openFile(name, in: folder), takeBytes(name, in: folder))
    case .create, .update: throw BucketDisk.readOnly(.open, name)
    }
    let slot = nodes.withLock { $0.add(node) }
    return Handle(BucketDisk.firstDescriptor + Int32(slot))
  }

  public func close(_ handle: Handle) throws(DiskError) {
    let slot = Int(handle.descriptor - BucketDisk.firstDescriptor)
    guard nodes.withLock({ $0.remove(slot) }) != nil else {
      throw DiskError(.close, code: EBADF)
    }
  }

  func node(_ handle: Handle, _ operation: DiskError.Operation) throws(DiskError) -> BucketNode {
    let slot = Int(handle.descriptor - BucketDisk.firstDescriptor)
    guard let node = nodes.withLock({ $0[slot] }) else { throw DiskError(operation, code: EBADF) }
    return node
  }

  public func read(_ handle: Handle, at offset: Int64, into buffer: inout MutableRawSpan)
    throws(DiskError) -> Int
  {
    guard case .file(let info, let bytes) = try node(handle, .read) else {
      throw DiskError(.read, code: EISDIR)
    }
    if let bytes { return BucketDisk.copy(bytes, from: offset, into: &buffer) }
    guard buffer.byteCount > 0, offset < info.size else { return 0 }
    var wanted = buffer._mutatingExtracting(
      first: Int(min(Int64(buffer.byteCount), info.size - offset)))
    do throws(ServiceError) {
      let count = try service.read(info.key, at: offset, ifTag: info.tag, into: &wanted)
      guard count == wanted.byteCount else {
        throw ServiceError(broken: "the object is shorter than the service says")
      }
      return count
    } catch {
      throw failure(error, .read, FileName(service.address + info.key))
    }
  }

  private static func copy(
    _ bytes: [UInt8], from offset: Int64, into buffer: inout MutableRawSpan
  ) -> Int {
    let part = bytes.dropFirst(Int(clamping: offset)).prefix(buffer.byteCount)
    unsafe buffer.withUnsafeMutableBytes { unsafe $0.copyBytes(from: part) }
    return part.count
  }

  public func makeLane() throws(DiskError) -> any Lane {
    DiskLane(disk: self, pool: pool, cancellation: cancellation)
  }

  public func fileSystem(of handle: Handle) throws(DiskError) -> FileSystem {
    .objects
  }

  public func remove(_ name: FileName, in folder: Handle, isFolder: Bool) throws(DiskError) {
    let key = try key(name, in: folder, .remove)
    // A folder is there for what is in it; what may be left of an empty one is its marker.
    try calling(.remove, name) { () throws(ServiceError) in
      try service.remove(isFolder ? key + "/" : key, tries: .usual)
    }
  }

  /// Runs a request, telling its failure as that of `operation` on `name`.
  func calling<Result>(
    _ operation: DiskError.Operation, _ name: FileName, _ body: () throws(ServiceError) -> Result
  ) throws(DiskError) -> Result {
    do throws(ServiceError) { return try body() } catch { throw failure(error, operation, name) }
  }

  func failure(_ error: ServiceError, _ operation: DiskError.Operation, _ name: FileName)
    -> DiskError
  {
    DiskError(error, operation, name, remedy: service.remedy(for: error))
  }
}

/// What an open handle stands for.
enum BucketNode: Sendable {
  case folder(BucketFolder)
  /// With its bytes, if they came with its status.
  case file(ObjectInfo, [UInt8]?)
}

/// Values under small numbers, which are given out again once they are free.
struct SlotTable<Value> {
  private var values: [Value?] = []
  private var free: [Int] = []

  subscript(slot: Int) -> Value? { values.indices.contains(slot) ? values[slot] : nil }

  mutating func add(_ value: Value) -> Int {
    if let slot = free.popLast() {
      values[slot] = value
      return slot
    }
    values.append(value)
    return values.count - 1
  }

  /// Forgets a value; `nil` if there is none.
  mutating func remove(_ slot: Int) -> Value? {
    guard let value = self[slot] else { return nil }
    values[slot] = nil
    free.append(slot)
    return value
  }
}

extension DiskError {
  /// The failure of `operation` on `name` as a service told it.
  init(
    _ error: ServiceError, _ operation: Operation, _ name: FileName, remedy: String?
  ) {
    let words = remedy.map { "\(error.cause); \($0.prefix(1).lowercased())\($0.dropFirst())" }
    var detail = words ?? error.cause
    if detail.hasSuffix(".") { detail.removeLast() }
    self.init(operation, code: DiskError.code(error), name: name, detail: detail)
  }

  private static func code(_ error: ServiceError) -> Int32 {
    switch (error.wire, error.status ?? 0, error.code) {
    case (.interrupted?, _, _): ECANCELED
    case (.unreachable?, _, _), (.untrusted?, _, _): EHOSTUNREACH
    case (.timeout?, _, _), (_, 429, _), (_, 500..., _): ETIMEDOUT
    case (.broken?, _, _): ECONNRESET
    case (_, _, "NoSuchBucket"), (_, _, "BucketNotFound"): ENOMEDIUM
    case (_, _, let code) where code.hasPrefix("Expired"): EKEYEXPIRED
    case (_, _, "RequestTimeTooSkewed"), (_, _, "RequestExpired"): EKEYREJECTED
    case (_, 401, _), (_, _, "InvalidAccessKeyId"), (_, _, "SignatureDoesNotMatch"): EKEYREJECTED
    case (_, 403, _): EACCES
    case (_, 404, _): ENOENT
    case (_, 412, _): ESTALE
    case (_, 507, _), (_, _, "QuotaExceeded"): EDQUOT
    default: EREMOTEIO
    }
  }
}
