import FrameEngine

/// Listings: of objects, and of uploads that nobody has finished.
extension S3Service {
  package func page(_ prefix: String, folded: Bool, from position: ObjectPosition)
    throws(ServiceError) -> ObjectPage
  {
    var call = Call(.get)
    call.query = [("list-type", "2"), ("encoding-type", "url"), ("prefix", prefix)]
    if folded { call.query.append(("delimiter", "/")) }
    switch position {
    case .start: break
    case .after(let key): call.query.append(("start-after", key))
    case .token(let token): call.query.append(("continuation-token", token))
    }
    let answer = try document(call, root: "ListBucketResult")
    var page = ObjectPage()
    for entry in answer.all("Contents") { page.objects.append(try listed(entry, under: prefix)) }
    for entry in answer.all("CommonPrefixes") {
      page.prefixes.append(try listedKey(entry.text("Prefix"), under: prefix))
    }
    guard answer.text("IsTruncated") == "true" else { return page }
    guard let next = answer.text("NextContinuationToken"), !next.isEmpty,
      position != .token(next)
    else { throw ServiceError(broken: "the listing breaks off") }
    page.next = .token(next)
    return page
  }

  private func listed(_ entry: XMLElement, under prefix: String) throws(ServiceError) -> ObjectInfo
  {
    let key = try listedKey(entry.text("Key"), under: prefix)
    guard let size = entry.text("Size").flatMap({ Int64($0) }), size >= 0 else {
      throw ServiceError(broken: "the listing tells no size of \(key)")
    }
    let tag = entry.text("ETag") ?? ""
    let storageClass = entry.text("StorageClass")
    return ObjectInfo(
      key: key, size: size, tag: tag,
      stored: entry.text("LastModified").flatMap { CalendarTime.time(ofISO: $0) },
      md5: S3Service.md5(tag), storageClass: storageClass == "STANDARD" ? nil : storageClass)
  }

  private func listedKey(_ encoded: String?, under prefix: String) throws(ServiceError) -> String {
    guard let encoded, let bytes = PercentEncoding.decoded(encoded, isForm: true) else {
      throw ServiceError(broken: "an entry of the listing is broken")
    }
    let key = String(decoding: bytes, as: UTF8.self)
    guard key.utf8.starts(with: prefix.utf8) else {
      throw ServiceError(broken: "\(key) is listed, and lies outside of \(prefix)")
    }
    return key
  }

  /// The content's MD5 that an ETag may be: 32 digits. Of parts (`…-3`) it is another, and under
  /// server-side encryption none, so that it may prove sameness and never a difference.
  static func md5(_ tag: String) -> [UInt8]? {
    let digits = Array(tag.utf8.filter { $0 != UInt8(ascii: "\"") })
    guard digits.count == 32 else { return nil }
    var bytes: [UInt8] = []
    for index in stride(from: 0, to: 32, by: 2) {
      let pair = String(decoding: digits[index..<index + 2], as: UTF8.self)
      guard let byte = UInt8(pair, radix: 16) else { return nil }
      bytes.append(byte)
    }
    return bytes
  }

  package func uploads(_ prefix: String) throws(ServiceError) -> [PendingUpload] {
    var uploads: [PendingUpload] = []
    var marker: (key: String, upload: String)?
    repeat {
      var call = Call(.get)
      call.query = [("uploads", ""), ("prefix", prefix)]
      if let marker {
        call.query += [("key-marker", marker.key), ("upload-id-marker", marker.upload)]
      }
      let page: XMLElement
      do throws(ServiceError) {
        page = try document(call, root: "ListMultipartUploadsResult")
      } catch {
        // A server may say so where there never was an upload.
        if isAbsent(error) { return uploads }
        throw error
      }
      for upload in page.all("Upload") {
        guard let key = upload.text("Key"), let id = upload.text("UploadId") else {
          throw ServiceError(broken: "an entry of the uploads is broken")
        }
        if key.utf8.starts(with: prefix.utf8) { uploads.append(PendingUpload(key: key, id: id)) }
      }
      let before = marker
      marker = nil
      if page.text("IsTruncated") == "true", let key = page.text("NextKeyMarker") {
        marker = (key, page.text("NextUploadIdMarker") ?? "")
        if let before, before == marker! {
          throw ServiceError(broken: "the list of uploads breaks off")
        }
      }
    } while marker != nil
    return uploads
  }
}
