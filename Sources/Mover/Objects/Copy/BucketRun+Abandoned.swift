import FrameEngine
import Synchronization

/// An unfinished upload of a run that is over: to be gone on with, or given up.
struct ResumableUpload: Sendable {
  let marker: UploadMarker
  /// The key of the marker.
  let markerKey: String
}

// What killed runs left below the target.
extension BucketRun {
  /// How long another machine may be silent about an upload of its own.
  private static let patience: Int64 = 86_400

  /// Takes over the uploads of runs that are over. Those of living ones stay untouched.
  func adopt(_ markers: [ObjectInfo]) throws(TransferFailure) {
    for info in markers where isOver(info) {
      guard let bytes = try content(info) else { continue }
      guard let marker = UploadMarker(bytes) else {
        // A repository's writer has another form of it, and sweeps by itself; an empty one is left
        // from the moment before it was filled.
        if bytes.isEmpty { removeMarker(info.key) }
        continue
      }
      // What says that it is about another place is not believed, and other files' are left to a
      // run about those.
      guard marker.key.utf8.starts(with: info.key.folderPrefix.utf8),
        ends.fileKey.map({ $0.isSameKey(as: marker.key) }) ?? true
      else { continue }
      let upload = ResumableUpload(marker: marker, markerKey: info.key)
      // Without an id nothing can be gone on with; of two uploads of a key, one is enough.
      let before: ResumableUpload? =
        marker.id.isEmpty
        ? upload : resumable.withLock { $0.updateValue(upload, forKey: FileName(marker.key)) }
      guard let before else { continue }
      if !marker.id.isEmpty, before.marker.id == marker.id {
        // Whoever took it over was killed between the new marker and the old one's end.
        removeMarker(before.markerKey)
      } else {
        giveUp(before)
      }
    }
  }

  /// Whether a marker's run is over: it is surely dead, or has been silent for long.
  private func isOver(_ info: ObjectInfo) -> Bool {
    guard let name = ends.marker(info.key) else { return false }
    let now = SystemClock().now()
    return name.owner.isDead(seenFrom: .current)
      || info.stored.map { $0.seconds + BucketRun.patience < now.seconds } == true
  }

  /// What a marker says; `nil` if it is gone, or too large to be one.
  private func content(_ info: ObjectInfo) throws(TransferFailure) -> [UInt8]? {
    if info.size > UploadMarker.limit { return nil }
    do throws(ServiceError) {
      return try service.get(info.key, limit: UploadMarker.limit).bytes
    } catch {
      if service.isAbsent(error) { return nil }
      throw failure(error, .read, info.key)
    }
  }

  /// The unfinished upload that fits a file as it is now, once.
  func takeResumable(_ step: Step, _ status: FileStatus, partBytes: Int) -> ResumableUpload? {
    let key = FileName(step.key)
    return resumable.withLock { uploads in
      guard let upload = uploads[key], upload.marker.size == status.size,
        upload.marker.modified == status.modified, upload.marker.partBytes == partBytes
      else { return nil }
      uploads[key] = nil
      return upload
    }
  }

  /// Gives up what nothing went on with.
  func giveUpUnused() {
    let unused = resumable.withLock { uploads in
      defer { uploads = [:] }
      return uploads.values.map { $0 }
    }
    for upload in unused { giveUp(upload) }
  }

  /// Aborts an upload and removes its marker.
  func giveUp(_ upload: ResumableUpload) {
    do throws(TransferFailure) {
      let key = upload.marker.key
      guard let ids = upload.marker.id.isEmpty ? try unclaimed(upload) : [upload.marker.id] else {
        return
      }
      try calling(.remove, key) { () throws(ServiceError) in
        for id in ids { try service.abortUpload(key, id, tries: .usual) }
        try service.remove(upload.markerKey, tries: .usual)
      }
    } catch {
      fail(error)
    }
  }

  /// The uploads of a key where the service did not say which it was: all but those that others
  /// have begun. `nil` if that cannot be told now.
  private func unclaimed(_ upload: ResumableUpload) throws(TransferFailure) -> [String]? {
    let key = upload.marker.key
    // In this order: whoever began one of them has written his marker before.
    let (ids, markers) = try calling(.list, key) { () throws(ServiceError) in
      let uploads = try service.uploads(key).filter { $0.key.isSameKey(as: key) }
      let isNone = uploads.isEmpty
      let start = upload.markerKey.folderPrefix + TemporaryName.start
      return (uploads.map(\.id), isNone ? [] : try service.all(start))
    }
    var claimed: Set<String> = []
    for info in markers where !info.key.isSameKey(as: upload.markerKey) {
      guard let other = try content(info).flatMap({ UploadMarker($0) }),
        other.key.isSameKey(as: key)
      else { continue }
      if other.id.isEmpty, !isOver(info) { return nil }
      claimed.insert(other.id)
    }
    return ids.filter { !claimed.contains($0) }
  }

  private func removeMarker(_ key: String) {
    do throws(TransferFailure) {
      try calling(.remove, key) { () throws(ServiceError) in
        try service.remove(key, tries: .usual)
      }
    } catch {
      fail(error)
    }
  }
}
