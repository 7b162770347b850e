public import FrameEngine
import Glibc
import Synchronization

/// Copies a tree or a file to another place, completely or by what changed since the last time.
///
/// The contents of a source folder become the contents of the target folder; whether either path
/// ends in a slash makes no difference. A source that is a file (or link, or device) goes into the
/// target if that is a folder, else to exactly that path. A symbolic link named as the source
/// folder, or as the target folder, is followed; links inside the tree are copied as links. Missing
/// folders on the way to the target are made.
///
/// A file counts as unchanged if its size and time of modification are equal, with the precision
/// that the target stores; with `checksum` its contents are compared too. Of unchanged files
/// differing modes, owners, ACLs and attributes are set without copying. Files appear under their
/// names only when complete and durable; an interrupted run is finished by running it again. Extra
/// names are removed last, and only if nothing failed before.
public struct Transfer: Sendable {
  private let disk: any Disk
  private let options: TransferOptions

  /// A transfer between places that `disk` reaches.
  public init(on disk: any Disk, options: TransferOptions = TransferOptions()) {
    self.disk = disk
    self.options = options
  }

  /// Does it, and returns when all is done and durable. What fails is in the summary: other files
  /// are copied all the same, unless the target takes nothing more (full, read-only). `planned` is
  /// called, from any thread, for each thing that a dry run would do. `cancel` stops the run
  /// between two files, or two slices of a large one.
  public func run(
    from source: FileName, to target: FileName, progress: ProgressCounters = ProgressCounters(),
    planned: (@Sendable (PlannedAction, FileName) -> Void)? = nil,
    cancel: CancelToken = CancelToken()
  ) -> TransferSummary {
    let identity = RunIdentity.begin()
    defer { identity.end() }
    var summary = TransferSummary()
    progress.isCounting.store(true, ordering: .relaxed)
    defer { progress.isCounting.store(false, ordering: .relaxed) }
    do throws(TransferFailure) {
      let places = try Places(from: source, to: target, on: disk, options)
      let probe = PartName(run: identity, number: 0, suffix: .part).name
      let threads = options.transfers ?? places.threads(tag: probe, on: disk)
      let traits = try places.traits(probe: probe, on: disk, options)
      // A second pass copies what a removed folder was in the way of.
      for round in 0..<2 {
        let run = TransferRun(
          disk: disk, options: options, destination: places.destination,
          sourceName: places.sourceName, identity: identity, traits: traits, threads: threads,
          progress: round == 0 ? progress : ProgressCounters(), planned: planned, cancel: cancel)
        try pass(run, from: places.root, &summary)
        guard summary.isComplete, run.removals.isBlocking, !options.dryRun else { break }
      }
    } catch {
      summary.fail(error)
      progress.errors.add(1, ordering: .relaxed)
    }
    summary.isCancelled = cancel.isCancelled
    return summary
  }

  /// Copies, then links, then removes; and makes the names durable.
  private func pass(_ run: TransferRun, from root: ScanRoot, _ summary: inout TransferSummary)
    throws(TransferFailure)
  {
    let isDone = try located(run.destination.path) { () throws(DiskError) in
      try run.copyAll(from: root)
    }
    if isDone { run.makeLinks() }
    if isDone, options.deleteExtra, run.summary.failureCount == 0 { run.removeExtras() }
    summary.add(run.summary)
    if let folder = run.destination.folder, !options.dryRun, options.durability != .none {
      try located(run.destination.path) { () throws(DiskError) in
        try disk.syncFileSystem(folder.handle)
      }
    }
  }
}

/// The two ends of a transfer, opened.
private struct Places {
  let root: ScanRoot
  let sourceName: FileName?
  let source: OpenFolder
  let destination: TransferRun.Destination

  init(
    from sourcePath: FileName, to targetPath: FileName, on disk: any Disk,
    _ options: TransferOptions
  ) throws(TransferFailure) {
    let sourcePath = sourcePath.withoutTrailingSlashes
    if let folder = try Places.folder(at: sourcePath, on: disk) {
      root = .folder(sourcePath)
      sourceName = nil
      source = folder
      try Places.checkApart(
        source: (folder, sourcePath), target: targetPath.withoutTrailingSlashes, on: disk, options)
      destination = try Places.target(targetPath, fileName: nil, on: disk, options)
    } else {
      let name = sourcePath.lastComponent
      let above = sourcePath.parent
      root = .name(name, in: above)
      sourceName = name
      // A missing source is told from anything else before a target is made for it.
      do throws(DiskError) {
        let folder = try OpenFolder(at: above, on: disk)
        _ = try disk.status(of: name, in: folder.handle)
        source = folder
      } catch {
        if error.isMissing { throw TransferFailure(sourcePath, .noSource) }
        throw TransferFailure(error.at(sourcePath))
      }
      destination = try Places.fileTarget(targetPath, name: name, on: disk, options)
    }
  }

