import FrameEngine
import Mover

/// `farmio restore`.
enum RestoreCommand {
  static let snapshot = Operand<SnapshotReference>(
    "SNAP[:PATH]", "The snapshot, and maybe the one file or folder wanted", .snapshot)
  static let target = RequiredOption<FileName>(
    "target", "o", "DIR", "Restore into DIR or nfs://…, which is made if need be", .folder)
  static let delete = Flag("delete", nil, "Remove from DIR what the snapshot does not hold")
  static let include = OptionList<FileName>(
    "include", "i", "GLOB", "Only what GLOB matches, and the folders that hold it")

  static let spec = CommandSpec(
    "restore", .repository, "Bring a snapshot back, verified",
    discussion: [
      "Writes the tree of the snapshot, or what is at PATH in it, into DIR. Every chunk is proved "
        + "against its digest before it is written, and a file appears under its name only when "
        + "it is complete and on disk. Files that are there already, with the same size and "
        + "modification time, are left alone; others of the same name are replaced.",
      "After an interruption, run the same command again: it goes on where it was. A file whose "
        + "data is damaged in the repository is named and not written; all others are, and the "
        + "exit status is 1.",
    ],
    operands: [Common.repositoryOperand.spec, snapshot.spec],
    options: [
      target.spec, include.spec, Common.exclude.spec, Common.excludeFrom.spec, delete.spec,
      Common.rateLimit.spec, Common.cache.spec, Common.dryRun.spec,
    ],
    example: .init(
      command: "farmio restore /mnt/vault/dragon latest:show/dragon/shots/010 -o /show/010",
      output: "restored 1,204 files, 18.2 GB, to /show/010 in 21.3 s; all verified"),
    exits: [
      .init(.success, "everything asked for is restored and proved"),
      .init(.notWell, "some files are damaged in the repository, or could not be written"),
    ],
    run: run)

  private static func run(_ session: Session) throws(CommandError) -> ExitStatus {
    let link = try session.openLink(limiting: .files, .reading)
    let repository = link.repository
    let wanted = session[snapshot]
    let found = try session.snapshot(wanted.snapshot, of: repository)
    var options = Restore.Options()
    options.path = wanted.subpath ?? ""
    if try session.objects(at: session.place(session[target])) != nil {
      throw .usage(
        "'\(session[target])' is a bucket, and files are restored into folders",
        remedy: "Restore into a folder and copy it there, or copy from a mount of the repository.")
    }
    let reach = try session.reach([session[target]])
    options.target = reach.paths[0]
    options.deletesExtra = session[delete]
    options.filter = try session.filter()
    options.inclusion = try session.inclusion(session[include])
    options.limiter = link.limiter
    options.isDryRun = session[Common.dryRun]
    options.threads = session.threads
    if options.deletesExtra, !options.inclusion.isEmpty {
      throw .usage(
        "--delete and --include cannot be combined",
        remedy: "Restore a folder with SNAP:PATH to have its target cleared of other files.")
    }
    let progress = ProgressCounters()
    let restore = Restore(
      from: repository, to: reach.disk, host: .current(), clock: SystemClock(),
      cancellation: session.interrupt.token, progress: progress)
    let stopwatch = Stopwatch()
    let outcome = try session.withProgress("restore", progress) {
      () throws(CommandError) -> Restore.Outcome in
      do throws(RepositoryError) { return try restore.run(found, options) } catch {
        throw CommandError(error)
      }
    }
    let time = stopwatch.elapsed
    report(outcome, options, time, link, session.report)
    return outcome.failures.isEmpty ? .success : .notWell
  }

  private static func report(
    _ outcome: Restore.Outcome, _ options: Restore.Options, _ time: Duration,
    _ link: RepositoryLink, _ report: Report
  ) {
    for failure in outcome.failures {
      report.warning("\(failure.path): not restored: \(failure.reason)")
    }
    for note in outcome.notes { report.warning(note) }
    for fault in outcome.faults { report.warning(fault.description) }
    if outcome.copiedLinks > 0 {
      report.warning(Wording.copiedLinks(outcome.copiedLinks, at: options.target))
    }
    let verb = options.isDryRun ? "would restore" : "restored"
    var line =
      "\(verb) \(Wording.count(outcome.files, "file")), \(Wording.size(outcome.bytes)), "
      + "to \(options.target) in \(Wording.duration(time))"
    if outcome.unchangedFiles > 0 {
      line += "; \(Wording.count(outcome.unchangedFiles)) were there already"
    }
    if outcome.deleted > 0 { line += "; \(Wording.count(outcome.deleted)) removed" }
    let failed = outcome.failures.count
    line += failed == 0 ? "; all verified" : "; \(Wording.count(failed)) failed"
    report.line(line)
    link.tell(report)
    report.document {
      $0.field("files", outcome.files)
      $0.field("bytes", Int(outcome.bytes))
      $0.field("unchanged_files", outcome.unchangedFiles)
      $0.field("unchanged_bytes", Int(outcome.unchangedBytes))
      $0.field("folders", outcome.folders)
      $0.field("others", outcome.others)
      $0.field("copied_links", outcome.copiedLinks)
      $0.field("deleted", outcome.deleted)
      link.write(to: &$0)
      $0.array("faults") { for fault in outcome.faults { $0.text(fault.description) } }
      $0.array("failures") { failures in
        for failure in outcome.failures {
          failures.object {
            $0.path("path", failure.path)
            $0.field("cause", failure.reason)
            $0.field("damaged", failure.isDamage)
          }
        }
      }
    }
  }
}
