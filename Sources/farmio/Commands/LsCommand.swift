/// `farmio ls`.
enum LsCommand {
  static let snapshot = Operand<SnapshotReference>(
    "SNAP[:PATH]", "The snapshot, and maybe a path inside it", .snapshot)
  static let long = Flag("long", "l", "Show mode, owner, size and time")
  static let recursive = Flag("recursive", "R", "Descend into folders")

  static let spec = CommandSpec(
    "ls", .repository, "List the files of a snapshot",
    discussion: [
      "Lists what is at PATH in the snapshot, or at its top. Only metadata is read. With --json "
        + "each entry is one object on a line of its own."
    ],
    operands: [Common.repositoryOperand.spec, snapshot.spec],
    options: [long.spec, recursive.spec],
    example: .init(
      command: "farmio ls --long /mnt/vault/dragon latest:show/dragon/shots/010",
      output: """
        drwxrwxr-x  maya   comp        -  2026-03-09 17:42:05  render/
        -rw-rw-r--  maya   comp  48.2 KB  2026-03-09 17:40:11  comp_v012.nk
        """))
}
