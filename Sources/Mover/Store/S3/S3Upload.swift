import FrameEngine

/// An object on its way to a bucket: one request while it is small, parts beyond. One part is sent
/// while the next is collected.
final class S3Upload: Upload {
  private let store: S3Store
  private let name: String
  private var filling = Buffer(capacity: S3Upload.partBytes)
  private var sending = Buffer(capacity: S3Upload.partBytes)
  private var filled = 0
  /// All bytes so far.
  private var byteCount: Int64 = 0
  private var multipart: Multipart?
  private var flight: Flight?

  /// Bytes of a part: larger than S3's minimum of 5 MiB, and small enough that two are cheap.
  private static let partBytes = 16 << 20
  /// S3 takes no more parts than this.
  private static let partLimit = 10_000

  private struct Multipart {
    let id: String
    var parts: [(etag: String, checksum: String)] = []
  }

  /// A part under way, in the memory of `sending`.
  private struct Flight {
    let call: S3Service.Call
    let count: Int
    let checksum: String
    let exchange: HTTPExchange
  }

  init(_ store: S3Store, _ name: String) {
    self.store = store
    self.name = name
  }

  deinit {
    if let flight {
      // The memory must stay until the library has let go of it, however the exchange ends.
      _ = try? flight.exchange.wait()
    }
    if let multipart {
      // An upload that cannot be aborted now is swept by age later.
      try? store.abort(store.key(name), multipart.id)
    }
  }

  func append(_ bytes: RawSpan) throws(StoreError) {
    var rest = bytes
    while rest.byteCount > 0 {
      if filled == S3Upload.partBytes { try sendPart() }
      let count = min(rest.byteCount, S3Upload.partBytes - filled)
      filling.copy(rest.extracting(first: count), to: filled)
      filled += count
      byteCount += Int64(count)
      rest = rest.extracting(droppingFirst: count)
    }
  }

  func finish() throws(StoreError) {
    if multipart == nil {
      try filling.withBytes(0..<filled) { bytes throws(StoreError) in
        try store.failing("write", name) { () throws(ServiceError) in
          _ = try store.service.send(store.putCall(name, bytes), body: bytes)
        }
      }
      return
    }
    if filled > 0 { try sendPart() }
    try land()
    try complete()
  }

  /// Hands the collected bytes to the network, once the part before has arrived.
  private func sendPart() throws(StoreError) {
    if multipart == nil { multipart = Multipart(id: try begin()) }
    try land()
    let number = multipart!.parts.count + 1
    guard number <= S3Upload.partLimit else {
      throw StoreError(.limit, "write", store.place + name, "more than 10,000 parts")
    }
    swap(&filling, &sending)
    let count = filled
    filled = 0
    var call = S3Service.Call(.put, store.key(name))
    call.query = [("partNumber", String(number)), ("uploadId", multipart!.id)]
    let checksum = sending.withBytes(0..<count) { S3Store.checksumText($0) }
    call.headers = [
      HTTPHeader("Content-Type", "application/octet-stream"),
      HTTPHeader("x-amz-checksum-crc32c", checksum),
    ]
    let memory = unsafe UnsafeRawBufferPointer(rebasing: sending.memory[..<count])
    let exchange = unsafe store.service.start(call, body: memory)
    flight = Flight(call: call, count: count, checksum: checksum, exchange: exchange)
  }

  /// Waits for the part under way; one that failed for a passing reason is sent again.
  private func land() throws(StoreError) {
    guard let flight else { return }
    self.flight = nil
    let response = try store.failing("write", name) { () throws(ServiceError) in
      do throws(ServiceError) {
        return try store.service.answer(of: flight.exchange)
      } catch {
        guard error.isTransient else { throw error }
        return try sending.withBytes(0..<flight.count) { bytes throws(ServiceError) in
          try store.service.send(flight.call, body: bytes)
        }
      }
    }
    guard let etag = response["etag"] else {
      throw StoreError(.failed, "write", store.place + name, "a part was answered without ETag")
    }
    multipart!.parts.append((etag, flight.checksum))
  }

  private func begin() throws(StoreError) -> String {
    var call = S3Service.Call(.post, store.key(name))
    call.query = [("uploads", "")]
    call.headers = [
      HTTPHeader("Content-Type", "application/octet-stream"),
      HTTPHeader("x-amz-checksum-algorithm", "CRC32C"),
    ]
    let response = try store.failing("begin", name) { () throws(ServiceError) in
      try store.service.send(call)
    }
    guard let id = XMLElement(document: response.body)?.text("UploadId"), !id.isEmpty else {
      throw StoreError(.failed, "begin", store.place + name, "the answer names no upload")
    }
    return id
  }

  private func complete() throws(StoreError) {
    guard let upload = multipart else { return }
    var call = S3Service.Call(.post, store.key(name))
    call.query = [("uploadId", upload.id)]
    call.headers = [HTTPHeader("Content-Type", "application/xml")]
    var body = "<CompleteMultipartUpload>"
    for (index, part) in upload.parts.enumerated() {
      body += "<Part><PartNumber>\(index + 1)</PartNumber><ETag>\(part.etag)</ETag>"
      body += "<ChecksumCRC32C>\(part.checksum)</ChecksumCRC32C></Part>"
    }
    body += "</CompleteMultipartUpload>"
    let bytes = Array(body.utf8)
    do throws(ServiceError) {
      let response = try store.service.send(call, body: bytes.rawBytes)
      // The server may begin its answer before it knows how it ends: 200, and then an error.
      guard let answer = XMLElement(document: response.body), answer.name != "Error" else {
        throw S3Service.failure(response)
      }
    } catch {
      // After a lost reply the second try finds no upload any more, and the object in its place.
      guard error.status == 404, try store.size(name) == byteCount else {
        throw StoreError(error, "complete", store.place + name)
      }
    }
    multipart = nil
  }
}
