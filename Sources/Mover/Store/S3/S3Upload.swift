import FrameEngine

/// An object on its way to a bucket: one request while it is small, parts beyond. Some parts are on
/// the wire while the next is collected.
///
/// Write order, so that nothing is left behind unseen: marker (see `S3Store+Abandoned`) → begin →
/// parts → complete → marker away.
final class S3Upload: Upload {
  private let store: S3Store
  private let name: String
  private let pool: PartPool
  private var filling: PartMemory
  private var multipart: Multipart?
  /// Parts on the wire, the oldest first.
  private var flights: [Flight] = []

  /// S3 takes no more parts than this.
  private static let partLimit = 10_000

  private struct Multipart {
    let id: String
    let marker: String
    /// Stored with the object, so that it can be told from another of its name.
    let token: String
    /// Whether the reply to an earlier try was lost: there may be an upload whose name is not known.
    let hasDouble: Bool
    var parts: [(etag: String, checksum: String)] = []
  }

  private struct Flight {
    let call: S3Service.Call
    let memory: PartMemory
    let checksum: String
    let exchange: HTTPExchange
  }

  init(_ store: S3Store, _ name: String) {
    self.store = store
    self.name = name
    pool = store.parts
    filling = store.parts.take()
  }

  deinit {
    // The memory must stay until the library has let go of it, however the exchange ends.
    for flight in flights { _ = try? flight.exchange.wait() }
    pool.give(filling)
    if let multipart, !multipart.hasDouble {
      // Tried once: what cannot be aborted now is swept later, by its marker.
      try? store.abort(store.key(name), multipart.id, marker: multipart.marker)
    }
  }

  func append(_ bytes: RawSpan) throws(StoreError) {
    var rest = bytes
    while rest.byteCount > 0 {
      if filling.count == pool.partBytes { try sendPart() }
      rest = rest.extracting(droppingFirst: filling.fill(rest, limit: pool.partBytes))
    }
  }

  func finish() throws(StoreError) {
    if multipart == nil {
      try filling.withBytes { bytes throws(StoreError) in try store.write(name, bytes) }
      return
    }
    if filling.count > 0 { try sendPart() }
    while !flights.isEmpty { try land() }
    try complete()
  }

  /// Hands the collected bytes to the network, once there is room on the wire.
  private func sendPart() throws(StoreError) {
    if multipart == nil { multipart = try begin() }
    while flights.count >= store.partsInFlight { try land() }
    let number = multipart!.parts.count + flights.count + 1
    guard number <= S3Upload.partLimit else {
      throw StoreError(.limit, "write", store.place + name, "more than 10,000 parts")
    }
    let memory = filling
    filling = pool.take()
    var call = S3Service.Call(.put, store.key(name))
    call.query = [("partNumber", String(number)), ("uploadId", multipart!.id)]
    let checksum = memory.withBytes { S3Store.checksumText($0) }
    call.headers = [
      HTTPHeader("Content-Type", "application/octet-stream"),
      HTTPHeader("x-amz-checksum-crc32c", checksum),
    ]
    let exchange = unsafe store.service.start(call, body: memory.memory)
    flights.append(Flight(call: call, memory: memory, checksum: checksum, exchange: exchange))
  }

  /// Waits for the oldest part on the wire; one that failed for a passing reason is sent again.
  private func land() throws(StoreError) {
    let flight = flights.removeFirst()
    let response = try store.failing("write", name) { () throws(ServiceError) in
      do throws(ServiceError) {
        return try store.service.answer(of: flight.exchange)
      } catch {
        guard error.isTransient else { throw error }
        return try flight.memory.withBytes { bytes throws(ServiceError) in
          try store.service.send(flight.call, body: bytes)
        }
      }
    }
    pool.give(flight.memory)
    guard let etag = response["etag"] else {
      throw StoreError(.failed, "write", store.place + name, "a part was answered without ETag")
    }
    multipart!.parts.append((etag, flight.checksum))
  }

  private func begin() throws(StoreError) -> Multipart {
    let marker = try store.mark(name)
    let token = Entropy.system.bytes(16).hex
    var call = S3Service.Call(.post, store.key(name))
    call.query = [("uploads", "")]
    call.isSentOnce = true
    call.headers = [
      HTTPHeader("Content-Type", "application/octet-stream"),
      HTTPHeader("x-amz-checksum-algorithm", "CRC32C"),
      HTTPHeader(S3Upload.tokenHeader, token),
    ]
    var hasDouble = false
    let answer = try store.failing("begin", name) { () throws(ServiceError) in
      do throws(ServiceError) {
        return try store.service.document(call, root: S3Upload.beginRoot, tries: .once)
      } catch {
        guard error.isTransient else { throw error }
        hasDouble = true
        return try store.service.document(call, root: S3Upload.beginRoot)
      }
    }
    guard let id = answer.text("UploadId"), !id.isEmpty else {
      throw StoreError(.failed, "begin", store.place + name, "the answer names no upload")
    }
    return Multipart(id: id, marker: marker, token: token, hasDouble: hasDouble)
  }

  private static let beginRoot = "InitiateMultipartUploadResult"
  private static let tokenHeader = "x-amz-meta-farmio-upload"

  private func complete() throws(StoreError) {
    guard let upload = multipart else { return }
    var call = S3Service.Call(.post, store.key(name))
    call.query = [("uploadId", upload.id)]
    call.headers = [HTTPHeader("Content-Type", "application/xml")]
    // Joining many parts may take a service minutes, in which it sends spaces or nothing.
    call.mayStall = true
    var body = "<CompleteMultipartUpload>"
    for (index, part) in upload.parts.enumerated() {
      body += "<Part><PartNumber>\(index + 1)</PartNumber><ETag>\(part.etag)</ETag>"
      body += "<ChecksumCRC32C>\(part.checksum)</ChecksumCRC32C></Part>"
    }
    body += "</CompleteMultipartUpload>"
    let bytes = Array(body.utf8)
    do throws(ServiceError) {
      _ = try store.service.send(call, body: bytes.rawBytes) {
        response throws(ServiceError) in
        // The server may begin its answer before it knows how it ends: 200, and then an error.
        let answer = XMLElement(document: response.body)
        guard answer?.name == "CompleteMultipartUploadResult" else {
          throw S3Service.failure(response, message: "the answer is no end of an upload")
        }
      }
    } catch {
      // After a lost reply the second try finds no upload any more, and the object in its place.
      guard error.status == 404, try isStored(upload.token) else {
        throw StoreError(error, "complete", store.place + name, remedy: error.remedy)
      }
    }
    multipart = nil
    if upload.hasDouble { try store.abortUploads(of: name) }
    try store.delete(upload.marker)
  }

  /// Whether the object of this name was made by the upload with this token.
  private func isStored(_ token: String) throws(StoreError) -> Bool {
    try store.head(name)?[S3Upload.tokenHeader] == token
  }
}
