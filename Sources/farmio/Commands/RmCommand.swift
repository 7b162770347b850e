import FrameEngine
import Glibc
import Mover

/// `farmio rm`.
enum RmCommand {
  static let places = OperandList<Place>("PLACE", atLeast: 1, "A file or folder anywhere", .place)
  static let recursive = Flag("recursive", "R", "Remove folders with all that is in them")

  static let spec = CommandSpec(
    "rm", .transfer, "Remove files of any place",
    discussion: [
      "Removes each PLACE: a file, or with --recursive a folder. Links are removed, not followed. "
        + "Nothing asks again. A bucket with versions keeps the old ones: farmio removes the "
        + "newest, which hides them; they end by the bucket's own rules.",
      "A folder that holds a repository is refused: 'farmio forget --prune' makes room in it.",
    ],
    operands: [places.spec], options: [recursive.spec, Common.dryRun.spec],
    example: .init(
      command: "farmio rm --recursive s3://farm-scratch/dragon/cache",
      output: "removed 1,204 files and folders of s3://farm-scratch/dragon/cache"),
    exits: [.init(.notWell, "some files could not be removed")],
    run: run)

  private static func run(_ session: Session) throws(CommandError) -> ExitStatus {
    var status = ExitStatus.success
    for place in session[places] {
      let open = try session.open(place, asksForMetadata: false)
      try refuseRepository(place, open, session)
      let removed =
        session[Common.dryRun] ? try count(place, open, session) : try remove(place, open, session)
      if removed.failed > 0 { status = .notWell }
      let verb = session[Common.dryRun] ? "would remove" : "removed"
      session.report.line(
        "\(verb) \(Wording.count(removed.count, "file or folder", "files and folders")) of "
          + "\(place.text)")
      session.report.record {
        $0.path("path", place.text)
        $0.field(session[Common.dryRun] ? "would_remove" : "removed", removed.count)
        $0.field("failed", removed.failed)
      }
    }
    return status
  }

  /// A repository is no folder of files: what is removed from it is lost for every snapshot.
  private static func refuseRepository(
    _ place: Place, _ open: OpenPlace, _ session: Session
  ) throws(CommandError) {
    guard try isRepository(place, open, session) else { return }
    throw CommandError(
      .usage, at: place.text, "remove it", "it is a repository",
      remedy: "Remove snapshots by 'farmio forget --prune', or the whole by other means.")
  }

  private static func isRepository(
    _ place: Place, _ open: OpenPlace, _ session: Session
  ) throws(CommandError) -> Bool {
    if let (service, key) = open.objects {
      let prefix = key.isEmpty ? "" : key + "/"
      return try session.asking(service, at: place) { () throws(ServiceError) in
        guard try service.head(prefix + "config") != nil else { return false }
        guard try service.holdsSome(prefix + "packs/") else { return false }
        return try service.holdsSome(prefix + "refs/")
      }
    }
    do throws(DiskError) {
      let folder = try OpenFolder(at: open.path, on: open.disk)
      let names = Set(try open.disk.entries(of: folder.handle).map(\.name))
      return names.isSuperset(of: ["config", "packs", "refs"])
    } catch {
      if error.code == ENOTDIR { return false }
      throw CommandError(error.at(place.text))
    }
  }

  private static func count(_ place: Place, _ open: OpenPlace, _ session: Session)
    throws(CommandError) -> (count: Int, failed: Int)
  {
    let isFolder = try session.isFolder(place, open)
    if let (service, key) = open.objects {
      if !isFolder { return (1, 0) }
      let prefix = key.isEmpty ? "" : key + "/"
      let objects = try session.asking(service, at: place) { () throws(ServiceError) in
        try service.all(prefix)
      }
      return (objects.count, 0)
    }
    var count = isFolder ? 1 : 0
    let isWhole = try session.look(at: open, isRecursive: true) { _ in
      count += 1
      return true
    }
    return (count, isWhole ? 0 : 1)
  }

  private static func remove(_ place: Place, _ open: OpenPlace, _ session: Session)
    throws(CommandError) -> (count: Int, failed: Int)
  {
    let isFolder = try session.isFolder(place, open)
    guard isFolder else {
      do throws(DiskError) {
        try open.disk.remove(open.path, in: .current, isFolder: false)
      } catch {
        throw CommandError(error.at(place.text))
      }
      return (1, 0)
    }
    guard session[recursive] else {
      throw CommandError(
        .usage, at: place.text, "remove it", "it is a folder",
        remedy: "Give --recursive to remove it with all that is in it.")
    }
    if let objects = open.objects { return try session.removeObjects(objects, at: place) }
    do throws(DiskError) {
      return (try open.disk.removeTree(open.path, in: .current), 0)
    } catch {
      throw CommandError(error.name.bytes.isEmpty ? error.at(place.text) : error)
    }
  }
}

extension Session {
  /// Whether a place is a folder; throws if there is nothing.
  fileprivate func isFolder(_ place: Place, _ open: OpenPlace) throws(CommandError) -> Bool {
    // A bucket is asked for keys, of which some may be no paths: they are removed all the same.
    if let (service, key) = open.objects {
      let isFolder = try asking(service, at: place) { () throws(ServiceError) in
        if key.isEmpty { return true }
        return try service.holdsSome(key + "/")
      }
      if isFolder { return true }
    }
    do throws(DiskError) {
      return try open.disk.status(of: open.path, in: .current).kind == .folder
    } catch {
      throw CommandError(error.at(open.path))
    }
  }

  /// Asks a service about a place.
  fileprivate func asking<R>(
    _ service: any ObjectService, at place: Place, _ body: () throws(ServiceError) -> R
  ) throws(CommandError) -> R {
    do throws(ServiceError) {
      return try body()
    } catch {
      throw CommandError(
        at: place.text, "look at it", error.cause, remedy: service.remedy(for: error))
    }
  }

  /// Removes every object below a key, a thousand at once.
  fileprivate func removeObjects(
    _ objects: (service: any ObjectService, key: String), at place: Place
  ) throws(CommandError) -> (count: Int, failed: Int) {
    let prefix = objects.key.isEmpty ? "" : objects.key + "/"
    let removal: ObjectRemoval
    do throws(ServiceError) {
      removal = try objects.service.removeAll(prefix, cancel: interrupt.token)
    } catch {
      throw CommandError(
        at: place.text, "remove it", error.cause, remedy: objects.service.remedy(for: error))
    }
    for (key, failure) in removal.failures { report.warning("\(key): remove: \(failure.cause)") }
    if interrupt.token.isCancelled { throw .interrupted }
    return (removal.count, removal.failures.count)
  }
}
