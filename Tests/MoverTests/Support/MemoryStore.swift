import FrameEngine
import Synchronization

@testable import Mover

/// A store in memory that keeps the seam's contract to the letter.
final class MemoryStore: Store {
  private let objects = Mutex<[String: [UInt8]]>([:])

  /// Deletions that were acknowledged and have not happened yet.
  private let lateDeletions = Mutex<[String]>([])

  let place = "memory"

  func put(_ name: String, _ bytes: [UInt8]) throws(StoreError) {
    objects.withLock { $0[name] = bytes }
  }

  func putIfAbsent(_ name: String, _ bytes: [UInt8]) throws(StoreError) -> Bool {
    objects.withLock { objects in
      // Finding its own bytes is success: an earlier reply was lost.
      if let taken = objects[name] { return taken == bytes }
      objects[name] = bytes
      return true
    }
  }

  func makeUpload(_ name: String) throws(StoreError) -> any Upload {
    MemoryUpload { [self] (bytes) throws(StoreError) in try put(name, bytes) }
  }

  func get(_ name: String, limit: Int) throws(StoreError) -> [UInt8]? {
    guard let bytes = objects.withLock({ $0[name] }) else { return nil }
    guard bytes.count <= limit else {
      throw StoreError(.limit, "read", name, "it is larger than \(limit) bytes")
    }
    return bytes
  }

  func read(_ name: String, at offset: Int64, into buffer: inout MutableRawSpan)
    throws(StoreError) -> Int
  {
    guard let bytes = objects.withLock({ $0[name] }) else {
      throw StoreError(.missing, "read", name, "there is no such object")
    }
    let start = min(Int(offset), bytes.count)
    let count = min(buffer.byteCount, bytes.count - start)
    for index in 0..<count {
      buffer.storeBytes(of: bytes[start + index], toByteOffset: index, as: UInt8.self)
    }
    return count
  }

  func size(_ name: String) throws(StoreError) -> Int64? {
    objects.withLock { $0[name].map { Int64($0.count) } }
  }

  /// In an order of its own, as the contract allows: by the reversed name.
  func list(_ prefix: String) throws(StoreError) -> [StoredObject] {
    objects.withLock { objects in
      objects.filter { $0.key.hasPrefix(prefix) }
        .map { StoredObject(name: $0.key, size: Int64($0.value.count)) }
        .sorted { String($0.name.reversed()) < String($1.name.reversed()) }
    }
  }

  func delete(_ name: String) throws(StoreError) {
    objects.withLock { _ = $0.removeValue(forKey: name) }
  }

  /// Nothing is left behind in memory.
  func removeAbandoned(writtenBefore time: Timestamp) throws(StoreError) -> Int { 0 }

  /// Acknowledges a deletion that happens later.
  func deleteLater(_ name: String) { lateDeletions.withLock { $0.append(name) } }

  /// Lets up to `count` late deletions happen, the oldest first.
  func catchUp(_ count: Int = .max) {
    let due = lateDeletions.withLock { late in
      let due = late.prefix(count)
      late.removeFirst(due.count)
      return due
    }
    objects.withLock { objects in for name in due { objects[name] = nil } }
  }

  /// Every name, sorted.
  var names: [String] { objects.withLock { $0.keys.sorted() } }

  /// Changes an object's bytes behind everyone's back.
  func damage(_ name: String, _ change: (inout [UInt8]) -> Void) {
    objects.withLock { change(&$0[name]!) }
  }
}

/// Collects bytes, and hands them over when it is finished.
final class MemoryUpload: Upload {
  private var bytes: [UInt8] = []
  private let finishing: ([UInt8]) throws(StoreError) -> Void

  init(_ finishing: @escaping ([UInt8]) throws(StoreError) -> Void) { self.finishing = finishing }

  func append(_ more: RawSpan) throws(StoreError) {
    unsafe more.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
  }

  func finish() throws(StoreError) { try finishing(bytes) }
}
