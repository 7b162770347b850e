import FrameEngine
import Synchronization

@testable import Mover

/// A bucket in memory that is strict where real services are: parts need their right tags, all but
/// the last 5 MiB, and are compared with their checksum; a read fails once the object is another;
/// listings come in the order of bytes, a few keys a page.
final class MemoryBucket: ObjectService {
  struct Object {
    var bytes: [UInt8]
    var attributes: ObjectAttributes
    var tag: String
    var stored: Timestamp
    var isOfParts = false
  }

  struct Upload {
    let key: String
    let attributes: ObjectAttributes
    var parts: [Int: [UInt8]] = [:]
  }

  /// A call as it was made.
  struct Call: Hashable {
    let name: String
    let key: String
  }

  private struct State {
    // Bytes, since keys that Unicode calls equal are two.
    var objects: [FileName: Object] = [:]
    var uploads: [String: Upload] = [:]
    var calls: [Call] = []
    var tagCount = 0
  }

  /// What a hook makes of a call: nothing, a failure before it, or one after it was done.
  enum Outcome {
    case done
    case failed(ServiceError)
    case lost(ServiceError)
  }

  static let partLimit = 5 << 20

  let address: String
  let pageCount: Int
  /// Objects that are larger are not copied by the service.
  let copyLimit: Int64
  /// Called before each call, with its number from 0 on.
  private let hook = Mutex<(@Sendable (Int, Call) -> Outcome)?>(nil)
  private let state = Mutex(State())

  init(_ name: String = "memory", pageCount: Int = 3, copyLimit: Int64 = 5 << 30) {
    address = "s3://\(name)/"
    self.pageCount = pageCount
    self.copyLimit = copyLimit
  }

  func setHook(_ body: (@Sendable (Int, Call) -> Outcome)?) { hook.withLock { $0 = body } }

  private func call<R: Sendable>(_ name: String, _ key: String, _ body: (inout State) throws -> R)
    throws(ServiceError) -> R
  {
    let call = Call(name: name, key: key)
    let number = state.withLock { state in
      state.calls.append(call)
      return state.calls.count - 1
    }
    let outcome = hook.withLock { $0 }?(number, call) ?? .done
    if case .failed(let error) = outcome { throw error }
    let result: R
    do {
      result = try state.withLock { try body(&$0) }
    } catch let error as ServiceError {
      throw error
    } catch {
      preconditionFailure("a call throws only ServiceError")
    }
    if case .lost(let error) = outcome { throw error }
    return result
  }

  private static func failure(_ status: Int, _ code: String) -> ServiceError {
    ServiceError(status: status, code: code, message: "", requestID: nil)
  }

  static let absent = failure(404, "NoSuchKey")
  static let away = ServiceError(HTTPError(.unreachable, "nobody answers"))
  static let busy = failure(503, "SlowDown")
  static let denied = failure(403, "AccessDenied")

  /// Makes an object of a test's own.
  func set(
    _ key: String, _ bytes: [UInt8], _ metadata: [String: String] = [:],
    stored: Timestamp = SystemClock().now()
  ) {
    state.withLock { state in
      var attributes = ObjectAttributes(metadata: metadata)
      attributes.contentType = "image/x-exr"
      state.tagCount += 1
      state.objects[FileName(key)] = Object(
        bytes: bytes, attributes: attributes, tag: "\"\(state.tagCount)\"", stored: stored)
    }
  }

  func object(_ key: String) -> Object? { state.withLock { $0.objects[FileName(key)] } }
  func move(_ key: String, to other: String, stored: Timestamp = SystemClock().now()) {
    state.withLock { state in
      state.objects[FileName(other)] = state.objects.removeValue(forKey: FileName(key))
      state.objects[FileName(other)]?.stored = stored
    }
  }
  func delete(_ key: String) { state.withLock { $0.objects[FileName(key)] = nil } }
  var keys: [String] {
    state.withLock { $0.objects.keys.sorted().map { String(decoding: $0.bytes, as: UTF8.self) } }
  }
  /// Without the markers of uploads.
  var fileKeys: [String] { keys.filter { !$0.contains(TemporaryName.start) } }
  var markers: [String] { keys.filter { $0.contains(TemporaryName.start) } }
  var uploadIDs: [String] { state.withLock { $0.uploads.keys.sorted() } }
  func changeParts(_ id: String, _ body: (inout [Int: [UInt8]]) -> Void) {
    state.withLock { body(&$0.uploads[id]!.parts) }
  }
  func dropUpload(_ id: String) { state.withLock { $0.uploads[id] = nil } }
  /// What was called since the last look.
  func takeCalls() -> [Call] {
    state.withLock { state in
      defer { state.calls = [] }
      return state.calls
    }
  }

