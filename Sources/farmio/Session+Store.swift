import FrameEngine
import Mover

/// Opening the place of a repository.
extension Session {
  /// The store at a place that holds a repository, or is to hold one.
  func store(at place: FileName, makingFolder: Bool) throws(CommandError) -> any Store {
    let bulkClass = self[Common.storageClass]?.name
    switch StoreAddress(place) {
    case .s3(let bucket, let prefix):
      return ObjectStore(try s3Service(bucket), prefix: prefix, bulkClass: bulkClass)
    case .oci(let bucket, let namespace, let prefix):
      return ObjectStore(
        try ociService(bucket, namespace: namespace), prefix: prefix, bulkClass: bulkClass)
    case _ where bulkClass != nil: throw Session.classless(place)
    case .folder(let path): return try folder(path, makingFolder: makingFolder)
    case .nfs, .smb: return try serverStore(place, makingFolder: makingFolder)
    case nil: throw Session.unreachable(place)
    }
  }

  /// A place that keeps all files alike.
  static func classless(_ place: FileName) -> CommandError {
    .usage(
      "--storage-class: '\(place)' has no storage classes",
      remedy: "Leave it out, or name a bucket.")
  }

  private func folder(_ place: FileName, makingFolder: Bool) throws(CommandError) -> FileStore {
    try store(on: try makeDisk(), at: place, makingFolder: makingFolder)
  }

  private func serverStore(_ place: FileName, makingFolder: Bool) throws(CommandError) -> FileStore
  {
    let reach = try reach([place])
    return try store(on: reach.disk, at: reach.paths[0], makingFolder: makingFolder)
  }

  private func store(
    on disk: any Disk, at place: FileName, makingFolder: Bool
  ) throws(CommandError) -> FileStore {
    do throws(DiskError) {
      if makingFolder { try disk.makeFolders(place) }
    } catch {
      throw CommandError(error.at(place))
    }
    do throws(StoreError) {
      return try FileStore(disk: disk, path: place)
    } catch {
      guard error.code == .missing else { throw CommandError(error) }
      throw CommandError(
        at: place, "open the repository", error.cause,
        remedy: "Check the path, and that its disk is mounted; or make one: farmio init \(place)")
    }
  }

  /// The way to a bucket of S3.
  func s3Service(_ bucket: String) throws(CommandError) -> S3Service {
    let environment = environment
    let configuration = S3Configuration(
      variable: { environment.text($0) },
      credentialsFile: try settings("AWS_SHARED_CREDENTIALS_FILE", "credentials"),
      configFile: try settings("AWS_CONFIG_FILE", "config"))
    do throws(S3Configuration.Failure) {
      let endpoint = try configuration.endpoint(for: bucket)
      var options = HTTPClient.Options()
      options.certificateFile = configuration.certificateFile.map { FileName($0) }
      let client = HTTPClient(options, cancellation: interrupt.token)
      return S3Service(
        endpoint, bucket: bucket, client: client, cancellation: interrupt.token)
    } catch {
      throw CommandError(at: nil, "", error.reason, remedy: error.remedy)
    }
  }

  /// A file of AWS's tools, by the variable that names it or in its usual place; empty if it is not
  /// there.
  private func settings(_ variable: String, _ name: FileName) throws(CommandError) -> INIFile {
    let usual = environment["HOME"].map { $0.appending(".aws").appending(name) }
    guard let path = environment[variable] ?? usual else { return INIFile([]) }
    if environment[variable] == nil, !SmallFile.exists(path) { return INIFile([]) }
    return INIFile(try SmallFile.read(path, "read the credentials", limit: 1 << 20))
  }
}
