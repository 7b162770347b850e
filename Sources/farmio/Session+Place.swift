import FrameEngine
import Mover

/// A place of files, opened.
struct OpenPlace {
  /// What the place is on.
  let disk: any Disk
  /// Where it is there.
  let path: FileName
  /// The bucket, and the key without a slash at its end, where the place is in one.
  let objects: (service: any ObjectService, key: String)?
}

/// Opening places of files.
extension Session {
  /// Opens a place. Of objects, `asksForMetadata` asks for what is stored beside the bytes, a
  /// request for each.
  func open(_ place: Place, asksForMetadata: Bool) throws(CommandError) -> OpenPlace {
    guard let objects = try objects(at: place) else {
      let reach = try reach([place.text])
      return OpenPlace(disk: reach.disk, path: reach.paths[0], objects: nil)
    }
    let disk = bucketDisk(objects.service, asksForMetadata: asksForMetadata)
    return OpenPlace(
      disk: disk, path: FileName(objects.service.address + objects.key), objects: objects)
  }

  /// The bucket that a place is in, and its key without a slash at the end; `nil` for places that
  /// are in none.
  func objects(at place: Place) throws(CommandError) -> (service: any ObjectService, key: String)? {
    switch place.address {
    case .s3(let bucket, let prefix):
      return (try s3Service(bucket), prefix.withoutLastSlash)
    case .oci(let bucket, let namespace, let prefix):
      return (try ociService(bucket, namespace: namespace), prefix.withoutLastSlash)
    case .folder, .nfs, .smb: return nil
    }
  }

  /// A bucket as a disk, of which all will be read or not.
  func bucketDisk(
    _ service: any ObjectService, asksForMetadata: Bool, readsAll: Bool = false
  ) -> BucketDisk {
    BucketDisk(
      service, asksForMetadata: asksForMetadata, fetchesSmall: readsAll,
      cancellation: interrupt.token)
  }

  /// A place that no code reaches yet.
  static func unreachable(_ place: FileName) -> CommandError {
    .usage(
      "'\(place)' is no place that this version reaches",
      remedy: "Give a path, s3://BUCKET/PREFIX, oci://BUCKET@NAMESPACE/PREFIX, "
        + "nfs://SERVER/EXPORT/PATH or smb://SERVER/SHARE/PATH.")
  }
}