  func put(_ key: String, _ bytes: RawSpan, _ attributes: ObjectAttributes, ifAbsent: Bool)
    throws(ServiceError)
  {
    let copy = Array(copying: bytes)
    try call("put", key) { state in
      guard key.utf8.count <= 1024 else { throw MemoryBucket.failure(400, "KeyTooLongError") }
      if ifAbsent, state.objects[FileName(key)] != nil {
        throw MemoryBucket.failure(412, "PreconditionFailed")
      }
      MemoryBucket.store(key, copy, attributes, isOfParts: false, &state)
    }
  }

  private static func store(
    _ key: String, _ bytes: [UInt8], _ attributes: ObjectAttributes, isOfParts: Bool,
    _ state: inout State
  ) {
    state.tagCount += 1
    state.objects[FileName(key)] = Object(
      bytes: bytes, attributes: attributes, tag: "\"\(state.tagCount)\"",
      stored: SystemClock().now(), isOfParts: isOfParts)
  }

  private static func info(_ key: FileName, _ object: Object, isWhole: Bool) -> ObjectInfo {
    ObjectInfo(
      key: String(decoding: key.bytes, as: UTF8.self), size: Int64(object.bytes.count),
      tag: object.tag, stored: object.stored,
      crc32c: isWhole && !object.isOfParts ? CRC32C.checksum(object.bytes.rawBytes) : nil,
      contentType: isWhole ? object.attributes.contentType : nil,
      metadata: isWhole ? object.attributes.metadata : [:])
  }

  func get(_ key: String, limit: Int) throws(ServiceError) -> (info: ObjectInfo, bytes: [UInt8]) {
    try call("get", key) { state in
      guard let object = state.objects[FileName(key)] else { throw MemoryBucket.absent }
      guard object.bytes.count <= limit else {
        throw ServiceError(HTTPError(.tooLarge, "the answer exceeds \(limit) bytes"))
      }
      return (MemoryBucket.info(FileName(key), object, isWhole: true), object.bytes)
    }
  }

  func read(_ key: String, at offset: Int64, ifTag tag: String?, into buffer: inout MutableRawSpan)
    throws(ServiceError) -> Int
  {
    let wanted = buffer.byteCount
    let bytes = try call("read", key) { state in
      guard let object = state.objects[FileName(key)] else { throw MemoryBucket.absent }
      if let tag, tag != object.tag { throw MemoryBucket.failure(412, "PreconditionFailed") }
      return Array(object.bytes.dropFirst(Int(offset)).prefix(wanted))
    }
    unsafe buffer.withUnsafeMutableBytes { unsafe $0.copyBytes(from: bytes) }
    return bytes.count
  }

  func head(_ key: String) throws(ServiceError) -> ObjectInfo? {
    try call("head", key) { state in
      state.objects[FileName(key)].map { MemoryBucket.info(FileName(key), $0, isWhole: true) }
    }
  }

  func page(_ prefix: String, folded: Bool, from position: ObjectPosition) throws(ServiceError)
    -> ObjectPage
  {
    let start: FileName? =
      switch position {
      case .start: nil
      case .after(let key), .token(let key): FileName(key)
      }
    return try call("page", prefix) { state in
      var page = ObjectPage()
      var last: FileName?
      for key in state.objects.keys.sorted() where key.bytes.starts(with: prefix.utf8) {
        let rest = key.bytes.dropFirst(prefix.utf8.count)
        let slash = folded ? rest.firstIndex(of: UInt8(ascii: "/")) : nil
        let shown = slash.map { FileName(Array(key.bytes[...$0])) } ?? key
        if let start, key <= start || shown <= start { continue }
        if shown == last { continue }
        if page.objects.count + page.prefixes.count == pageCount {
          page.next = .token(String(decoding: last!.bytes, as: UTF8.self))
          break
        }
        last = shown
        if slash != nil {
          page.prefixes.append(String(decoding: shown.bytes, as: UTF8.self))
        } else {
          page.objects.append(MemoryBucket.info(key, state.objects[key]!, isWhole: false))
        }
      }
      return page
    }
  }

  func remove(_ key: String, tries: ServiceTries) throws(ServiceError) {
    try call("remove", key) { $0.objects[FileName(key)] = nil }
  }

  func remove(_ keys: [String]) throws(ServiceError) -> [(key: String, failure: ServiceError)] {
    precondition(keys.count <= 1000)
    return try call("removeAll", keys.first ?? "") { state in
      for key in keys { state.objects[FileName(key)] = nil }
      return []
    }
  }

  func bucket(of other: any ObjectService) -> String? { (other as? MemoryBucket)?.address }

