import Mover

/// `farmio snapshots`.
enum SnapshotsCommand {
  static let last = Option<Int>("last", nil, "N", "Only the newest N of each host and paths")

  static let spec = CommandSpec(
    "snapshots", .repository, "List the snapshots",
    discussion: [
      "Lists the snapshots of REPO, oldest first. With --json each is one object on a line of its "
        + "own. With --quiet the ids alone are printed."
    ],
    operands: [Common.repositoryOperand.spec],
    options: [Common.tag.spec, Common.host.spec, Common.path.spec, last.spec],
    example: .init(
      command: "farmio snapshots /mnt/vault/dragon --tag nightly --last 2",
      output: """
        ID            TIME                 HOST   TAGS     FILES    SIZE  PATHS
        91b7e0c4d25f  2026-03-08 23:00:04  fs-01  nightly  41,190  803 GB  /show
        4f1c09d2a7be  2026-03-09 23:00:02  fs-01  nightly  41,208  812 GB  /show
        """))
}
