/// `farmio forget`.
enum ForgetCommand {
  static let snapshots = OperandList<SnapshotName>(
    "SNAP", atLeast: 0, "Forget exactly these, in place of a rule", .snapshot)
  static let keepLast = Option<Int>("keep-last", nil, "N", "Keep the newest N snapshots")
  static let keepHourly = keep("hourly", "hours")
  static let keepDaily = keep("daily", "days")
  static let keepWeekly = keep("weekly", "weeks")
  static let keepMonthly = keep("monthly", "months")
  static let keepYearly = keep("yearly", "years")
  static let keepWithin = Option<Duration>(
    "keep-within", nil, "SPAN", "Keep all that are younger than SPAN, such as 36h or 14d")
  static let keepTags = OptionList<String>("keep-tag", nil, "TAG", "Keep all that carry TAG")
  static let prune = Flag("prune", nil, "Give the space back at once")

  static let spec = CommandSpec(
    "forget", .repository, "Remove snapshots by rule",
    discussion: [
      "Removes snapshots, not yet the data behind them: prune gives the space back. With "
        + "--keep-… rules a snapshot stays if any rule wants it. Rules apply to each host and set "
        + "of paths on its own, so one machine's backups never push out another's. --tag, --host "
        + "and --path say which snapshots the rules see; all others stay.",
      "Without a rule and without SNAP nothing is removed.",
    ],
    operands: [Common.repositoryOperand.spec, snapshots.spec],
    options: [
      keepLast.spec, keepHourly.spec, keepDaily.spec, keepWeekly.spec, keepMonthly.spec,
      keepYearly.spec, keepWithin.spec, keepTags.spec, Common.tag.spec, Common.host.spec,
      Common.path.spec, prune.spec, Common.dryRun.spec,
    ],
    example: .init(
      command: "farmio forget /mnt/vault/dragon --keep-daily 7 --keep-monthly 12 --prune",
      output: """
        keep    91b7e0c4d25f  2026-03-08 23:00:04  daily
        keep    4f1c09d2a7be  2026-03-09 23:00:02  daily, monthly
        forget  c0ffee12ab90  2026-02-11 23:00:03
        2 kept, 1 forgotten; 38.2 GB given back
        """))

  private static func keep(_ period: String, _ many: String) -> Option<Int> {
    Option<Int>("keep-\(period)", nil, "N", "Keep the last one of each of the newest N \(many)")
  }
}
