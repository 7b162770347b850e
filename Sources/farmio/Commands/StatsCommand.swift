/// `farmio stats`.
enum StatsCommand {
  static let snapshots = OperandList<SnapshotName>(
    "SNAP", atLeast: 0, "The snapshots to count; all, if none is given", .snapshot)

  static let spec = CommandSpec(
    "stats", .repository, "Count what is stored, and what that saves",
    discussion: [
      "Counts the files and bytes of the snapshots, the distinct chunks behind them, and what "
        + "they take in the repository after deduplication and compression."
    ],
    operands: [Common.repositoryOperand.spec, snapshots.spec],
    example: .init(
      command: "farmio stats /mnt/vault/dragon",
      output: """
        snapshots       31
        files    1,276,344
        size       24.9 TB
        distinct    994 GB   14,210,877 chunks
        stored      611 GB   2.5 % of the size
        """))
}
