public import FrameEngine

/// Listings, page by page.
extension S3Store {
  /// Every object under a prefix, in the order of their names.
  public func list(_ prefix: String) throws(StoreError) -> [StoredObject] {
    var objects: [StoredObject] = []
    var token: String?
    repeat {
      let page = try failing("list", prefix) { () throws(ServiceError) in
        try self.page(prefix, token)
      }
      for entry in page.all("Contents") {
        objects.append(try object(entry, prefix))
      }
      let isMore = page.text("IsTruncated") == "true"
      token = isMore ? page.text("NextContinuationToken") : nil
      if isMore && token == nil {
        throw StoreError(.failed, "list", place + prefix, "the listing breaks off")
      }
    } while token != nil
    return objects
  }

  private func page(_ prefix: String, _ token: String?) throws(ServiceError) -> XMLElement {
    var call = S3Service.Call(.get)
    call.query = [
      ("list-type", "2"), ("encoding-type", "url"), ("prefix", key(prefix)),
    ]
    if let token { call.query.append(("continuation-token", token)) }
    let response = try service.send(call)
    guard let page = XMLElement(document: response.body), page.name == "ListBucketResult" else {
      throw ServiceError(
        status: response.status, code: "", message: "the listing is no ListBucketResult",
        requestID: response["x-amz-request-id"])
    }
    return page
  }

  private func object(_ entry: XMLElement, _ prefix: String) throws(StoreError) -> StoredObject {
    guard let encoded = entry.text("Key"), let bytes = PercentEncoding.decoded(encoded),
      let size = entry.text("Size").flatMap({ Int64($0) }), size >= 0
    else { throw StoreError(.failed, "list", place + prefix, "an entry of the listing is broken") }
    let full = String(decoding: bytes, as: UTF8.self)
    guard full.hasPrefix(key("")) else {
      throw StoreError(.failed, "list", place + prefix, "\(full) lies outside")
    }
    return StoredObject(name: String(full.dropFirst(key("").count)), size: size)
  }

  /// Aborts uploads that were begun before `time` and never finished.
  @discardableResult
  public func removeAbandoned(writtenBefore time: Timestamp) throws(StoreError) -> Int {
    let limit = CalendarTime(time).compact
    var removed = 0
    var marker: (key: String, upload: String)?
    repeat {
      var call = S3Service.Call(.get)
      call.query = [("uploads", ""), ("prefix", key(""))]
      if let marker {
        call.query += [("key-marker", marker.key), ("upload-id-marker", marker.upload)]
      }
      let page = try failing("list", "") { () throws(ServiceError) in
        XMLElement(document: try service.send(call).body)
      }
      for upload in page?.all("Upload") ?? [] {
        guard let name = upload.text("Key"), let id = upload.text("UploadId"),
          name.hasPrefix(key("")),
          let begun = upload.text("Initiated"), S3Store.compact(begun) < limit
        else { continue }
        try abort(name, id)
        removed += 1
      }
      marker = nil
      if page?.text("IsTruncated") == "true", let key = page?.text("NextKeyMarker") {
        marker = (key, page?.text("NextUploadIdMarker") ?? "")
      }
    } while marker != nil
    return removed
  }

  /// `20130524T000000Z` of `2013-05-24T00:00:00.000Z`: both sort as text.
  private static func compact(_ time: String) -> String {
    let digits = time.prefix { $0 != "." && $0 != "Z" }.filter { $0 != "-" && $0 != ":" }
    return digits + "Z"
  }

  func abort(_ key: String, _ id: String) throws(StoreError) {
    var call = S3Service.Call(.delete, key)
    call.query = [("uploadId", id)]
    do throws(ServiceError) {
      _ = try service.send(call)
    } catch {
      if error.status != 404 { throw StoreError(error, "abort the upload of", key) }
    }
  }
}
