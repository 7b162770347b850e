import FrameEngine

@testable import Mover

/// A store with something done, or refused, before each call.
final class HookedStore: Store {
  /// Gets the call's verb and the object's name or prefix.
  typealias Hook = @Sendable (String, String) throws(StoreError) -> Void

  private let base: any Store
  private let hook: Hook

  init(_ base: any Store, _ hook: @escaping Hook) {
    self.base = base
    self.hook = hook
  }

  var place: String { base.place }

  func put(_ name: String, _ bytes: [UInt8]) throws(StoreError) {
    try hook("put", name)
    try base.put(name, bytes)
  }

  func putIfAbsent(_ name: String, _ bytes: [UInt8]) throws(StoreError) -> Bool {
    try hook("create", name)
    return try base.putIfAbsent(name, bytes)
  }

  func makeUpload(_ name: String) throws(StoreError) -> any Upload {
    try hook("upload", name)
    return try base.makeUpload(name)
  }

  func get(_ name: String, limit: Int) throws(StoreError) -> [UInt8]? {
    try hook("get", name)
    return try base.get(name, limit: limit)
  }

  func read(_ name: String, at offset: Int64, into buffer: inout MutableRawSpan)
    throws(StoreError) -> Int
  {
    try hook("read", name)
    return try base.read(name, at: offset, into: &buffer)
  }

  func size(_ name: String) throws(StoreError) -> Int64? {
    try hook("size", name)
    return try base.size(name)
  }

  func list(_ prefix: String) throws(StoreError) -> [StoredObject] {
    try hook("list", prefix)
    return try base.list(prefix)
  }

  func delete(_ name: String) throws(StoreError) {
    try hook("delete", name)
    try base.delete(name)
  }

  func removeAbandoned(writtenBefore time: Timestamp) throws(StoreError) -> Int {
    try base.removeAbandoned(writtenBefore: time)
  }
}
