// The contract of every call stands on `Store`.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

import FrameEngine
import Synchronization

/// A store in a bucket, under a prefix.
///
/// `putIfAbsent` needs a service that honours `If-None-Match: *`; this is proved before anything is
/// written, since several servers ignore it in silence.
public final class ObjectStore: Store {
  public let place: String
  let service: any ObjectService
  let parts: PartPool
  /// Parts of one object that are on the wire at once.
  let partsInFlight: Int
  private let prefix: String
  /// The class of bulk data; `nil` for the bucket's own.
  private let bulkClass: String?
  private let isConditional = Mutex(false)

  /// How objects are cut. Memory of an upload: a part more than are in flight.
  package struct Cut: Sendable {
    /// Bytes of a part; S3 takes none below 5 MiB but the last.
    package var partBytes = 8 << 20
    package var partsInFlight = 3

    /// The usual cut.
    package init() {}
  }

  /// A store under `prefix`, which is empty or ends in `/`. What is bulk is kept in `bulkClass`, a
  /// storage class in the service's words.
  package init(
    _ service: any ObjectService, prefix: String, cut: Cut = Cut(), bulkClass: String? = nil
  ) {
    precondition(prefix.isEmpty || prefix.hasSuffix("/"), "a prefix names a folder")
    precondition(cut.partBytes >= 5 << 20 && cut.partsInFlight > 0, "no service takes such parts")
    self.service = service
    self.prefix = prefix
    self.bulkClass = bulkClass
    parts = PartPool(partBytes: cut.partBytes)
    partsInFlight = cut.partsInFlight
    place = service.address + prefix
  }

  func key(_ name: String) -> String { prefix + name }

  /// Runs a request, telling its failure as that of `operation` on `name`.
  func failing<Result>(
    _ operation: String, _ name: String, _ body: () throws(ServiceError) -> Result
  ) throws(StoreError) -> Result {
    do throws(ServiceError) { return try body() } catch { throw failure(error, operation, name) }
  }

  func failure(_ error: ServiceError, _ operation: String, _ name: String) -> StoreError {
    StoreError(error, operation, place + name, remedy: service.remedy(for: error))
  }

  public func put(_ name: String, _ bytes: [UInt8]) throws(StoreError) {
    try proveConditions()
    try write(name, bytes.rawBytes)
  }

  public func putIfAbsent(_ name: String, _ bytes: [UInt8]) throws(StoreError) -> Bool {
    try proveConditions()
    return try create(name, bytes)
  }

  public func makeUpload(_ name: String) throws(StoreError) -> any Upload {
    try makeUpload(name, isBulk: false)
  }

  public func makeUpload(_ name: String, isBulk: Bool) throws(StoreError) -> any Upload {
    try proveConditions()
    return ObjectUpload(self, name, storageClass: isBulk ? bulkClass : nil)
  }

  /// Stores an object by one request.
  func write(
    _ name: String, _ bytes: RawSpan, _ attributes: ObjectAttributes = ObjectAttributes()
  ) throws(StoreError) {
    try failing("write", name) { () throws(ServiceError) in
      try service.put(key(name), bytes, attributes, ifAbsent: false)
    }
  }

  /// Stores an object under a free name. A lost reply makes the second try find the first one's
  /// object: these bytes there are success.
  private func create(_ name: String, _ bytes: [UInt8]) throws(StoreError) -> Bool {
    do throws(ServiceError) {
      try service.put(key(name), bytes.rawBytes, ObjectAttributes(), ifAbsent: true)
      return true
    } catch {
      guard error.isTaken else { throw failure(error, "create", name) }
    }
    guard try size(name) == Int64(bytes.count) else { return false }
    return try get(name, limit: bytes.count) == bytes
  }

  /// Creates an object twice: a server that lets the second pass would lose snapshots. The object
  /// is a marker, so that it is swept if this process is killed meanwhile.
  private func proveConditions() throws(StoreError) {
    try isConditional.withLock { isConditional throws(StoreError) in
      if isConditional { return }
      let name = freshMarker()
      let isCreated = try create(name, [])
      let isReplaced = try create(name, [1])
      try delete(name)
      guard isCreated && !isReplaced else {
        throw StoreError(
          .refused, "create", place + name,
          "the server ignores If-None-Match, so two writers could overwrite each other",
          remedy: "Keep the repository at a service that creates objects conditionally.")
      }
      isConditional = true
    }
  }

  public func get(_ name: String, limit: Int) throws(StoreError) -> [UInt8]? {
    do throws(ServiceError) {
      return try service.get(key(name), limit: limit).bytes
    } catch {
      if service.isAbsent(error) { return nil }
      throw failure(error, "read", name)
    }
  }

  public func read(_ name: String, at offset: Int64, into buffer: inout MutableRawSpan)
    throws(StoreError) -> Int
  {
    if buffer.byteCount == 0 { return 0 }
    do throws(ServiceError) {
      return try service.read(key(name), at: offset, ifTag: nil, into: &buffer)
    } catch {
      throw failure(error, "read", name)
    }
  }

  public func size(_ name: String) throws(StoreError) -> Int64? { try head(name)?.size }

  /// What the service tells of an object; `nil` if there is none.
  func head(_ name: String) throws(StoreError) -> ObjectInfo? {
    try failing("ask for", name) { () throws(ServiceError) in try service.head(key(name)) }
  }

  /// Every object under a prefix, in the order of their names.
  public func list(_ prefix: String) throws(StoreError) -> [StoredObject] {
    try entries(prefix)
      .map {
        StoredObject(
          name: String(Substring($0.key.utf8.dropFirst(self.prefix.utf8.count))), size: $0.size)
      }
      .filter { !ObjectStore.isMarker($0.name) }
  }

  /// Every object whose name begins with `prefix`, markers included.
  func entries(_ prefix: String) throws(StoreError) -> [ObjectInfo] {
    try failing("list", prefix) { () throws(ServiceError) in try service.all(key(prefix)) }
  }

  public func delete(_ name: String) throws(StoreError) {
    try failing("remove", name) { () throws(ServiceError) in
      try service.remove(key(name), tries: .usual)
    }
  }
}
