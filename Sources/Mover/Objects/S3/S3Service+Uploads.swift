import FrameEngine

/// Objects in parts.
extension S3Service {
  package func beginUpload(_ key: String, _ attributes: ObjectAttributes) throws(ServiceError)
    -> (id: String, hasDouble: Bool)
  {
    var call = Call(.post, key)
    call.query = [("uploads", "")]
    call.isSentOnce = true
    call.headers = S3Service.headers(attributes)
    call.headers.append(HTTPHeader("x-amz-checksum-algorithm", "CRC32C"))
    let root = "InitiateMultipartUploadResult"
    var hasDouble = false
    let answer: XMLElement
    do throws(ServiceError) {
      answer = try document(call, root: root, tries: .once)
    } catch {
      guard error.isTransient else { throw error }
      hasDouble = true
      answer = try document(call, root: root)
    }
    guard let id = answer.text("UploadId"), !id.isEmpty else {
      throw ServiceError(broken: "the answer names no upload")
    }
    return (id, hasDouble)
  }

  private func call(_ part: ObjectPart) -> Call {
    var call = Call(.put, part.key)
    call.query = [("partNumber", String(part.number)), ("uploadId", part.upload)]
    call.headers = [
      HTTPHeader("Content-Type", "application/octet-stream"),
      HTTPHeader("x-amz-checksum-crc32c", S3Service.text(part.crc32c)),
    ]
    return call
  }

  @unsafe package func start(_ part: ObjectPart, _ bytes: UnsafeRawBufferPointer) -> HTTPExchange {
    unsafe start(call(part), body: bytes)
  }

  package func finish(_ part: ObjectPart, _ exchange: HTTPExchange, _ bytes: RawSpan)
    throws(ServiceError) -> PartReceipt
  {
    var response: HTTPResponse
    do throws(ServiceError) {
      response = try answer(of: exchange)
    } catch {
      guard error.isTransient else { throw error }
      response = try send(call(part), body: bytes)
    }
    guard let tag = response["etag"] else {
      throw ServiceError(broken: "a part was answered without ETag")
    }
    return PartReceipt(
      number: part.number, tag: tag, size: Int64(bytes.byteCount), crc32c: part.crc32c)
  }

  package func completeUpload(_ key: String, _ id: String, _ parts: [PartReceipt])
    throws(ServiceError)
  {
    var call = Call(.post, key)
    call.query = [("uploadId", id)]
    call.headers = [HTTPHeader("Content-Type", "application/xml")]
    // Joining many parts may take a service minutes, in which it sends spaces or nothing.
    call.mayStall = true
    var body = "<CompleteMultipartUpload>"
    for part in parts {
      body += "<Part><PartNumber>\(part.number)</PartNumber><ETag>\(part.tag)</ETag>"
      if let crc = part.crc32c {
        body += "<ChecksumCRC32C>\(S3Service.text(crc))</ChecksumCRC32C>"
      }
      body += "</Part>"
    }
    body += "</CompleteMultipartUpload>"
    let bytes = Array(body.utf8)
    _ = try send(call, body: bytes.rawBytes) { response throws(ServiceError) in
      // The server may begin its answer before it knows how it ends: 200, and then an error.
      let answer = XMLElement(document: response.body)
      guard answer?.name == "CompleteMultipartUploadResult" else {
        throw S3Service.failure(response, message: "the answer is no end of an upload")
      }
    }
  }

  package func abortUpload(_ key: String, _ id: String, tries: ServiceTries) throws(ServiceError) {
    var call = Call(.delete, key)
    call.query = [("uploadId", id)]
    try remove(call, tries: tries)
  }

  package func parts(_ key: String, _ id: String) throws(ServiceError) -> [PartReceipt] {
    var parts: [PartReceipt] = []
    var marker: String?
    repeat {
      var call = Call(.get, key)
      call.query = [("uploadId", id)]
      if let marker { call.query.append(("part-number-marker", marker)) }
      let page = try document(call, root: "ListPartsResult")
      for entry in page.all("Part") { parts.append(try receipt(entry)) }
      let next = page.text("IsTruncated") == "true" ? page.text("NextPartNumberMarker") ?? "" : nil
      if next == "" || next != nil && next == marker {
        throw ServiceError(broken: "the list of parts breaks off")
      }
      marker = next
    } while marker != nil
    return parts
  }

  private func receipt(_ entry: XMLElement) throws(ServiceError) -> PartReceipt {
    guard let number = entry.text("PartNumber").flatMap({ Int($0) }),
      (1...ObjectUpload.partLimit).contains(number), let tag = entry.text("ETag"),
      let size = entry.text("Size").flatMap({ Int64($0) }), size >= 0
    else { throw ServiceError(broken: "an entry of the parts is broken") }
    return PartReceipt(
      number: number, tag: tag, size: size, md5: S3Service.md5(tag),
      crc32c: entry.text("ChecksumCRC32C").flatMap { S3Service.crc32c($0) })
  }
}
