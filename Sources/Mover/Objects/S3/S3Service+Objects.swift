import FrameEngine

/// Whole objects.
extension S3Service: ObjectService {
  package var address: String { "s3://\(bucket)/" }

  package func put(
    _ key: String, _ bytes: RawSpan, _ attributes: ObjectAttributes, ifAbsent: Bool
  ) throws(ServiceError) {
    var call = Call(.put, key)
    call.headers = S3Service.headers(attributes)
    call.headers.append(
      HTTPHeader("x-amz-checksum-crc32c", S3Service.text(CRC32C.checksum(bytes))))
    if ifAbsent { call.headers.append(HTTPHeader("If-None-Match", "*")) }
    _ = try send(call, body: bytes, check: S3Service.checkTag)
  }

  package func get(_ key: String, limit: Int) throws(ServiceError)
    -> (info: ObjectInfo, bytes: [UInt8])
  {
    var call = Call(.get, key)
    call.headers = [HTTPHeader("x-amz-checksum-mode", "ENABLED")]
    call.limit = limit
    let response = try send(call, check: S3Service.checkWhole)
    return (S3Service.info(key, response, size: Int64(response.byteCount)), response.body)
  }

  package func read(
    _ key: String, at offset: Int64, ifTag tag: String?, into buffer: inout MutableRawSpan
  ) throws(ServiceError) -> Int {
    let last = offset + Int64(buffer.byteCount) - 1
    var call = Call(.get, key)
    call.headers = [HTTPHeader("Range", "bytes=\(offset)-\(last)")]
    if let tag, !tag.isEmpty { call.headers.append(HTTPHeader("If-Match", tag)) }
    do throws(ServiceError) {
      return try fetch(call, into: &buffer) { response throws(ServiceError) in
        try S3Service.checkTag(response)
        guard ContentRange(response)?.answers(offset...last, by: response.byteCount) == true else {
          throw S3Service.failure(response, message: "the answer is not the range asked for")
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
    var call = Call(.head, key)
    call.headers = [HTTPHeader("x-amz-checksum-mode", "ENABLED")]
    let response: HTTPResponse
    do throws(ServiceError) {
      response = try send(call, check: S3Service.checkTag)
    } catch {
      if isAbsent(error) { return nil }
      throw error
    }
    guard let size = response["content-length"].flatMap({ Int64($0) }), size >= 0 else {
      throw ServiceError(broken: "the answer has no Content-Length")
    }
    return S3Service.info(key, response, size: size)
  }

  package func remove(_ key: String, tries: ServiceTries) throws(ServiceError) {
    try remove(Call(.delete, key), tries: tries)
  }

  package func remove(_ keys: [String]) throws(ServiceError)
    -> [(key: String, failure: ServiceError)]
  {
    var failures: [(key: String, failure: ServiceError)] = []
    // XML cannot say every key.
    let odd = keys.filter { !XMLElement.canHold($0) }
    for key in odd {
      do throws(ServiceError) {
        try remove(key, tries: .usual)
      } catch {
        if error.status == nil { throw error }
        failures.append((key, error))
      }
    }
    let keys = odd.isEmpty ? keys : keys.filter { XMLElement.canHold($0) }
    return keys.isEmpty ? failures : try failures + removeAtOnce(keys)
  }

  private func removeAtOnce(_ keys: [String]) throws(ServiceError)
    -> [(key: String, failure: ServiceError)]
  {
    var call = Call(.post)
    call.query = [("delete", "")]
    var body = "<Delete><Quiet>true</Quiet>"
    for key in keys { body += "<Object><Key>\(XMLElement.escaped(key))</Key></Object>" }
    body += "</Delete>"
    let bytes = Array(body.utf8)
    call.headers = [
      HTTPHeader("Content-Type", "application/xml"),
      // Some services want one and know no other.
      HTTPHeader("Content-MD5", Base64.text(MD5.hash(bytes.rawBytes))),
    ]
    var document: XMLElement?
    _ = try send(call, body: bytes.rawBytes) { response throws(ServiceError) in
      document = XMLElement(document: response.body)
      guard document?.name == "DeleteResult" else {
        throw S3Service.failure(response, message: "the answer is no DeleteResult")
      }
    }
    return document!.all("Error").map { entry in
      let failure = ServiceError(
        status: 200, code: entry.text("Code") ?? "", message: entry.text("Message") ?? "",
        requestID: nil)
      return (entry.text("Key") ?? "", failure)
    }
  }

  package func bucket(of other: any ObjectService) -> String? {
    guard let other = other as? S3Service, other.endpoint == endpoint else { return nil }
    return other.bucket
  }

  package func copy(
    _ source: ObjectInfo, from bucket: String, to key: String, _ attributes: ObjectAttributes
  ) throws(ServiceError) -> Bool {
    // Beyond this a service copies part by part.
    guard source.size <= 5 << 30 else { return false }
    var call = Call(.put, key)
    let path = PercentEncoding.encoded("/\(bucket)/\(source.key)", keepsSlashes: true)
    call.headers = S3Service.headers(attributes)
    call.headers += [
      HTTPHeader("x-amz-copy-source", path),
      HTTPHeader("x-amz-metadata-directive", "REPLACE"),
    ]
    if !source.tag.isEmpty {
      call.headers.append(HTTPHeader("x-amz-copy-source-if-match", source.tag))
    }
    call.mayStall = true
    do throws(ServiceError) {
      _ = try send(call) { response throws(ServiceError) in
        // As at the end of an upload: 200, and then perhaps an error.
        guard XMLElement(document: response.body)?.name == "CopyObjectResult" else {
          throw S3Service.failure(response, message: "the answer is no CopyObjectResult")
        }
      }
    } catch {
      if error.status == 501 || error.code == "NotImplemented" { return false }
      throw error
    }
    return true
  }
}

/// What goes into requests, and what answers tell.
extension S3Service {
  static func headers(_ attributes: ObjectAttributes) -> [HTTPHeader] {
    var headers = [HTTPHeader("Content-Type", attributes.contentType)]
    for (name, value) in attributes.metadata.sorted(by: { $0.key < $1.key }) {
      headers.append(HTTPHeader(metadataPrefix + name, value))
    }
    if let storageClass = attributes.storageClass {
      headers.append(HTTPHeader("x-amz-storage-class", storageClass))
    }
    return headers
  }

  static func info(_ key: String, _ response: HTTPResponse, size: Int64) -> ObjectInfo {
    var metadata: [String: String] = [:]
    for header in response.headers where header.name.hasPrefix(metadataPrefix) {
      metadata[String(header.name.dropFirst(metadataPrefix.count))] = header.value
    }
    let tag = response["etag"] ?? ""
    return ObjectInfo(
      key: key, size: size, tag: tag,
      stored: response["last-modified"].flatMap { CalendarTime.time(ofHeader: $0) },
      md5: md5(tag), crc32c: wholeChecksum(response).flatMap(crc32c),
      storageClass: response["x-amz-storage-class"], contentType: response["content-type"],
      metadata: metadata)
  }

  private static let metadataPrefix = "x-amz-meta-"

  /// The CRC-32C by which the server compares what arrived: four bytes, the highest first.
  static func text(_ crc: UInt32) -> String {
    Base64.text([24, 16, 8, 0].map { UInt8(truncatingIfNeeded: crc >> $0) })
  }

  static func crc32c(_ text: String) -> UInt32? {
    guard let bytes = Base64.bytes(text), bytes.count == 4 else { return nil }
    return bytes.reduce(0) { $0 << 8 | UInt32($1) }
  }

  /// Whoever answers for an object names its ETag. A gateway or portal in between that says 200 to
  /// everything does not, and has stored nothing.
  static func checkTag(_ response: HTTPResponse) throws(ServiceError) {
    if response["etag"] == nil {
      throw failure(response, message: "the answer has no ETag: it is not the service's")
    }
  }

  /// Compares a whole object with the checksum that the server keeps, if it does.
  private static func checkWhole(_ response: HTTPResponse) throws(ServiceError) {
    try checkTag(response)
    guard let stated = wholeChecksum(response) else { return }
    if stated != text(CRC32C.checksum(response.body.rawBytes)) {
      throw failure(response, message: "the bytes do not fit their checksum")
    }
  }

  /// The checksum of all bytes, as text. That of parts (`…-3`) is another.
  private static func wholeChecksum(_ response: HTTPResponse) -> String? {
    guard let stated = response["x-amz-checksum-crc32c"], !stated.contains("-"),
      response["x-amz-checksum-type"] != "COMPOSITE"
    else { return nil }
    return stated
  }
}
