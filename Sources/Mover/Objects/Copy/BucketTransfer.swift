public import FrameEngine
import Glibc
import Synchronization

/// Copies a tree or a file of any disk into a bucket, completely or by what changed since the last
/// time.
///
/// An object counts as unchanged if its size and the time of modification kept with it are equal;
/// with `checksum` its content is compared too. Objects appear when they are complete and the service
/// has compared their checksum. Mode, owner and time are kept in the object's metadata, symbolic links
/// and empty folders as small objects (`ObjectStatus`); other kinds of file cannot be held and fail.
/// Between two buckets of one service the service copies.
///
/// Files of more than 16 MiB go up in parts. A run that was killed is finished by running it again:
/// parts that have arrived, and are equal to what the source has there, are not sent twice. Extra
/// objects are removed last, and only if nothing failed before.
public struct BucketTransfer: Sendable {
  private let disk: any Disk
  private let service: any ObjectService
  private let options: TransferOptions

  /// A transfer from what `disk` reaches to a bucket.
  package init(
    from disk: any Disk, to service: any ObjectService, options: TransferOptions = TransferOptions()
  ) {
    self.disk = disk
    self.service = service
    self.options = options
  }

  /// Where it goes.
  public struct Target: Hashable, Sendable {
    /// Without a slash at its end; empty for the whole bucket.
    public let key: String
    /// Whether a single file goes into it, under its own name, though nothing is there yet.
    public let isFolder: Bool

    /// A target by its key.
    public init(key: String, isFolder: Bool) {
      self.key = key
      self.isFolder = isFolder || key.isEmpty
    }
  }

  /// Does it. What fails is in the summary: other files are copied all the same, unless the service
  /// takes nothing more. `planned` is called, from any thread, for each thing that a dry run would
  /// do. `cancel` stops the run between two files or parts.
  public func run(
    from source: FileName, to target: Target, progress: ProgressCounters = ProgressCounters(),
    planned: (@Sendable (PlannedAction, FileName) -> Void)? = nil,
    cancel: CancelToken = CancelToken()
  ) -> TransferSummary {
    var summary = TransferSummary()
    progress.isCounting.store(true, ordering: .relaxed)
    defer { progress.isCounting.store(false, ordering: .relaxed) }
    do throws(TransferFailure) {
      let ends = try ends(from: source, to: target)
      let objects = try listed(ends)
      let run = BucketRun(
        disk: disk, service: service, options: options, ends: ends, objects: objects.target,
        abandoned: objects.markers, progress: progress, planned: planned, cancel: cancel)
      try run.copyAll()
      summary = run.summary
    } catch {
      summary.fail(error)
      progress.errors.add(1, ordering: .relaxed)
    }
    summary.isCancelled = cancel.isCancelled
    return summary
  }

  /// Finds out what the source is, and so what the target will be called.
  private func ends(from source: FileName, to target: Target) throws(TransferFailure)
    -> BucketRun.Ends
  {
    if try isFolder(source) {
      try refuseOverlap(source, target)
      try refuseObject(target)
      return BucketRun.Ends(
        root: .folder(source), prefix: target.key.isEmpty ? "" : target.key + "/", fileKey: nil)
    }
    let (above, name) = (source.parent, source.lastComponent)
    do throws(DiskError) {
      let folder = try OpenFolder(at: above, on: disk)
      _ = try disk.status(of: name, in: folder.handle)
    } catch {
      if error.isMissing { throw TransferFailure(source, .noSource) }
      throw TransferFailure(error.at(source))
    }
    guard let own = String(validating: name.bytes, as: UTF8.self) else {
      throw BucketRun.notUnicode(source)
    }
    let folder = target.key.isEmpty ? "" : target.key + "/"
    var isFolder = target.isFolder
    if !isFolder {
      isFolder = try calling(source) { () throws(ServiceError) in
        try service.holdsSome(folder)
      }
    }
    let key = isFolder ? folder + own : target.key
    return BucketRun.Ends(
      root: .name(name, in: above), prefix: key.folderPrefix, fileKey: key)
  }

  private func isFolder(_ path: FileName) throws(TransferFailure) -> Bool {
    do throws(DiskError) {
      _ = try OpenFolder(at: path, on: disk)
      return true
    } catch {
      if error.code == ENOENT || error.code == ENOTDIR { return false }
      throw TransferFailure(error.at(path))
    }
  }

  /// A copy into its own source would never end, or be removed from it.
  private func refuseOverlap(_ source: FileName, _ target: Target) throws(TransferFailure) {
    guard let key = (disk as? BucketDisk)?.key(of: source, ifIn: service) else { return }
    let (a, b) = (key + "/", target.key + "/")
    let isInside = b.utf8.starts(with: a.utf8) || key.isEmpty
    let isAround = a.utf8.starts(with: b.utf8) || target.key.isEmpty
    if isInside || isAround && options.deleteExtra {
      throw TransferFailure(FileName(service.address + target.key), .overlaps(source))
    }
  }

  /// A folder cannot be where an object is: no disk could hold both.
  private func refuseObject(_ target: Target) throws(TransferFailure) {
    if target.key.isEmpty { return }
    let place = FileName(service.address + target.key)
    let isTaken = try calling(place) { () throws(ServiceError) in
      try service.head(target.key) != nil
    }
    if isTaken { throw BucketRun.inTheWay(place, "remove it, or choose another target") }
  }

  /// What the target holds now, and markers of runs that may be over.
  private func listed(_ ends: BucketRun.Ends) throws(TransferFailure)
    -> (target: TargetObjects, markers: [ObjectInfo])
  {
    let place = FileName(service.address + ends.prefix)
    return try calling(place) { () throws(ServiceError) in
      var found: [ObjectInfo]
      if let key = ends.fileKey {
        found = try service.head(key).map { [$0] } ?? []
        found += try service.page(key + "/", folded: false, from: .start).objects
        found += try service.all(ends.prefix + TemporaryName.start)
      } else {
        found = try service.all(ends.prefix)
      }
      let markers = found.filter { ends.marker($0.key) != nil }
      found.removeAll { ends.marker($0.key) != nil }
      return (TargetObjects(found), markers)
    }
  }

  private func calling<R>(_ place: FileName, _ body: () throws(ServiceError) -> R)
    throws(TransferFailure) -> R
  {
    do throws(ServiceError) {
      return try body()
    } catch {
      throw TransferFailure(DiskError(error, .list, place, remedy: service.remedy(for: error)))
    }
  }
}