  /// Buckets of one service, by their addresses.
  private let neighbours = Mutex<[String: MemoryBucket]>([:])
  func join(_ other: MemoryBucket) { neighbours.withLock { $0[other.address] = other } }

  func copy(
    _ source: ObjectInfo, from bucket: String, to key: String, _ attributes: ObjectAttributes
  ) throws(ServiceError) -> Bool {
    if source.size > copyLimit { return false }
    let place = bucket == address ? self : neighbours.withLock { $0[bucket]! }
    guard let object = place.object(source.key) else { throw MemoryBucket.absent }
    guard object.tag == source.tag else { throw MemoryBucket.failure(412, "PreconditionFailed") }
    try call("copy", key) { state in
      MemoryBucket.store(key, object.bytes, attributes, isOfParts: false, &state)
    }
    return true
  }

  func beginUpload(_ key: String, _ attributes: ObjectAttributes) throws(ServiceError)
    -> (id: String, hasDouble: Bool)
  {
    try call("begin", key) { state in
      state.tagCount += 1
      let id = "upload-\(state.tagCount)"
      state.uploads[id] = Upload(key: key, attributes: attributes)
      return (id, false)
    }
  }

  @unsafe func start(_ part: ObjectPart, _ bytes: UnsafeRawBufferPointer) -> HTTPExchange {
    unsafe HTTPExchange(HTTPRequest(.put, address), body: bytes, target: .collect(limit: 0))
  }

  func finish(_ part: ObjectPart, _ exchange: HTTPExchange, _ bytes: RawSpan)
    throws(ServiceError) -> PartReceipt
  {
    let copy = Array(copying: bytes)
    return try call("part", part.key) { state in
      guard state.uploads[part.upload]?.key.utf8.elementsEqual(part.key.utf8) == true else {
        throw MemoryBucket.failure(404, "NoSuchUpload")
      }
      guard CRC32C.checksum(copy.rawBytes) == part.crc32c else {
        throw MemoryBucket.failure(400, "BadDigest")
      }
      state.uploads[part.upload]!.parts[part.number] = copy
      return MemoryBucket.receipt(part.number, copy)
    }
  }

  private static func receipt(_ number: Int, _ bytes: [UInt8]) -> PartReceipt {
    PartReceipt(
      number: number, tag: MD5.hash(bytes.rawBytes).hex, size: Int64(bytes.count),
      md5: MD5.hash(bytes.rawBytes), crc32c: nil)
  }

  func completeUpload(_ key: String, _ id: String, _ parts: [PartReceipt]) throws(ServiceError) {
    try call("complete", key) { state in
      guard let upload = state.uploads[id] else {
        throw MemoryBucket.failure(404, "NoSuchUpload")
      }
      var bytes: [UInt8] = []
      for (index, part) in parts.enumerated() {
        guard let found = upload.parts[part.number], MemoryBucket.receipt(1, found).tag == part.tag,
          part.crc32c == nil || part.crc32c == CRC32C.checksum(found.rawBytes)
        else { throw MemoryBucket.failure(400, "InvalidPart") }
        guard index == parts.count - 1 || found.count >= MemoryBucket.partLimit else {
          throw MemoryBucket.failure(400, "EntityTooSmall")
        }
        bytes += found
      }
      state.uploads[id] = nil
      MemoryBucket.store(key, bytes, upload.attributes, isOfParts: true, &state)
    }
  }

  func abortUpload(_ key: String, _ id: String, tries: ServiceTries) throws(ServiceError) {
    try call("abort", key) { $0.uploads[id] = nil }
  }

  func uploads(_ prefix: String) throws(ServiceError) -> [PendingUpload] {
    try call("uploads", prefix) { state in
      state.uploads.sorted { $0.key < $1.key }.filter {
        $0.value.key.utf8.starts(with: prefix.utf8)
      }.map { PendingUpload(key: $0.value.key, id: $0.key) }
    }
  }

  func parts(_ key: String, _ id: String) throws(ServiceError) -> [PartReceipt] {
    try call("parts", key) { state in
      guard let upload = state.uploads[id] else {
        throw MemoryBucket.failure(404, "NoSuchUpload")
      }
      return upload.parts.sorted { $0.key < $1.key }.map { MemoryBucket.receipt($0.key, $0.value) }
    }
  }

  func isAbsent(_ failure: ServiceError) -> Bool {
    failure.status == 404 && failure.code != "NoSuchBucket"
  }

  func remedy(for failure: ServiceError) -> String? { nil }
}

extension [UInt8] {
  init(copying bytes: RawSpan) {
    self = unsafe bytes.withUnsafeBytes { unsafe Array($0) }
  }
}
