import FrameEngine
import Mover

/// A zstd level that a backup may use.
struct CompressionLevel: ArgumentValue, Hashable {
  static let expectation = "a compression level from 1 to 19"

  let level: Int

  init?(argument: FileName) {
    guard let level = Int(argument: argument), (1...19).contains(level) else { return nil }
    self.level = level
  }
}

/// `farmio backup`.
enum BackupCommand {
  static let paths = OperandList<FileName>(
    "PATH", atLeast: 1, "What to store: files and folders, each under its last name", .path)
  static let tags = OptionList<String>("tag", "t", "TAG", "Mark the snapshot with TAG")
  static let parent = Option<SnapshotName>(
    "parent", nil, "SNAP", "Compare with SNAP instead of the last one of these paths",
    .snapshot)
  static let host = Option<String>("host", nil, "NAME", "Record NAME instead of this host's name")
  static let oneFileSystem = Flag("one-file-system", "x", "Do not descend into other mounts")
  static let readAll = Flag(
    "read-all", nil, "Read every file, also those whose size and times say unchanged")
  static let level = Option<CompressionLevel>(
    "level", nil, "N", "Compress at zstd level N, 1 to 19; more is smaller and slower")

  static let spec = CommandSpec(
    "backup", .repository, "Store files and folders as a snapshot",
    discussion: [
      "Reads each PATH, stores what the repository does not hold yet, and commits a snapshot at "
        + "the end, in one step: until then there is none. Files whose size, times and inode are "
        + "those of the parent snapshot are taken from there unread. Mode, owner, times in "
        + "nanoseconds, links, extended attributes, ACLs and holes are kept. A PATH may be "
        + "nfs://SERVER/EXPORT/PATH.",
      "A file that cannot be read, or that changes each time it is read, is named on stderr and "
        + "left out; the snapshot is made, and the exit status is 1. The repository's own folder, "
        + "where it lies under PATH, is left out by itself, and that is said. After an "
        + "interruption, run the same command again: what was stored is not stored twice.",
    ],
    operands: [Common.repositoryOperand.spec, paths.spec],
    options: [
      tags.spec, Common.exclude.spec, Common.excludeFrom.spec, parent.spec, host.spec,
      oneFileSystem.spec, readAll.spec, level.spec, Common.rateLimit.spec, Common.storageClass.spec,
      Common.dryRun.spec,
    ],
    example: .init(
      command: "farmio backup /mnt/vault/dragon /show/dragon --tag nightly --exclude '*.tmp'",
      output: """
        /show/dragon: 41,208 files, 812 GB; 1,204 files new or changed
        stored 3.61 GB of 9.44 GB changed, in 14.2 s
        4f1c09d2a7be
        """),
    exits: [
      .init(.success, "the snapshot holds everything"),
      .init(.notWell, "the snapshot is made, but some files could not be read"),
    ],
    run: run)

  private static func run(_ session: Session) throws(CommandError) -> ExitStatus {
    let link = try session.openLink(limiting: .files)
    let repository = link.repository
    var options = Backup.Options()
    let reach = try session.reach(session[paths])
    options.paths = reach.paths
    options.tags = session[tags]
    options.filter = try session.filter()
    options.oneFileSystem = session[oneFileSystem]
    options.readsAll = session[readAll]
    options.threads = session.threads
    options.program = "farmio \(Version.number)"
    options.limiter = link.limiter
    if let level = session[level] { options.level = Int32(level.level) }
    if let name = session[parent] { options.parent = try session.snapshot(name, of: repository) }
    let progress = ProgressCounters()
    let backup = Backup(
      into: repository, from: reach.disk, host: Host.current().named(session[host]),
      clock: SystemClock(), cancellation: session.interrupt.token, progress: progress)
    if session[Common.dryRun] { return try preview(backup, options, link, session.report) }
    let outcome = try session.withProgress("backup", progress) { () throws(CommandError) in
      try working { () throws(RepositoryError) in try backup.run(options) }
    }
    report(outcome, link, session.report)
    return outcome.failures.isEmpty ? .success : .notWell
  }

