import Mover

/// `farmio check`.
enum CheckCommand {
  static let readData = OptionalValueOption<Percentage>(
    "read-data", "PERCENT", alone: Percentage(percent: 100),
    "Also read and prove the stored data: all of it, or this share")
  static let repair = Flag("repair", nil, "Repair what can be repaired; name what cannot")

  static let spec = CommandSpec(
    "check", .repository, "Prove a repository whole",
    discussion: [
      "Proves that every snapshot can reach every chunk it needs, and that packs and indexes "
        + "agree. With --read-data every stored byte is read and compared with its digest; a share "
        + "takes packs at random, so that a nightly share of a few percent finds rot in time. "
        + "Each fault is told with the pack, the place in it, and the files that need it.",
      "With --repair a lost index is rebuilt, whole records of a broken pack are saved into a new "
        + "one, and every file that stays damaged is named. Nothing else is changed.",
    ],
    operands: [Common.repositoryOperand.spec],
    options: [readData.spec, repair.spec],
    example: .init(
      command: "farmio check /mnt/vault/dragon --read-data=5%",
      output: "31 snapshots, 9,812 packs, 611 GB: whole; read 30.6 GB (5 %) in 16.1 s"),
    exits: [
      .init(.success, "the repository is whole, or was repaired completely"),
      .init(.notWell, "there is damage"),
    ])
}
