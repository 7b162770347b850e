import FrameEngine
import Glibc
import Mover

/// `farmio copy`.
enum CopyCommand {
  static let spec = TreeTransfer.spec(
    "copy", "Copy a tree to another place",
    first: "Copies what is in SRC into DST, which is made if need be: SRC/a becomes DST/a, with or "
      + "without a slash at the end of SRC. If SRC is a file, DST is the new file, or the folder "
      + "to hold it.",
    example: .init(
      command: "farmio copy /show/dragon/tex /mnt/nas/dragon/tex --bwlimit 400M",
      output: "copied 40,000 files, 164 MB; 0 unchanged, 0 removed, in 0.72 s"),
    run: TreeTransfer.run)
}

/// What `copy` and `sync` share: they move a tree by the same rules.
enum TreeTransfer {
  static let source = Operand<Place>("SRC", "The folder or file to read", .place)
  static let target = Operand<Place>("DST", "Where it goes", .place)
  static let delete = Flag("delete", nil, "Remove from DST what SRC does not hold")
  static let checksum = Flag(
    "checksum", "c", "Compare files by their content, not by size and time")
  static let transfers = Option<Int>(
    "transfers", nil, "N", "Keep N files in flight; slow mounts like 64 and more")

  /// The spec of one of the two.
  static func spec(
    _ name: String, _ summary: String, first: String, example: CommandSpec.Example,
    run: @escaping CommandSpec.Runner
  ) -> CommandSpec {
    CommandSpec(
      name, .transfer, summary,
      discussion: [
        first,
        "A file of DST that has the size and modification time of the one in SRC is left alone, "
          + "others of the same name are replaced. A file appears under its name only when it is "
          + "complete. Mode, owner, times, links, extended attributes, ACLs and holes are kept.",
        "Either end, or both, may be nfs://SERVER/EXPORT/PATH: a tree at an NFS server, reached "
          + "without a mount.",
        "In a bucket, a file is an object: time, mode, owner and links are kept in its metadata as "
          + "rclone and s3fs do, attributes, ACLs and hard links are not. Between two buckets of "
          + "one service the service copies.",
        "After an interruption, run the same command again: what was moved is not moved twice. "
          + "A file that cannot be read or written is named, the rest is moved, and the exit "
          + "status is 1.",
      ],
      operands: [source.spec, target.spec],
      options: [
        delete.spec, checksum.spec, Common.exclude.spec, Common.excludeFrom.spec,
        transfers.spec, Common.rateLimit.spec, Common.storageClass.spec, Common.dryRun.spec,
      ],
      example: example,
      exits: [
        .init(.success, "DST holds all that was asked for"),
        .init(.notWell, "some files could not be read or written"),
      ],
      run: run)
  }
}

extension TreeTransfer {
  /// Runs either of the two.
  @Sendable static func run(_ session: Session) throws(CommandError) -> ExitStatus {
    var options = TransferOptions()
    options.deleteExtra = session[delete]
    options.checksum = session[checksum]
    options.dryRun = session[Common.dryRun]
    options.limiter = session[Common.rateLimit].map { RateLimiter($0) }
    options.storageClass = session[Common.storageClass]?.name
    options.filter = try session.filter()
    options.transfers = session[transfers] ?? session.threads
    let progress = ProgressCounters()
    let report = session.report
    let stopwatch = Stopwatch()
    let transfer = try transfer(session, options)
    let summary = try session.withProgress(session.invocation.command.name, progress) {
      () throws(CommandError) in
      transfer(progress) { action, path in planned(action, path, report) }
    }
    let time = stopwatch.elapsed
    tell(summary, options, session[target].text, time, report)
    return status(of: summary)
  }

