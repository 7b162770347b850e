import FrameEngine
import Mover

/// `farmio ls`.
enum LsCommand {
  static let snapshot = Operand<SnapshotReference>(
    "SNAP[:PATH]", "The snapshot, and maybe a path inside it", .snapshot)
  static let long = Flag("long", "l", "Show mode, owner, size and time")
  static let recursive = Flag("recursive", "R", "Descend into folders")

  static let spec = CommandSpec(
    "ls", .repository, "List the files of a snapshot",
    discussion: [
      "Lists what is at PATH in the snapshot, or at its top, where each folder that was backed up "
        + "stands under its own name. Paths are shown from there, those of folders with a slash "
        + "at the end. Only metadata is read. With --json each entry is one object on a line of "
        + "its own, with its whole path."
    ],
    operands: [Common.repositoryOperand.spec, snapshot.spec],
    options: [long.spec, recursive.spec],
    example: .init(
      command: "farmio ls --long /mnt/vault/dragon latest:dragon/shots/010",
      output: """
        drwxrwxr-x  maya   comp        -  2026-03-09 17:42:05  render/
        -rw-rw-r--  maya   comp  48.2 KB  2026-03-09 17:40:11  comp_v012.nk
        """),
    run: run)

  private static func run(_ session: Session) throws(CommandError) -> ExitStatus {
    let repository = try session.openRepository()
    let place = try session.place(session[snapshot], of: repository)
    let report = session.report
    var lines = EntryLines(report, isLong: session[long])
    try working { () throws(RepositoryError) in
      try session.inspector(of: repository).list(place, isRecursive: session[recursive]) {
        path, entry in
        let isLone = path.bytes.isEmpty
        lines.add(isLone ? entry.name : path, entry)
        report.record {
          $0.path("path", isLone ? place.path : place.path.appending(path))
          $0.entry(entry)
        }
        return !report.console.readerLeft
      }
    }
    lines.finish()
    return .success
  }
}
