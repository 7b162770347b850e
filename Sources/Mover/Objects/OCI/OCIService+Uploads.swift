import FrameEngine

/// Objects in parts.
extension OCIService {
  package func beginUpload(_ key: String, _ attributes: ObjectAttributes) throws(ServiceError)
    -> (id: String, hasDouble: Bool)
  {
    _ = try objectPath(key)
    var call = Call(.post, path("u"))
    call.isSentOnce = true
    call.headers = [HTTPHeader("opc-checksum-algorithm", "CRC32C")]
    let metadata = attributes.metadata.map { (OCIService.metadataPrefix + $0.key, $0.value) }
    call.document = .object([
      "object": .string(key), "contentType": .string(attributes.contentType),
      "storageTier": attributes.storageClass.map { .string($0) },
      "metadata": .texts(Dictionary(uniqueKeysWithValues: metadata)),
    ])
    var hasDouble = false
    let answer: JSONValue
    do throws(ServiceError) {
      (answer, _) = try document(call, tries: .once)
    } catch {
      guard error.isTransient else { throw error }
      hasDouble = true
      (answer, _) = try document(call)
    }
    guard let id = answer["uploadId"]?.text, !id.isEmpty else {
      throw ServiceError(broken: "the answer names no upload")
    }
    return (id, hasDouble)
  }

  private func call(_ part: ObjectPart) -> Call {
    var call = Call(.put, uploadPath(part.key))
    call.query = [("uploadId", part.upload), ("uploadPartNum", String(part.number))]
    call.headers =
      [HTTPHeader("content-type", "application/octet-stream")]
      + OCIService.checksumHeaders(part.crc32c)
    return call
  }

  @unsafe package func start(_ part: ObjectPart, _ bytes: UnsafeRawBufferPointer) -> HTTPExchange {
    unsafe start(call(part), raw: bytes)
  }

  package func finish(_ part: ObjectPart, _ exchange: HTTPExchange, _ bytes: RawSpan)
    throws(ServiceError) -> PartReceipt
  {
    var receipt = PartReceipt(
      number: part.number, tag: "", size: Int64(bytes.byteCount), crc32c: part.crc32c)
    do throws(ServiceError) {
      let response = try answer(of: exchange)
      try OCIService.checkTag(response)
      receipt.tag = response["etag"] ?? ""
    } catch {
      // A signer that is not taken any more is renewed by `send`.
      guard error.isTransient || error.status == 401 else { throw error }
      let response = try send(call(part), raw: bytes, check: OCIService.checkTag)
      receipt.tag = response["etag"] ?? ""
      // The first try may still arrive, and give the part another tag: told by the MD5, which the
      // list of parts has.
      receipt.md5 = MD5.hash(bytes)
    }
    return receipt
  }

  package func completeUpload(_ key: String, _ id: String, _ parts: [PartReceipt])
    throws(ServiceError)
  {
    let isSure = parts.allSatisfy { $0.md5 == nil }
    for _ in 1..<OCIService.commitTries where !isSure {
      do throws(ServiceError) {
        return try commit(key, id, try retagged(key, id, parts))
      } catch {
        // A part that arrives between list and commit has yet another tag.
        guard error.status == 400 else { throw error }
      }
    }
    try commit(key, id, isSure ? parts : try retagged(key, id, parts))
  }

  /// How often parts are looked at before an upload whose parts were sent twice ends in an error.
  private static let commitTries = 3

  /// The parts with the tags that the service has by now, where they may be others. A content that
  /// is not ours is left to the service to refuse.
  private func retagged(
    _ key: String, _ id: String, _ parts: [PartReceipt]
  ) throws(ServiceError) -> [PartReceipt] {
    let stored = Dictionary(
      try self.parts(key, id).map { ($0.number, $0) }, uniquingKeysWith: { first, _ in first })
    return parts.map { part in
      guard let md5 = part.md5, let there = stored[part.number], there.md5 == md5,
        there.size == part.size
      else { return part }
      var part = part
      part.tag = there.tag
      return part
    }
  }

  private func commit(_ key: String, _ id: String, _ parts: [PartReceipt]) throws(ServiceError) {
    var call = Call(.post, uploadPath(key))
    call.query = [("uploadId", id)]
    // Joining many parts may take a service minutes.
    call.mayStall = true
    call.document = .object([
      "partsToCommit": .array(
        parts.map { part in
          .object(["partNum": .number(part.number), "etag": .string(part.tag)])
        })
    ])
    let whole = OCIService.joined(parts)
    _ = try send(call) { response throws(ServiceError) in
      try OCIService.checkTag(response)
      guard let whole, let stated = response["opc-content-crc32c"],
        stated != OCIService.text(whole)
      else { return }
      // It stands there, and the same request can only find the upload gone: not tried again.
      throw ServiceError(broken: "the object that was joined does not fit its checksum")
    }
  }

  /// The CRC-32C of all parts in a row; `nil` unless each tells its size and its own.
  static func joined(_ parts: [PartReceipt]) -> UInt32? {
    var whole: UInt32 = 0
    for part in parts {
      guard let crc = part.crc32c, let size = part.size else { return nil }
      whole = CRC32C.joined(whole, crc, secondByteCount: size)
    }
    return whole
  }

  package func abortUpload(_ key: String, _ id: String, tries: ServiceTries) throws(ServiceError) {
    var call = Call(.delete, uploadPath(key))
    call.query = [("uploadId", id)]
    try remove(call, tries: tries)
  }

  package func uploads(_ prefix: String) throws(ServiceError) -> [PendingUpload] {
    var call = Call(.get, path("u"))
    call.query = [("limit", "1000")]
    var uploads: [PendingUpload] = []
    for entry in try pages(call) {
      guard let key = entry["object"]?.text, let id = entry["uploadId"]?.text else {
        throw ServiceError(broken: "an entry of the uploads is broken")
      }
      if key.hasPrefix(prefix) { uploads.append(PendingUpload(key: key, id: id)) }
    }
    return uploads
  }

  package func parts(_ key: String, _ id: String) throws(ServiceError) -> [PartReceipt] {
    var call = Call(.get, uploadPath(key))
    call.query = [("uploadId", id), ("limit", "1000")]
    var parts: [PartReceipt] = []
    for entry in try pages(call) {
      guard let number = entry["partNumber"]?.integer,
        (1...Int64(ObjectUpload.partLimit)).contains(number), let tag = entry["etag"]?.text,
        let size = entry["size"]?.integer, size >= 0
      else { throw ServiceError(broken: "an entry of the parts is broken") }
      parts.append(
        PartReceipt(
          number: Int(number), tag: tag, size: size,
          md5: entry["md5"]?.text.flatMap { OCIService.md5($0) }))
    }
    return parts
  }
}
