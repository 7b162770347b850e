import FrameEngine
import Mover

/// `farmio ls`.
enum LsCommand {
  static let snapshot = OptionalOperand<SnapshotReference>(
    "SNAP[:PATH]", "The snapshot, and maybe a path inside it", .snapshot)
  static let long = Flag("long", "l", "Show mode, owner, size and time")
  static let recursive = Flag("recursive", "R", "Descend into folders")

  static let spec = CommandSpec(
    "ls", .repository, "List the files of a snapshot, or of any place",
    discussion: [
      "Lists what is at PATH in the snapshot, or at its top, where each folder that was backed up "
        + "stands under its own name. Without a snapshot REPO is any place, and its files are "
        + "listed as they lie there.",
      "Paths are shown from there, those of folders with a slash at the end. Only metadata is "
        + "read. In a bucket, times are those of storing; with --long, mode, owner and time are "
        + "asked for, a request for each object. With --json each entry is one object on a line "
        + "of its own, with its whole path.",
    ],
    operands: [Common.repositoryOperand.spec, snapshot.spec],
    options: [long.spec, recursive.spec, Common.cache.spec],
    example: .init(
      command: "farmio ls --long /mnt/vault/dragon latest:dragon/shots/010",
      output: """
        drwxrwxr-x  maya   comp        -  2026-03-09 17:42:05  render/
        -rw-rw-r--  maya   comp  48.2 KB  2026-03-09 17:40:11  comp_v012.nk
        """),
    exits: [.init(.notWell, "some folders or files could not be read")],
    run: run)

  private static func run(_ session: Session) throws(CommandError) -> ExitStatus {
    guard let reference = session[snapshot] else { return try listPlace(session) }
    let repository = try session.openRepository(.reading)
    let place = try session.place(reference, of: repository)
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

  private static func listPlace(_ session: Session) throws(CommandError) -> ExitStatus {
    let place = try session.place(session.invocation.repository)
    let report = session.report
    var lines = EntryLines(report, isLong: session[long])
    let open = try session.open(place, asksForMetadata: session[long])
    let isWhole = try session.look(at: open, isRecursive: session[recursive]) { found in
      let isLone = found.path.bytes.isEmpty
      let entry = TreeEntry(found)
      lines.add(isLone ? place.text.lastComponent : found.path, entry)
      report.record {
        $0.path("path", isLone ? place.text : place.text.appending(found.path))
        $0.entry(entry)
      }
      return !report.console.readerLeft
    }
    lines.finish()
    return isWhole ? .success : .notWell
  }
}

extension TreeEntry {
  /// A file of any disk, as an entry to be shown.
  init(_ found: TreeLook.Found) {
    let status = found.status
    let content: Content =
      switch status.kind {
      case .symbolicLink: .link(found.linkTarget ?? [])
      case .characterDevice, .blockDevice: .device(status.device)
      default: .none
      }
    self.init(
      name: found.path.lastComponent, kind: status.kind, mode: status.mode, user: status.user,
      group: status.group, modified: status.modified, changed: status.changed,
      inode: status.inode, volume: status.volume, linkCount: status.linkCount, size: status.size,
      attributes: [], content: content)
  }
}
