public import FrameEngine

/// What killed writers leave in a bucket, and who may remove it.
///
/// An upload in parts is no object: its bytes are paid for, and no listing of objects shows them.
/// The service tells of an upload when it was begun, but not by whom. So a writer first makes a
/// marker, an object whose name says which process writes (`TemporaryName`) and whose content is
/// the name of the object to be. Uploads without a marker belong to other programs.
extension S3Store {
  /// Makes a marker for the upload of `name`, or for a probe where it is empty; the marker's name.
  func mark(_ name: String) throws(StoreError) -> String {
    let marker = freshMarker()
    let bytes = Array(name.utf8)
    try write(marker, bytes.rawBytes)
    return marker
  }

  func freshMarker() -> String { TemporaryName(owner: .current).fileName.description }

  /// Whether an object is a marker, whosoever.
  static func isMarker(_ name: String) -> Bool {
    TemporaryName.isTemporary(Array(name.utf8))
  }

  /// Aborts uploads whose writers are gone: those of this machine, and any begun before `time`.
  @discardableResult
  public func removeAbandoned(writtenBefore time: Timestamp) throws(StoreError) -> Int {
    let limit = CalendarTime(time).compact
    let current = TemporaryName.Owner.current
    var removed = 0
    for entry in try entries(S3Store.markerPrefix) {
      guard let marker = TemporaryName(FileName(entry.object.name)),
        marker.owner.isDead(seenFrom: current) || entry.modified < limit
      else { continue }
      // Another sweep may have been faster.
      guard let content = try get(entry.object.name, limit: 4096) else { continue }
      if !content.isEmpty { try abortUploads(of: String(decoding: content, as: UTF8.self)) }
      try delete(entry.object.name)
      removed += 1
    }
    return removed
  }

  private static let markerPrefix = ".tmp-"

  /// Aborts every upload of `name`: its marker says that they are of one writer.
  func abortUploads(of name: String) throws(StoreError) {
    var marker: (key: String, upload: String)?
    repeat {
      var call = S3Service.Call(.get)
      call.query = [("uploads", ""), ("prefix", key(name))]
      if let marker {
        call.query += [("key-marker", marker.key), ("upload-id-marker", marker.upload)]
      }
      let page: XMLElement
      do throws(ServiceError) {
        page = try service.document(call, root: "ListMultipartUploadsResult")
      } catch {
        // A server may say so where there never was an upload. The marker proves the bucket.
        if error.status == 404 { return }
        throw StoreError(error, "list the uploads of", place + name, remedy: error.remedy)
      }
      for upload in page.all("Upload") where upload.text("Key") == key(name) {
        if let id = upload.text("UploadId") { try abort(key(name), id) }
      }
      marker = nil
      if page.text("IsTruncated") == "true", let key = page.text("NextKeyMarker") {
        marker = (key, page.text("NextUploadIdMarker") ?? "")
      }
    } while marker != nil
  }

  private func abort(_ key: String, _ id: String) throws(StoreError) {
    try failing("abort the upload of", key) { () throws(ServiceError) in
      try service.remove(S3Store.abortCall(key, id), tries: .usual)
    }
  }

  /// Aborts one's own upload, with one try, and then takes its marker away.
  func abort(_ key: String, _ id: String, marker: String) throws(StoreError) {
    try failing("abort the upload of", key) { () throws(ServiceError) in
      try service.remove(S3Store.abortCall(key, id), tries: .once)
      try service.remove(S3Service.Call(.delete, self.key(marker)), tries: .once)
    }
  }

  private static func abortCall(_ key: String, _ id: String) -> S3Service.Call {
    var call = S3Service.Call(.delete, key)
    call.query = [("uploadId", id)]
    return call
  }
}
