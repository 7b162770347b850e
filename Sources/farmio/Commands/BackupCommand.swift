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
    "PATH", atLeast: 1, "What to store: files and folders, each under its absolute path", .path)
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
        + "nanoseconds, links, extended attributes, ACLs and holes are kept.",
      "A file that cannot be read, or that changes each time it is read, is named on stderr and "
        + "left out; the snapshot is made, and the exit status is 1. After an interruption, run "
        + "the same command again: what was stored is not stored twice.",
    ],
    operands: [Common.repositoryOperand.spec, paths.spec],
    options: [
      tags.spec, Common.exclude.spec, Common.excludeFrom.spec, parent.spec, host.spec,
      oneFileSystem.spec, readAll.spec, level.spec, Common.rateLimit.spec, Common.dryRun.spec,
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
    ])
}
