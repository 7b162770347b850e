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
    switch place.address {
    case .folder(let path): return OpenPlace(disk: try makeDisk(), path: path, objects: nil)
    case .s3(let bucket, let prefix):
      return objects(try s3Service(bucket), prefix, asksForMetadata: asksForMetadata)
    case .nfs:
      let reach = try reach([place.text])
      return OpenPlace(disk: reach.disk, path: reach.paths[0], objects: nil)
    case .oci, .smb: throw Session.unreachable(place.text)
    }
  }

  private func objects(_ service: any ObjectService, _ prefix: String, asksForMetadata: Bool)
    -> OpenPlace
  {
    let key = prefix.isEmpty ? "" : String(prefix.dropLast())
    return OpenPlace(
      disk: BucketDisk(
        service, asksForMetadata: asksForMetadata, cancellation: interrupt.token),
      path: FileName(service.address + key), objects: (service, key))
  }

  /// A place that no code reaches yet.
  static func unreachable(_ place: FileName) -> CommandError {
    .usage(
      "'\(place)' is no place that this version reaches",
      remedy: "Give a path, s3://BUCKET/PREFIX or nfs://SERVER/EXPORT/PATH.")
  }
}
