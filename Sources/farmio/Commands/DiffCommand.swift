import FrameEngine
import Mover

/// `farmio diff`.
enum DiffCommand {
  static let before = Operand<SnapshotReference>(
    "A[:PATH]", "The older snapshot, and maybe a path inside it", .snapshot)
  static let after = Operand<SnapshotReference>(
    "B[:PATH]", "The newer snapshot, and maybe a path inside it", .snapshot)
  static let stat = Flag("stat", nil, "Only the summary")

  static let spec = CommandSpec(
    "diff", .repository, "Compare two snapshots",
    discussion: [
      "Says what a person must know to go from A to B: + added, - removed, M content changed, "
        + "m metadata changed, T type changed. Times of folders are not compared: they say no more "
        + "than that names came or went. Equal folders are skipped whole, and data is read only "
        + "where files of one size are stored differently. With --json each difference is one "
        + "object on a line of its own, and the last line is the summary."
    ],
    operands: [Common.repositoryOperand.spec, before.spec, after.spec],
    options: [stat.spec, Common.cache.spec],
    example: .init(
      command: "farmio diff /mnt/vault/dragon 91b7e0c4 latest",
      output: """
        M  dragon/shots/010/comp_v012.nk
        +  dragon/shots/010/render/comp.1001.exr
        1 added (24.8 MB), 0 removed (0 B), 1 changed (48.2 KB), 0 in metadata alone
        """),
    exits: [
      .init(.success, "the two are equal"), .init(.notWell, "there are differences"),
    ],
    run: run)

  private static func run(_ session: Session) throws(CommandError) -> ExitStatus {
    let repository = try session.openRepository(.reading)
    let older = try session.place(session[before], of: repository)
    let newer = try session.place(session[after], of: repository)
    let report = session.report
    let isBrief = session[stat]
    let summary = try working { () throws(RepositoryError) in
      try session.inspector(of: repository).compare(older, newer) { difference in
        if !isBrief { show(difference, report) }
        return !report.console.readerLeft
      }
    }
    show(summary, report)
    return summary.isEmpty ? .success : .notWell
  }

  private static func show(_ difference: Difference, _ report: Report) {
    guard let entry = difference.after ?? difference.before else { return }
    report.result("\(difference.mark.rawValue)  \(entry.shownPath(difference.path))")
    report.record {
      $0.field("mark", difference.mark.rawValue)
      $0.path("path", difference.path)
      if let before = difference.before { $0.object("before") { $0.entry(before) } }
      if let after = difference.after { $0.object("after") { $0.entry(after) } }
    }
  }

  private static func show(_ summary: DiffSummary, _ report: Report) {
    report.line(
      "\(Wording.count(summary.added)) added (\(Wording.size(summary.addedBytes))), "
        + "\(Wording.count(summary.removed)) removed (\(Wording.size(summary.removedBytes))), "
        + "\(Wording.count(summary.changed)) changed (\(Wording.size(summary.changedBytes))), "
        + "\(Wording.count(summary.metadata)) in metadata alone")
    report.record {
      $0.object("summary") {
        $0.field("added", summary.added)
        $0.field("added_bytes", summary.addedBytes)
        $0.field("removed", summary.removed)
        $0.field("removed_bytes", summary.removedBytes)
        $0.field("changed", summary.changed)
        $0.field("changed_bytes", summary.changedBytes)
        $0.field("metadata", summary.metadata)
      }
    }
  }
}
