import FrameEngine
import Mover

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
    "keep-within", nil, "SPAN", "Keep all made within SPAN of the newest, such as 36h or 14d")
  static let keepTags = OptionList<String>("keep-tag", nil, "TAG", "Keep all that carry TAG")
  static let prune = Flag("prune", nil, "Give the space back at once")

  static let spec = CommandSpec(
    "forget", .repository, "Remove snapshots by rule",
    discussion: [
      "Removes snapshots, not yet the data behind them: prune gives the space back. With "
        + "--keep-… rules a snapshot stays if any rule wants it. Rules apply to each host and set "
        + "of paths on its own, so one machine's backups never push out another's; the newest of "
        + "each always stays. --tag, --host and --path say which snapshots the rules see; all "
        + "others stay. Days and weeks are those of this machine's time zone.",
      "A snapshot named by SNAP is removed whatever it is, also one that is lost since its record "
        + "is damaged. Without a rule and without SNAP nothing "
        + "is removed.",
    ],
    operands: [Common.repositoryOperand.spec, snapshots.spec],
    options: [
      keepLast.spec, keepHourly.spec, keepDaily.spec, keepWeekly.spec, keepMonthly.spec,
      keepYearly.spec, keepWithin.spec, keepTags.spec, Common.tag.spec, Common.host.spec,
      Common.path.spec, prune.spec, Common.rateLimit.spec, Common.storageClass.spec,
      Common.dryRun.spec,
    ],
    example: .init(
      command: "farmio forget /mnt/vault/dragon --keep-daily 7 --keep-monthly 12 --prune",
      output: """
        keep    91b7e0c4d25f  2026-03-08 23:00:04  daily
        keep    4f1c09d2a7be  2026-03-09 23:00:02  daily, monthly
        forget  c0ffee12ab90  2026-02-11 23:00:03
        2 kept, 1 forgotten
        removed 412 packs, rewrote 36; 38.2 GB given back in 9.4 s
        """),
    run: run)

  private static func keep(_ period: String, _ many: String) -> Option<Int> {
    Option<Int>("keep-\(period)", nil, "N", "Keep the last one of each of the newest N \(many)")
  }

  private static func run(_ session: Session) throws(CommandError) -> ExitStatus {
    let rules = try rules(session)
    let link = try session.openLink(limiting: .repository)
    let repository = link.repository
    let listing = try session.listing(of: repository)
    let lost = session[snapshots].compactMap { listing.lostSnapshot(named: $0.text)?.id }
    let decisions = try decide(session, repository, listing, rules)
    let going = decisions.filter { !$0.isKept }.map(\.snapshot.id) + lost
    let isDryRun = session[Common.dryRun]
    if !isDryRun {
      for id in going {
        try session.interrupt.check()
        try working { () throws(RepositoryError) in
          try repository.forget(id, clock: SystemClock())
        }
      }
    }
    for id in lost { session.report.result("forget  \(id.hex.prefix(12))  lost") }
    show(decisions, isDryRun, session.report)
    let pruning = try prune(session, link, going)
    session.report.document { write(decisions, isDryRun, pruning, to: &$0) }
    return .success
  }

  /// The rules that were given; `nil` where snapshots are named instead.
  private static func rules(_ session: Session) throws(CommandError) -> Retention? {
    let counts = [keepLast, keepHourly, keepDaily, keepWeekly, keepMonthly, keepYearly]
    let hasRules =
      counts.contains { session[$0] != nil } || session[keepWithin] != nil
      || !session[keepTags].isEmpty
    let selects =
      !session[Common.tag].isEmpty || session[Common.host] != nil || session[Common.path] != nil
    guard session[snapshots].isEmpty else {
      if hasRules || selects {
        throw .usage(
          "SNAP stands alone",
          remedy: "Name the snapshots to forget, or give rules and what they apply to.")
      }
      return nil
    }
    guard hasRules else {
      throw .usage(
        "nothing says what to forget", remedy: "Give a --keep-… rule, or name snapshots.")
    }
    var rules = Retention()
    rules.last = session[keepLast] ?? 0
    rules.hourly = session[keepHourly] ?? 0
    rules.daily = session[keepDaily] ?? 0
    rules.weekly = session[keepWeekly] ?? 0
    rules.monthly = session[keepMonthly] ?? 0
    rules.yearly = session[keepYearly] ?? 0
    rules.within = session[keepWithin]?.components.seconds
    rules.tags = session[keepTags]
    return rules
  }

  private static func decide(
    _ session: Session, _ repository: Repository, _ listing: SnapshotListing,
    _ rules: Retention?
  ) throws(CommandError) -> [Retention.Decision] {
    guard let rules else {
      let names = session[snapshots].map(\.text).filter { listing.lostSnapshot(named: $0) == nil }
      return try working { () throws(RepositoryError) in try listing.snapshots(named: names) }
        .map { Retention.Decision(snapshot: $0, reasons: []) }
    }
    let all = try working { () throws(RepositoryError) in try repository.snapshots() }
    return rules.decide(on: all.filter { SnapshotSelection(session).contains($0) }) {
      Moment($0).wallClock
    }
  }

  private static func prune(
    _ session: Session, _ link: RepositoryLink, _ going: [RunID]
  ) throws(CommandError) -> Pruning? {
    guard session[prune] else { return nil }
    var options = Collector.Options()
    options.isDryRun = session[Common.dryRun]
    options.presumedForgotten = Set(going)
    let pruning = try Pruning(session, link, options)
    session.report.line(pruning.text)
    for note in pruning.waiting { session.report.line(note) }
    link.tell(session.report)
    return pruning
  }

  private static func show(
    _ decisions: [Retention.Decision], _ isDryRun: Bool, _ report: Report
  ) {
    if report.isQuiet {
      for decision in decisions where !decision.isKept {
        report.result(decision.snapshot.id.hex)
      }
    } else {
      var table = Table(.init("WHAT"), .init("ID"), .init("TIME"), .init("WHY"))
      for decision in decisions {
        table.add(
          decision.isKept ? "keep" : "forget", String(decision.snapshot.id.hex.prefix(12)),
          Moment(decision.snapshot.record.time).local,
          decision.reasons.map(\.word).joined(separator: ", "))
      }
      report.table(table, withHeadings: false)
    }
    let kept = decisions.count { $0.isKept }
    let going = Wording.count(decisions.count - kept)
    report.line("\(Wording.count(kept)) kept, \(going) \(isDryRun ? "to forget" : "forgotten")")
  }

  private static func write(
    _ decisions: [Retention.Decision], _ isDryRun: Bool, _ pruning: Pruning?,
    to json: inout JSONWriter
  ) {
    json.field("dry_run", isDryRun)
    json.field("kept", decisions.count { $0.isKept })
    json.field("forgotten", decisions.count { !$0.isKept })
    json.array("snapshots") {
      for decision in decisions {
        $0.object {
          $0.field("id", decision.snapshot.id.hex)
          $0.field("time", Moment(decision.snapshot.record.time).utc)
          $0.field("keep", decision.isKept)
          $0.array("reasons") { for reason in decision.reasons { $0.text(reason.word) } }
        }
      }
    }
    if let pruning { json.object("prune") { pruning.write(to: &$0) } }
  }
}

extension Retention.Reason {
  /// The word for it in reports.
  fileprivate var word: String {
    switch self {
    case .last: "last"
    case .hourly: "hourly"
    case .daily: "daily"
    case .weekly: "weekly"
    case .monthly: "monthly"
    case .yearly: "yearly"
    case .within: "within"
    case .tag(let tag): "tag \(tag)"
    case .newest: "newest"
    }
  }
}
