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
    let current = TemporaryName.Owner.current
    let now = SystemClock().now()
    for info in markers {
      guard let name = ends.marker(info.key),
        name.owner.isDead(seenFrom: current)
          || info.stored.map({ $0.seconds + BucketRun.patience < now.seconds }) == true
      else { continue }
      guard let bytes = try content(info.key) else { continue }
      guard let marker = UploadMarker(bytes) else {
        // A repository's writer has another form of it, and sweeps by itself; an empty one is left
        // from the moment before it was filled.
        if bytes.isEmpty { removeMarker(info.key) }
        continue
      }
      let upload = ResumableUpload(marker: marker, markerKey: info.key)
      // Without an id nothing can be gone on with; of two uploads of a key, one is enough.
      let before: ResumableUpload? =
        marker.id.isEmpty
        ? upload : resumable.withLock { $0.updateValue(upload, forKey: marker.key) }
      if let before { giveUp(before) }
    }
  }

  private func content(_ key: String) throws(TransferFailure) -> [UInt8]? {
    do throws(ServiceError) {
      return try service.get(key, limit: UploadMarker.limit).bytes
    } catch {
      if service.isAbsent(error) { return nil }
      throw failure(error, .read, key)
    }
  }

  /// The unfinished upload that fits a file, once.
  func takeResumable(_ step: Step, partBytes: Int) -> ResumableUpload? {
    resumable.withLock { uploads in
      guard let upload = uploads[step.key], upload.marker.size == step.entry.status.size,
        upload.marker.modified == step.entry.status.modified, upload.marker.partBytes == partBytes
      else { return nil }
      uploads[step.key] = nil
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

  /// Aborts an upload and removes its marker. Where the service did not say which upload it was, all
  /// of that key are: its marker says that one run writes it.
  func giveUp(_ upload: ResumableUpload) {
    do throws(ServiceError) {
      let key = upload.marker.key
      let ids =
        upload.marker.id.isEmpty
        ? try service.uploads(key).filter { $0.key == key }.map(\.id) : [upload.marker.id]
      for id in ids { try service.abortUpload(key, id, tries: .usual) }
      try service.remove(upload.markerKey, tries: .usual)
    } catch {
      fail(failure(error, .remove, upload.marker.key))
    }
  }

  private func removeMarker(_ key: String) {
    do throws(ServiceError) {
      try service.remove(key, tries: .usual)
    } catch {
      fail(failure(error, .remove, key))
    }
  }
}
