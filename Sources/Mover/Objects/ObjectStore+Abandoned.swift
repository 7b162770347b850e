public import FrameEngine

/// What killed writers leave in a bucket, and who may remove it.
///
/// An upload in parts is no object: its bytes are paid for, and no listing of objects shows them.
/// The service tells of an upload when it was begun, but not by whom. So a writer first makes a
/// marker, an object whose name says which process writes (`TemporaryName`) and whose content is
/// the name of the object to be. Uploads without a marker belong to other programs.
extension ObjectStore {
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
    let current = TemporaryName.Owner.current
    var removed = 0
    for entry in try entries(TemporaryName.start) {
      let name = String(Substring(entry.key.utf8.dropFirst(key("").utf8.count)))
      // A time that is not told is later than any.
      guard let marker = TemporaryName(FileName(name)),
        marker.owner.isDead(seenFrom: current) || entry.stored.map({ $0 < time }) == true
      else { continue }
      // Another sweep may have been faster.
      guard let content = try get(name, limit: 4096) else { continue }
      if !content.isEmpty { try abortUploads(of: String(decoding: content, as: UTF8.self)) }
      try delete(name)
      removed += 1
    }
    return removed
  }

  /// Aborts every upload of `name`: its marker says that they are of one writer.
  func abortUploads(of name: String) throws(StoreError) {
    let pending = try failing("list the uploads of", name) { () throws(ServiceError) in
      try service.uploads(key(name))
    }
    for upload in pending where upload.key == key(name) {
      try failing("abort the upload of", name) { () throws(ServiceError) in
        try service.abortUpload(upload.key, upload.id, tries: .usual)
      }
    }
  }

  /// Aborts one's own upload, with one try, and then takes its marker away.
  func abort(_ name: String, _ id: String, marker: String) throws(StoreError) {
    try failing("abort the upload of", name) { () throws(ServiceError) in
      try service.abortUpload(key(name), id, tries: .once)
      try service.remove(key(marker), tries: .once)
    }
  }
}
