import FrameEngine
import Mover

/// `farmio restore`.
enum RestoreCommand {
  static let snapshot = Operand<SnapshotReference>(
    "SNAP[:PATH]", "The snapshot, and maybe the one file or folder wanted", .snapshot)
  static let target = RequiredOption<FileName>(
    "target", "o", "DIR", "Restore into DIR, which is made if need be", .folder)
  static let delete = Flag("delete", nil, "Remove from DIR what the snapshot does not hold")
  static let include = OptionList<FileName>(
    "include", "i", "GLOB", "Only what GLOB matches, by the rules of .gitignore")

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
      Common.rateLimit.spec, Common.dryRun.spec,
    ],
    example: .init(
      command: "farmio restore /mnt/vault/dragon latest:show/dragon/shots/010 -o /show/010",
      output: "restored 1,204 files, 18.2 GB, to /show/010 in 21.3 s; all verified"),
    exits: [
      .init(.success, "everything asked for is restored and proved"),
      .init(.notWell, "some files are damaged in the repository, or could not be written"),
    ])
}