  /// The folder at a path, through a link; `nil` if there is none or it is another kind of file.
  private static func folder(at path: FileName, on disk: any Disk) throws(TransferFailure)
    -> OpenFolder?
  {
    do throws(DiskError) {
      return try OpenFolder(at: path, on: disk)
    } catch {
      if error.code == ENOENT || error.code == ENOTDIR { return nil }
      throw TransferFailure(error)
    }
  }

  /// Where a single file goes: into the folder at the path, or to the path itself.
  private static func fileTarget(
    _ path: FileName, name: FileName, on disk: any Disk, _ options: TransferOptions
  ) throws(TransferFailure) -> TransferRun.Destination {
    let clean = path.withoutTrailingSlashes
    let isFolder = try folder(at: clean, on: disk) != nil
    if isFolder || path.bytes.last == UInt8(ascii: "/") {
      return try target(clean, fileName: name, on: disk, options)
    }
    return try target(clean.parent, fileName: clean.lastComponent, on: disk, options)
  }

  /// Opens the target folder, making it and those above it where they are missing.
  private static func target(
    _ path: FileName, fileName: FileName?, on disk: any Disk, _ options: TransferOptions
  ) throws(TransferFailure) -> TransferRun.Destination {
    let path = path.withoutTrailingSlashes
    if let existing = try folder(at: path, on: disk) {
      return TransferRun.Destination(
        path: path, folder: existing, isNew: false, fileName: fileName)
    }
    if options.dryRun {
      return TransferRun.Destination(path: path, folder: nil, isNew: true, fileName: fileName)
    }
    // Makes the folders above it where they are missing.
    if path.parent != path { _ = try target(path.parent, fileName: nil, on: disk, options) }
    let made = try located(path) { () throws(DiskError) in
      try disk.makeFolder(path, in: .current, mode: 0o777)
      return try OpenFolder(at: path, on: disk)
    }
    return TransferRun.Destination(path: path, folder: made, isNew: true, fileName: fileName)
  }

  /// Refuses a target inside its source, which would never end, and a source inside a target whose
  /// extra files are removed: it would be one of them. Asked before anything is made.
  private static func checkApart(
    source: (folder: OpenFolder, path: FileName), target: FileName, on disk: any Disk,
    _ options: TransferOptions
  ) throws(TransferFailure) {
    var path = target
    var existing = try folder(at: path, on: disk)
    while existing == nil, path.parent != path {
      path = path.parent
      existing = try folder(at: path, on: disk)
    }
    guard let existing else { return }
    let overlaps = try located(target) { () throws(DiskError) -> Bool in
      if try isInside(existing, source.folder, on: disk) { return true }
      if path != target || !options.deleteExtra { return false }
      return try isInside(source.folder, existing, on: disk)
    }
    if overlaps { throw TransferFailure(target, .overlaps(source.path)) }
  }

  /// Whether a folder is another one or lies in it.
  private static func isInside(_ folder: OpenFolder, _ other: OpenFolder, on disk: any Disk)
    throws(DiskError) -> Bool
  {
    let wanted = FileIdentity(try disk.status(of: other.handle))
    var current = folder
    var identity = FileIdentity(try disk.status(of: current.handle))
    while identity != wanted {
      current = try OpenFolder("..", in: current.handle, on: disk)
      let above = FileIdentity(try disk.status(of: current.handle))
      // The root is its own parent.
      if above == identity { return false }
      identity = above
    }
    return true
  }

  func threads(tag: FileName, on disk: any Disk) -> Int {
    let ends = [source.handle] + (destination.folder.map { [$0.handle] } ?? [])
    return TargetProbe(disk: disk).threads(for: ends, tag: tag)
  }

  func traits(probe: FileName, on disk: any Disk, _ options: TransferOptions)
    throws(TransferFailure) -> TargetTraits
  {
    guard let folder = destination.folder else { return TargetTraits() }
    if options.dryRun { return TargetProbe(disk: disk).knownTraits(of: folder.handle) }
    return try located(destination.path) { () throws(DiskError) in
      try TargetProbe(disk: disk).traits(of: folder.handle, probe: probe)
    }
  }
}

extension FileName {
  fileprivate var withoutTrailingSlashes: FileName {
    var bytes = bytes
    while bytes.count > 1, bytes.last == UInt8(ascii: "/") { bytes.removeLast() }
    return FileName(bytes)
  }

  /// The path of the folder that holds this path.
  var parent: FileName {
    let above = withoutLastComponent
    if !above.bytes.isEmpty { return above }
    return bytes.first == UInt8(ascii: "/") ? "/" : "."
  }
}
