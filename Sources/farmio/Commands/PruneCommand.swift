/// `farmio prune`.
enum PruneCommand {
  static let maxUnused = Option<Percentage>(
    "max-unused", nil, "PERCENT",
    "Leave alone the packs that are less unused than this (default 10)")

  static let spec = CommandSpec(
    "prune", .repository, "Give back the space of forgotten snapshots",
    discussion: [
      "Removes packs that no snapshot needs, and writes the live part of mostly dead ones anew. "
        + "Backups and restores may run meanwhile, on any machine: there is no lock to wait for, "
        + "nor one to be left behind. Space that a running backup might still use is given back "
        + "by the next prune."
    ],
    operands: [Common.repositoryOperand.spec],
    options: [maxUnused.spec, Common.dryRun.spec],
    example: .init(
      command: "farmio prune /mnt/vault/dragon",
      output: "removed 412 packs, rewrote 36; 38.2 GB given back in 9.4 s"))
}
