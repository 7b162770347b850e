import FrameEngine

/// Whole objects.
extension OCIService: ObjectService {
  package var address: String { "oci://\(bucket)@\(namespace)/" }

  package func put(
    _ key: String, _ bytes: RawSpan, _ attributes: ObjectAttributes, ifAbsent: Bool
  ) throws(ServiceError) {
    var call = Call(.put, try objectPath(key))
    let crc = CRC32C.checksum(bytes)
    call.headers =
      OCIService.headers(attributes)
      + [HTTPHeader("content-type", attributes.contentType)]
      + OCIService.checksumHeaders(crc)
    if ifAbsent { call.headers.append(HTTPHeader("if-none-match", "*")) }
    _ = try send(call, raw: bytes) { response throws(ServiceError) in
      try OCIService.checkTag(response)
      try OCIService.check(response, crc)
    }
  }

  package func get(_ key: String, limit: Int) throws(ServiceError)
    -> (info: ObjectInfo, bytes: [UInt8])
  {
    var call = Call(.get, try objectPath(key))
    call.limit = limit
    let response = try send(call) { response throws(ServiceError) in
      try OCIService.checkTag(response)
      try OCIService.check(response, CRC32C.checksum(response.body.rawBytes))
    }
    return (OCIService.info(key, response, size: Int64(response.byteCount)), response.body)
  }

  package func read(
    _ key: String, at offset: Int64, ifTag tag: String?, into buffer: inout MutableRawSpan
  ) throws(ServiceError) -> Int {
    let last = offset + Int64(buffer.byteCount) - 1
    var call = Call(.get, try objectPath(key))
    call.headers = [HTTPHeader("range", "bytes=\(offset)-\(last)")]
    if let tag { call.headers.append(HTTPHeader("if-match", tag)) }
    do throws(ServiceError) {
      return try fetch(call, into: &buffer) { response throws(ServiceError) in
        try OCIService.checkTag(response)
        guard ContentRange(response)?.answers(offset...last, by: response.byteCount) == true else {
          throw ServiceError(oci: response, message: "the answer is not the range asked for")
        }
      }.byteCount
    } catch {
      // Past the end there is nothing to read; an absent object is told apart by its own status.
      if error.status == 416 { return 0 }
      if error.wire == .tooLarge { throw ServiceError(broken: "the server ignores ranges") }
      throw error
    }
  }

  package func head(_ key: String) throws(ServiceError) -> ObjectInfo? {
    let call = Call(.head, try objectPath(key))
    let response: HTTPResponse
    do throws(ServiceError) {
      response = try send(call, check: OCIService.checkTag)
    } catch {
      guard error.status == 404 else { throw error }
      try proveBucket()
      return nil
    }
    guard let size = response["content-length"].flatMap({ Int64($0) }), size >= 0 else {
      throw ServiceError(broken: "the answer has no Content-Length")
    }
    return OCIService.info(key, response, size: size)
  }

  /// An answer to HEAD has no body that could tell a missing object from a bucket that is not there
  /// or not to be seen: asked by another request, until one has gone well.
  private func proveBucket() throws(ServiceError) {
    if isBucketSeen { return }
    var call = Call(.get, path("o"))
    call.query = [("limit", "1")]
    _ = try send(call)
  }

  package func remove(_ key: String, tries: ServiceTries) throws(ServiceError) {
    try remove(Call(.delete, try objectPath(key)), tries: tries)
  }

  package func remove(_ keys: [String]) throws(ServiceError)
    -> [(key: String, failure: ServiceError)]
  {
    for key in keys { _ = try objectPath(key) }
    var call = Call(.post, path("actions/batchDeleteObjects"))
    call.document = .object([
      "objects": .array(keys.map { .object(["objectName": .string($0)]) })
    ])
    let (answer, response) = try document(call)
    guard answer["deleted"] != nil || answer["failed"] != nil else {
      throw ServiceError(oci: response, message: "the answer does not say what was removed")
    }
    return (answer["failed"]?.elements ?? []).compactMap { entry in
      let status = entry["statusCode"]?.integer ?? entry["statusCode"]?.text.flatMap { Int64($0) }
      // Gone already.
      if status == 404 { return nil }
      let failure = ServiceError(
        status: status.flatMap { Int(exactly: $0) }, code: entry["errorCode"]?.text ?? "",
        message: entry["errorMessage"]?.text ?? "it was not removed",
        requestID: response["opc-request-id"])
      return (entry["objectName"]?.text ?? "", failure)
    }
  }
}

/// What goes into requests, and what answers tell.
extension OCIService {
  static let metadataPrefix = "opc-meta-"

  static func headers(_ attributes: ObjectAttributes) -> [HTTPHeader] {
    var headers: [HTTPHeader] = []
    for (name, value) in attributes.metadata.sorted(by: { $0.key < $1.key }) {
      headers.append(HTTPHeader(metadataPrefix + name, value))
    }
    if let tier = attributes.storageClass { headers.append(HTTPHeader("storage-tier", tier)) }
    return headers
  }

  /// By these the service compares what arrived.
  static func checksumHeaders(_ crc: UInt32) -> [HTTPHeader] {
    [
      HTTPHeader("opc-checksum-algorithm", "CRC32C"),
      HTTPHeader("opc-content-crc32c", text(crc)),
    ]
  }

  static func info(_ key: String, _ response: HTTPResponse, size: Int64) -> ObjectInfo {
    var metadata: [String: String] = [:]
    for header in response.headers where header.name.hasPrefix(metadataPrefix) {
      metadata[String(header.name.dropFirst(metadataPrefix.count))] = header.value
    }
    return ObjectInfo(
      key: key, size: size, tag: response["etag"] ?? "",
      stored: response["last-modified"].flatMap { CalendarTime.time(ofHeader: $0) },
      md5: response["content-md5"].flatMap { md5($0) },
      crc32c: response["opc-content-crc32c"].flatMap { crc32c($0) },
      storageClass: tier(response["storage-tier"]), contentType: response["content-type"],
      metadata: metadata)
  }

  /// The tier of an object; `nil` for the usual one.
  static func tier(_ word: String?) -> String? { word == "Standard" ? nil : word }

  /// The MD5 of a content; that of parts (`…-3`) is another.
  static func md5(_ text: String) -> [UInt8]? {
    guard let bytes = Base64.bytes(text), bytes.count == 16 else { return nil }
    return bytes
  }

  /// A CRC-32C as text: four bytes, the highest first.
  static func text(_ crc: UInt32) -> String {
    Base64.text([24, 16, 8, 0].map { UInt8(truncatingIfNeeded: crc >> $0) })
  }

  static func crc32c(_ text: String) -> UInt32? {
    guard let bytes = Base64.bytes(text), bytes.count == 4 else { return nil }
    return bytes.reduce(0) { $0 << 8 | UInt32($1) }
  }

  /// Whoever answers for an object names its ETag.
  static func checkTag(_ response: HTTPResponse) throws(ServiceError) {
    if response["etag"] == nil {
      throw ServiceError(
        oci: response, message: "the answer has no ETag: it is not the service's")
    }
  }

  /// Compares the checksum of a whole object with that which the service keeps, if it does.
  static func check(_ response: HTTPResponse, _ crc: UInt32) throws(ServiceError) {
    guard let stated = response["opc-content-crc32c"], stated != text(crc) else { return }
    throw ServiceError(oci: response, message: "the bytes do not fit their checksum")
  }
}