  private static func preview(
    _ backup: Backup, _ options: Backup.Options, _ link: RepositoryLink, _ report: Report
  ) throws(CommandError) -> ExitStatus {
    let forecast = try working { () throws(RepositoryError) in
      try backup.preview(options) { path in report.detail("would read \(path)") }
    }
    for failure in forecast.failures {
      report.warning("\(failure.path): cannot be stored: \(failure.error.cause)")
    }
    if let folder = forecast.ownFolder { report.line(leftOut(folder)) }
    let readFiles = forecast.files - forecast.unchangedFiles
    let readBytes = forecast.bytes - forecast.unchangedBytes
    let paths = forecast.paths.map(\.description).joined(separator: ", ")
    report.line(
      "\(paths): \(Wording.count(forecast.files, "file")), \(Wording.size(forecast.bytes)); "
        + "would read \(Wording.count(readFiles)) of them, \(Wording.size(readBytes))")
    link.tell(report)
    report.document {
      $0.field("dry_run", true)
      $0.field("files", forecast.files)
      $0.field("folders", forecast.folders)
      $0.field("others", forecast.others)
      $0.field("unchanged_files", forecast.unchangedFiles)
      $0.field("bytes", forecast.bytes)
      $0.field("read_bytes", readBytes)
      if let folder = forecast.ownFolder { $0.path("own_folder", folder) }
      link.write(to: &$0)
      failures(forecast.failures, to: &$0)
    }
    return forecast.failures.isEmpty ? .success : .notWell
  }

  private static func leftOut(_ folder: FileName) -> String {
    "\(folder): left out, it is the repository itself"
  }

  private static func failures(_ failures: [ScanFailure], to json: inout JSONWriter) {
    json.array("failures") {
      for failure in failures {
        $0.object {
          $0.path("path", failure.path)
          $0.field("cause", failure.error.cause)
        }
      }
    }
  }

  private static func report(
    _ outcome: Backup.Outcome, _ link: RepositoryLink, _ report: Report
  ) {
    for failure in outcome.failures {
      report.warning("\(failure.path): not stored: \(failure.error.cause)")
    }
    for note in outcome.notes { report.warning(note) }
    for fault in outcome.faults { report.warning(fault.description) }
    if let folder = outcome.ownFolder { report.line(leftOut(folder)) }
    let record = outcome.snapshot.record
    let statistics = record.statistics
    let time = Duration.nanoseconds(Int64(clamping: statistics.nanoseconds))
    let files = Wording.count(Int(statistics.files), "file")
    let paths = record.paths.map(\.description).joined(separator: ", ")
    report.line(
      "\(paths): \(files), \(Wording.size(Int64(statistics.bytes))); "
        + "\(Wording.count(Int(statistics.files - statistics.unchangedFiles))) new or changed")
    report.line(
      "stored \(Wording.size(Int64(statistics.storedBytes))) for "
        + "\(Wording.size(Int64(statistics.newBytes))) of new data, in \(Wording.duration(time))")
    link.tell(report)
    report.result(outcome.snapshot.id.hex)
    report.document {
      $0.field("snapshot", outcome.snapshot.id.hex)
      $0.field("files", Int(statistics.files))
      $0.field("folders", Int(statistics.folders))
      $0.field("others", Int(statistics.others))
      $0.field("unchanged_files", Int(statistics.unchangedFiles))
      $0.field("bytes", Int(statistics.bytes))
      $0.field("read_bytes", Int(statistics.readBytes))
      $0.field("new_bytes", Int(statistics.newBytes))
      $0.field("stored_bytes", Int(statistics.storedBytes))
      $0.field("seconds", Double(statistics.nanoseconds) / 1e9)
      if let folder = outcome.ownFolder { $0.path("own_folder", folder) }
      link.write(to: &$0)
      failures(outcome.failures, to: &$0)
    }
  }
}
