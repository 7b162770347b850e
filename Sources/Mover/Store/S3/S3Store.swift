// The contract of every call stands on `Store`.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

import FrameEngine
import Synchronization

/// A store in a bucket of S3 or of a server that speaks its language, under a prefix.
///
/// An object appears at the server only when all of its bytes have arrived and their CRC-32C has
/// been compared there. `putIfAbsent` needs a server that honours `If-None-Match: *`; this is proved
/// before the first one, since several servers ignore it in silence.
public final class S3Store: Store {
  public let place: String
  let service: S3Service
  private let prefix: String
  private let isConditional = Mutex(false)

  /// A store under `prefix`, which is empty or ends in `/`.
  public init(_ service: S3Service, prefix: String) {
    precondition(prefix.isEmpty || prefix.hasSuffix("/"), "a prefix names a folder")
    self.service = service
    self.prefix = prefix
    place = "s3://\(service.bucket)/\(prefix)"
  }

  func key(_ name: String) -> String { prefix + name }

  /// Runs a request, telling its failure as that of `operation` on `name`.
  func failing<Result>(
    _ operation: String, _ name: String, _ body: () throws(ServiceError) -> Result
  ) throws(StoreError) -> Result {
    do throws(ServiceError) {
      return try body()
    } catch {
      throw StoreError(error, operation, place + name)
    }
  }

  public func put(_ name: String, _ bytes: [UInt8]) throws(StoreError) {
    try failing("write", name) { () throws(ServiceError) in
      _ = try service.send(putCall(name, bytes.rawBytes), body: bytes.rawBytes)
    }
  }

  func putCall(_ name: String, _ bytes: RawSpan) -> S3Service.Call {
    var call = S3Service.Call(.put, key(name))
    call.headers = [
      HTTPHeader("Content-Type", "application/octet-stream"), S3Store.checksum(bytes),
    ]
    return call
  }

  /// The header by which the server compares what arrived.
  static func checksum(_ bytes: RawSpan) -> HTTPHeader {
    HTTPHeader("x-amz-checksum-crc32c", checksumText(bytes))
  }

  static func checksumText(_ bytes: RawSpan) -> String {
    let crc = CRC32C.checksum(bytes)
    return Base64.text([24, 16, 8, 0].map { UInt8(truncatingIfNeeded: crc >> $0) })
  }

  public func putIfAbsent(_ name: String, _ bytes: [UInt8]) throws(StoreError) -> Bool {
    try proveConditions()
    if try create(name, bytes) { return true }
    // A lost reply makes the second try find the first one's object.
    return try get(name, limit: max(bytes.count, 1)) == bytes
  }

  private func create(_ name: String, _ bytes: [UInt8]) throws(StoreError) -> Bool {
    var call = putCall(name, bytes.rawBytes)
    call.headers.append(HTTPHeader("If-None-Match", "*"))
    do throws(ServiceError) {
      _ = try service.send(call, body: bytes.rawBytes)
      return true
    } catch {
      if error.status == 412 { return false }
      throw StoreError(error, "create", place + name)
    }
  }

  /// Creates an object twice: a server that lets the second pass would lose snapshots.
  private func proveConditions() throws(StoreError) {
    if isConditional.withLock({ $0 }) { return }
    let name = "probes/\(String(UInt64.random(in: .min ... .max), radix: 16))"
    guard try create(name, [1]) else {
      throw StoreError(.failed, "create", place + name, "the server says a fresh name is taken")
    }
    let isHonoured = try !create(name, [2])
    try delete(name)
    guard isHonoured else {
      throw StoreError(
        .refused, "create", place + name,
        "the server ignores If-None-Match, so two writers could overwrite each other")
    }
    isConditional.withLock { $0 = true }
  }

  public func makeUpload(_ name: String) throws(StoreError) -> any Upload {
    S3Upload(self, name)
  }

  public func get(_ name: String, limit: Int) throws(StoreError) -> [UInt8]? {
    var call = S3Service.Call(.get, key(name))
    call.limit = limit
    do throws(ServiceError) {
      return try service.send(call).body
    } catch {
      if error.status == 404 { return nil }
      throw StoreError(error, "read", place + name)
    }
  }

  public func read(_ name: String, at offset: Int64, into buffer: inout MutableRawSpan)
    throws(StoreError) -> Int
  {
    if buffer.byteCount == 0 { return 0 }
    var call = S3Service.Call(.get, key(name))
    let last = offset + Int64(buffer.byteCount) - 1
    call.headers = [HTTPHeader("Range", "bytes=\(offset)-\(last)")]
    do throws(ServiceError) {
      let response = try service.fetch(call, into: &buffer)
      guard response.status == 206 else {
        throw ServiceError(
          status: response.status, code: "", message: "the server ignores ranges", requestID: nil)
      }
      return response.byteCount
    } catch {
      // Past the end there is nothing to read; an absent object is told apart by its own status.
      if error.status == 416 { return 0 }
      throw StoreError(error, "read", place + name)
    }
  }

  public func size(_ name: String) throws(StoreError) -> Int64? {
    do throws(ServiceError) {
      let response = try service.send(S3Service.Call(.head, key(name)))
      guard let size = response["content-length"].flatMap({ Int64($0) }) else {
        throw ServiceError(
          status: response.status, code: "", message: "the answer has no Content-Length",
          requestID: response["x-amz-request-id"])
      }
      return size
    } catch {
      if error.status == 404 { return nil }
      throw StoreError(error, "ask for", place + name)
    }
  }

  public func delete(_ name: String) throws(StoreError) {
    do throws(ServiceError) {
      _ = try service.send(S3Service.Call(.delete, key(name)))
    } catch {
      if error.status != 404 { throw StoreError(error, "remove", place + name) }
    }
  }
}
