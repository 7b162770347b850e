// The contract of every call stands on `Store`.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

public import FrameEngine
import Synchronization

/// A store that counts what passes.
public final class MeteringStore: Store {
  private let base: any Store
  private let counted = Mutex(StoreTraffic())

  /// Counts what passes to and from `base`.
  public init(_ base: any Store) { self.base = base }

  /// What has passed until now.
  public var traffic: StoreTraffic { counted.withLock { $0 } }

  public var place: String { base.place }
  public var folder: FileIdentity? { base.folder }
  public var isRemote: Bool { base.isRemote }

  public func distrust(_ name: String, _ range: Range<Int64>) -> Bool {
    base.distrust(name, range)
  }

  public func put(_ name: String, _ bytes: [UInt8]) throws(StoreError) {
    count(.put, sent: bytes.count)
    try base.put(name, bytes)
  }

  public func putIfAbsent(_ name: String, _ bytes: [UInt8]) throws(StoreError) -> Bool {
    count(.create, sent: bytes.count)
    return try base.putIfAbsent(name, bytes)
  }

  public func makeUpload(_ name: String) throws(StoreError) -> any Upload {
    try makeUpload(name, isBulk: false)
  }

  public func makeUpload(_ name: String, isBulk: Bool) throws(StoreError) -> any Upload {
    count(.upload)
    return MeteringUpload(self, try base.makeUpload(name, isBulk: isBulk))
  }

  public func get(_ name: String, limit: Int) throws(StoreError) -> [UInt8]? {
    count(.get)
    let bytes = try base.get(name, limit: limit)
    count(received: bytes?.count ?? 0)
    return bytes
  }

  public func read(_ name: String, at offset: Int64, into buffer: inout MutableRawSpan)
    throws(StoreError) -> Int
  {
    count(.read)
    let byteCount = try base.read(name, at: offset, into: &buffer)
    count(received: byteCount)
    return byteCount
  }

  public func size(_ name: String) throws(StoreError) -> Int64? {
    count(.size)
    return try base.size(name)
  }

  public func list(_ prefix: String) throws(StoreError) -> [StoredObject] {
    count(.list)
    return try base.list(prefix)
  }

  public func delete(_ name: String) throws(StoreError) {
    count(.delete)
    try base.delete(name)
  }

  public func removeAbandoned(writtenBefore time: Timestamp) throws(StoreError) -> Int {
    count(.sweep)
    return try base.removeAbandoned(writtenBefore: time)
  }

  fileprivate func count(_ request: StoreTraffic.Request? = nil, sent: Int = 0, received: Int = 0) {
    counted.withLock { $0.add(request, sent: sent, received: received) }
  }
}

private final class MeteringUpload: Upload {
  private let store: MeteringStore
  private let base: any Upload

  init(_ store: MeteringStore, _ base: any Upload) {
    self.store = store
    self.base = base
  }

  func append(_ bytes: RawSpan) throws(StoreError) {
    store.count(sent: bytes.byteCount)
    try base.append(bytes)
  }

  func finish() throws(StoreError) { try base.finish() }
}
