// The contract of every call stands on `Store`.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

public import FrameEngine

/// A store whose bytes pass a limiter, which others may share.
///
/// Large reads are made slice by slice, so that the wire is not full for a moment and silent for
/// the next; each slice is a request, and a slice is what passes in a quarter of a second, or
/// 64 KiB. An object that is got whole comes in one piece, for which those behind it wait. What an
/// upload collects leaves as its store sends it: a bucket's by parts.
public final class LimitingStore: Store {
  private let base: any Store
  fileprivate let limiter: RateLimiter
  fileprivate let cancellation: CancelToken

  /// What passes to and from `base` passes `limiter`. At `cancellation` nobody waits any more: reads
  /// and uploads end, while small objects still pass, by which a run that stops puts things right.
  public init(_ base: any Store, _ limiter: RateLimiter, cancellation: CancelToken) {
    self.base = base
    self.limiter = limiter
    self.cancellation = cancellation
  }

  public var place: String { base.place }
  public var folder: FileIdentity? { base.folder }
  public var isRemote: Bool { base.isRemote }

  public func distrust(_ name: String, _ range: Range<Int64>) -> Bool {
    base.distrust(name, range)
  }

  public func put(_ name: String, _ bytes: [UInt8]) throws(StoreError) {
    limiter.pass(bytes.count, cancel: cancellation)
    try base.put(name, bytes)
  }

  public func putIfAbsent(_ name: String, _ bytes: [UInt8]) throws(StoreError) -> Bool {
    limiter.pass(bytes.count, cancel: cancellation)
    return try base.putIfAbsent(name, bytes)
  }

  public func makeUpload(_ name: String) throws(StoreError) -> any Upload {
    try makeUpload(name, isBulk: false)
  }

  public func makeUpload(_ name: String, isBulk: Bool) throws(StoreError) -> any Upload {
    LimitingUpload(self, try base.makeUpload(name, isBulk: isBulk), name)
  }

  public func get(_ name: String, limit: Int) throws(StoreError) -> [UInt8]? {
    limiter.pass(0, cancel: cancellation)
    let bytes = try base.get(name, limit: limit)
    // How many they are is known only now.
    limiter.pass(bytes?.count ?? 0, cancel: cancellation)
    return bytes
  }

  public func read(_ name: String, at offset: Int64, into buffer: inout MutableRawSpan)
    throws(StoreError) -> Int
  {
    let wanted = buffer.byteCount
    var done = 0
    repeat {
      let slice = min(wanted - done, max(limiter.sliceByteCount, LimitingStore.sliceFloor))
      try wait(for: slice, "read", name)
      var rest = buffer._mutatingExtracting(done..<done + slice)
      let count = try base.read(name, at: offset + Int64(done), into: &rest)
      done += count
      if count < slice { break }
    } while done < wanted
    return done
  }

  public func size(_ name: String) throws(StoreError) -> Int64? { try base.size(name) }

  public func list(_ prefix: String) throws(StoreError) -> [StoredObject] { try base.list(prefix) }

  public func delete(_ name: String) throws(StoreError) { try base.delete(name) }

  public func removeAbandoned(writtenBefore time: Timestamp) throws(StoreError) -> Int {
    try base.removeAbandoned(writtenBefore: time)
  }

  /// Waits until so many more bytes may pass.
  fileprivate func wait(for byteCount: Int, _ operation: String, _ name: String)
    throws(StoreError)
  {
    limiter.pass(byteCount, cancel: cancellation)
    if cancellation.isCancelled {
      throw StoreError(.interrupted, operation, place + name, "interrupted while it waited")
    }
  }

  /// Bytes of a read that are not worth two requests.
  private static let sliceFloor = 64 << 10
}

private final class LimitingUpload: Upload {
  private let store: LimitingStore
  private let base: any Upload
  private let name: String

  init(_ store: LimitingStore, _ base: any Upload, _ name: String) {
    self.store = store
    self.base = base
    self.name = name
  }

  func append(_ bytes: RawSpan) throws(StoreError) {
    var rest = bytes
    while rest.byteCount > 0 {
      let slice = min(rest.byteCount, max(store.limiter.sliceByteCount, 1))
      try store.wait(for: slice, "write", name)
      try base.append(rest.extracting(first: slice))
      rest = rest.extracting(droppingFirst: slice)
    }
  }

  func finish() throws(StoreError) { try base.finish() }
}
