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
        + "m metadata changed, T type changed. Equal folders are skipped whole, and no data is "
        + "read. With --json each difference is one object on a line of its own."
    ],
    operands: [Common.repositoryOperand.spec, before.spec, after.spec],
    options: [stat.spec],
    example: .init(
      command: "farmio diff /mnt/vault/dragon 91b7e0c4 latest",
      output: """
        M  show/dragon/shots/010/comp_v012.nk
        +  show/dragon/shots/010/render/comp.1001.exr
        1 added, 0 removed, 1 changed
        """),
    exits: [
      .init(.success, "the two are equal"), .init(.notWell, "there are differences"),
    ])
}
