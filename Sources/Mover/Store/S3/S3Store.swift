// The contract of every call stands on `Store`.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

import FrameEngine
import Synchronization

/// A store in a bucket of S3 or of a server that speaks its language, under a prefix.
///
/// An object appears at the server only when all of its bytes have arrived and their CRC-32C has
/// been compared there. `putIfAbsent` needs a server that honours `If-None-Match: *`; this is proved
/// before anything is written, since several servers ignore it in silence.
public final class S3Store: Store {
  public let place: String
  let service: S3Service
  let parts: PartPool
  /// Parts of one object that are on the wire at once.
  let partsInFlight: Int
  private let prefix: String
  private let isConditional = Mutex(false)

  /// How objects are cut. Memory of an upload: a part more than are in flight.
  struct Cut {
    /// Bytes of a part; S3 takes none below 5 MiB but the last.
    var partBytes = 8 << 20
    var partsInFlight = 3
  }

  /// A store under `prefix`, which is empty or ends in `/`.
  public convenience init(_ service: S3Service, prefix: String) {
    self.init(service, prefix: prefix, cut: Cut())
  }

  init(_ service: S3Service, prefix: String, cut: Cut) {
    precondition(prefix.isEmpty || prefix.hasSuffix("/"), "a prefix names a folder")
    precondition(cut.partBytes >= 5 << 20 && cut.partsInFlight > 0, "no service takes such parts")
    self.service = service
    self.prefix = prefix
    parts = PartPool(partBytes: cut.partBytes)
    partsInFlight = cut.partsInFlight
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
      throw StoreError(error, operation, place + name, remedy: error.remedy)
    }
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
    try proveConditions()
    return S3Upload(self, name)
  }

  /// Stores an object by one request.
  func write(_ name: String, _ bytes: RawSpan) throws(StoreError) {
    try failing("write", name) { () throws(ServiceError) in
      _ = try service.send(putCall(name, bytes), body: bytes, check: S3Store.checkTag)
    }
  }

  private func putCall(_ name: String, _ bytes: RawSpan) -> S3Service.Call {
    var call = S3Service.Call(.put, key(name))
    call.headers = [
      HTTPHeader("Content-Type", "application/octet-stream"),
      HTTPHeader("x-amz-checksum-crc32c", S3Store.checksumText(bytes)),
    ]
    return call
  }

  /// The CRC-32C by which the server compares what arrived: four bytes, the highest first.
  static func checksumText(_ bytes: RawSpan) -> String {
    let crc = CRC32C.checksum(bytes)
    return Base64.text([24, 16, 8, 0].map { UInt8(truncatingIfNeeded: crc >> $0) })
  }

  /// Stores an object under a free name. A lost reply makes the second try find the first one's
  /// object: these bytes there are success.
  private func create(_ name: String, _ bytes: [UInt8]) throws(StoreError) -> Bool {
    var call = putCall(name, bytes.rawBytes)
    call.headers.append(HTTPHeader("If-None-Match", "*"))
    do throws(ServiceError) {
      _ = try service.send(call, body: bytes.rawBytes, check: S3Store.checkTag)
      return true
    } catch {
      guard error.status == 412 else {
        throw StoreError(error, "create", place + name, remedy: error.remedy)
      }
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
    var call = S3Service.Call(.get, key(name))
    call.headers = [HTTPHeader("x-amz-checksum-mode", "ENABLED")]
    call.limit = limit
    do throws(ServiceError) {
      return try service.send(call, check: S3Store.checkWhole).body
    } catch {
      if error.isAbsent { return nil }
      throw StoreError(error, "read", place + name, remedy: error.remedy)
    }
  }

  /// Whoever answers for an object names its ETag. A gateway or portal in between that says 200 to
  /// everything does not, and has stored nothing.
  private static func checkTag(_ response: HTTPResponse) throws(ServiceError) {
    if response["etag"] == nil {
      throw S3Service.failure(response, message: "the answer has no ETag: it is not the service's")
    }
  }

  /// Compares a whole object with the checksum that the server keeps, if it does. That of parts
  /// (`…-3`) is another.
  private static func checkWhole(_ response: HTTPResponse) throws(ServiceError) {
    try checkTag(response)
    guard let stated = response["x-amz-checksum-crc32c"], !stated.contains("-"),
      response["x-amz-checksum-type"] != "COMPOSITE"
    else { return }
    if stated != checksumText(response.body.rawBytes) {
      throw S3Service.failure(response, message: "the bytes do not fit their checksum")
    }
  }

  public func read(_ name: String, at offset: Int64, into buffer: inout MutableRawSpan)
    throws(StoreError) -> Int
  {
    if buffer.byteCount == 0 { return 0 }
    let last = offset + Int64(buffer.byteCount) - 1
    var call = S3Service.Call(.get, key(name))
    call.headers = [HTTPHeader("Range", "bytes=\(offset)-\(last)")]
    do throws(ServiceError) {
      return try service.fetch(call, into: &buffer) { response throws(ServiceError) in
        try S3Store.checkTag(response)
        guard ContentRange(response)?.answers(offset...last, by: response.byteCount) == true else {
          throw S3Service.failure(response, message: "the answer is not the range asked for")
        }
      }.byteCount
    } catch {
      // Past the end there is nothing to read; an absent object is told apart by its own status.
      if error.status == 416 { return 0 }
      if error.wire == .tooLarge {
        throw StoreError(.failed, "read", place + name, "the server ignores ranges")
      }
      throw StoreError(error, "read", place + name, remedy: error.remedy)
    }
  }

  public func size(_ name: String) throws(StoreError) -> Int64? {
    guard let response = try head(name) else { return nil }
    guard let size = response["content-length"].flatMap({ Int64($0) }) else {
      throw StoreError(.failed, "ask for", place + name, "the answer has no Content-Length")
    }
    return size
  }

  /// The headers of an object; `nil` if there is none.
  func head(_ name: String) throws(StoreError) -> HTTPResponse? {
    do throws(ServiceError) {
      return try service.send(S3Service.Call(.head, key(name)), check: S3Store.checkTag)
    } catch {
      if error.isAbsent { return nil }
      throw StoreError(error, "ask for", place + name, remedy: error.remedy)
    }
  }

  public func delete(_ name: String) throws(StoreError) {
    try failing("remove", name) { () throws(ServiceError) in
      try service.remove(S3Service.Call(.delete, key(name)), tries: .usual)
    }
  }
}
