import FrameEngine

/// An object on its way to a bucket: one request while it is small, parts beyond. Some parts are on
/// the wire while the next is collected.
///
/// Write order, so that nothing is left behind unseen: marker (see `ObjectStore+Abandoned`) → begin →
/// parts → complete → marker away.
final class ObjectUpload: Upload {
  private let store: ObjectStore
  private let name: String
  private let attributes: ObjectAttributes
  private let pool: PartPool
  private var filling: PartMemory
  private var multipart: Multipart?
  /// Parts on the wire, the oldest first.
  private var flights: [Flight] = []

  /// No service takes more parts than this.
  static let partLimit = 10_000

  private struct Multipart {
    let id: String
    let marker: String
    /// Stored with the object, so that it can be told from another of its name.
    let token: String
    /// Whether the reply to an earlier try was lost: there may be an upload whose name is not known.
    let hasDouble: Bool
    var parts: [PartReceipt] = []
  }

  private struct Flight {
    let part: ObjectPart
    let memory: PartMemory
    let exchange: HTTPExchange
  }

  init(_ store: ObjectStore, _ name: String, storageClass: String?) {
    self.store = store
    self.name = name
    var attributes = ObjectAttributes()
    attributes.storageClass = storageClass
    self.attributes = attributes
    pool = store.parts
    filling = store.parts.take()
  }

  deinit {
    // The memory must stay until the library has let go of it, however the exchange ends.
    for flight in flights { _ = try? flight.exchange.wait() }
    pool.give(filling)
    if let multipart, !multipart.hasDouble {
      // Tried once: what cannot be aborted now is swept later, by its marker.
      try? store.abort(name, multipart.id, marker: multipart.marker)
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
      try filling.withBytes { bytes throws(StoreError) in
        try store.write(name, bytes, attributes)
      }
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
    guard number <= ObjectUpload.partLimit else {
      throw StoreError(.limit, "write", store.place + name, "more than 10,000 parts")
    }
    let memory = filling
    filling = pool.take()
    let part = ObjectPart(
      key: store.key(name), upload: multipart!.id, number: number,
      crc32c: memory.withBytes { CRC32C.checksum($0) })
    let exchange = unsafe store.service.start(part, memory.memory)
    flights.append(Flight(part: part, memory: memory, exchange: exchange))
  }

  /// Waits for the oldest part on the wire.
  private func land() throws(StoreError) {
    let flight = flights.removeFirst()
    let receipt = try store.failing("write", name) { () throws(ServiceError) in
      try flight.memory.withBytes { bytes throws(ServiceError) in
        try store.service.finish(flight.part, flight.exchange, bytes)
      }
    }
    pool.give(flight.memory)
    multipart!.parts.append(receipt)
  }

  private func begin() throws(StoreError) -> Multipart {
    let marker = try store.mark(name)
    let token = Entropy.system.bytes(16).hex
    var attributes = attributes
    attributes.metadata[ObjectUpload.tokenName] = token
    let upload = try store.failing("begin", name) { () throws(ServiceError) in
      try store.service.beginUpload(store.key(name), attributes)
    }
    return Multipart(id: upload.id, marker: marker, token: token, hasDouble: upload.hasDouble)
  }

  static let tokenName = "farmio-upload"

  private func complete() throws(StoreError) {
    guard let upload = multipart else { return }
    do throws(ServiceError) {
      try store.service.completeUpload(store.key(name), upload.id, upload.parts)
    } catch {
      // After a lost reply the second try finds no upload any more, and the object in its place.
      guard error.status == 404, try isStored(upload.token) else {
        throw store.failure(error, "complete", name)
      }
    }
    multipart = nil
    if upload.hasDouble { try store.abortUploads(of: name) }
    try store.delete(upload.marker)
  }

  /// Whether the object of this name was made by the upload with this token.
  private func isStored(_ token: String) throws(StoreError) -> Bool {
    try store.head(name)?.metadata[ObjectUpload.tokenName] == token
  }
}