  /// The work, by what the target is.
  private static func transfer(
    _ session: Session, _ options: TransferOptions
  ) throws(CommandError) -> Work {
    let (source, target) = (session[source], session[target])
    let cancel = session.interrupt.token
    if let objects = try session.objects(at: target) {
      let from = try session.open(source, asksForMetadata: true)
      let transfer = BucketTransfer(from: from.disk, to: objects.service, options: options)
      let place = BucketTransfer.Target(
        key: objects.key, isFolder: target.text.bytes.last == UInt8(ascii: "/"))
      return { transfer.run(from: from.path, to: place, progress: $0, planned: $1, cancel: cancel) }
    }
    guard options.storageClass == nil else { throw Session.classless(target.text) }
    let reach = try session.reach(
      [source.text, target.text], readsAll: !options.dryRun && isNew(target))
    let transfer = Transfer(on: reach.disk, options: options)
    return { progress, planned in
      transfer.run(
        from: reach.paths[0], to: reach.paths[1], progress: progress, planned: planned,
        cancel: cancel)
    }
  }

  /// Whether a target on this machine holds nothing yet, so that all of the source is read.
  private static func isNew(_ target: Place) -> Bool {
    guard case .folder(let path) = target.address else { return false }
    let disk = ThreadDisk()
    do throws(DiskError) {
      let folder = try OpenFolder(at: path, on: disk)
      return try disk.entries(of: folder.handle).isEmpty
    } catch {
      return error.code == ENOENT
    }
  }

  private typealias Work = (
    ProgressCounters, @escaping @Sendable (PlannedAction, FileName) -> Void
  ) -> TransferSummary

  private static func planned(_ action: PlannedAction, _ path: FileName, _ report: Report) {
    report.result("\(action.rawValue)  \(path)")
    report.record {
      $0.field("action", action.rawValue)
      $0.path("path", path)
    }
  }

  /// 1 where single files failed, 3 where the whole could not go on.
  private static func status(of summary: TransferSummary) -> ExitStatus {
    if summary.isCancelled { return .interrupted }
    if summary.isComplete { return .success }
    if summary.failures.contains(where: \.isUsage) { return .usage }
    let didSomething =
      summary.filesCopied + summary.filesUnchanged + summary.filesRepaired + summary.specialsMade
      + summary.foldersMade > 0
    return summary.failures.contains(where: \.endsTransfer) || !didSomething ? .failed : .notWell
  }

  private static func tell(
    _ summary: TransferSummary, _ options: TransferOptions, _ target: FileName, _ time: Duration,
    _ report: Report
  ) {
    for failure in summary.failures { report.warning(failure.description) }
    for (piece, note) in summary.notes.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
      report.warning(
        "\(piece.rawValue) not set on \(Wording.count(note.count, "file")), such as \(note.path): "
          + note.cause.cause)
    }
    if summary.linksCopied > 0 {
      report.warning(Wording.copiedLinks(summary.linksCopied, at: target))
    }
    let verb = options.dryRun ? "would copy" : "copied"
    var line =
      "\(verb) \(Wording.count(summary.filesCopied, "file")), "
      + "\(Wording.size(summary.bytesCopied)); \(Wording.count(summary.filesUnchanged)) unchanged, "
      + "\(Wording.count(summary.removed)) removed, in \(Wording.duration(time))"
    if summary.bytesResumed > 0 {
      line += "; \(Wording.size(summary.bytesResumed)) were there from before"
    }
    if summary.failureCount > 0 { line += "; \(Wording.count(summary.failureCount)) failed" }
    report.line(line)
    report.document {
      $0.field("files", summary.filesCopied)
      $0.field("bytes", summary.bytesCopied)
      $0.field("resumed_bytes", summary.bytesResumed)
      $0.field("unchanged", summary.filesUnchanged)
      $0.field("repaired", summary.filesRepaired)
      $0.field("links", summary.linksMade)
      $0.field("copied_links", summary.linksCopied)
      $0.field("others", summary.specialsMade)
      $0.field("folders", summary.foldersMade)
      $0.field("removed", summary.removed)
      $0.field("failed", summary.failureCount)
      $0.array("failures") { failures in
        for failure in summary.failures {
          failures.object {
            $0.path("path", failure.path)
            $0.field("cause", failure.description)
          }
        }
      }
    }
  }
}
