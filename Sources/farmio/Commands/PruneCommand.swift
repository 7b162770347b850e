import FrameEngine
import Mover

/// `farmio prune`.
enum PruneCommand {
  static let maxUnused = Option<Percentage>(
    "max-unused", nil, "PERCENT",
    "Let unused bytes stay up to this share of what is needed (default 5)")

  static let spec = CommandSpec(
    "prune", .repository, "Give back the space of forgotten snapshots",
    discussion: [
      "Removes packs that no snapshot needs, and writes the live part of mostly dead ones anew. "
        + "Backups and restores may run meanwhile, on any machine: there is no lock to wait for, "
        + "nor one to be left behind. Space that a running backup or restore might still use is "
        + "given back by the next prune, which goes on where this one stopped."
    ],
    operands: [Common.repositoryOperand.spec],
    options: [maxUnused.spec, Common.rateLimit.spec, Common.storageClass.spec, Common.dryRun.spec],
    example: .init(
      command: "farmio prune /mnt/vault/dragon",
      output: "removed 412 packs, rewrote 36; 38.2 GB given back in 9.4 s"),
    run: run)

  private static func run(_ session: Session) throws(CommandError) -> ExitStatus {
    let link = try session.openLink(limiting: .repository)
    var options = Collector.Options()
    options.isDryRun = session[Common.dryRun]
    if let share = session[maxUnused] { options.tolerance = share.percent / 100 }
    let result = try Pruning(session, link, options)
    session.report.line(result.text)
    for note in result.waiting { session.report.line(note) }
    link.tell(session.report)
    session.report.document { result.write(to: &$0) }
    return .success
  }
}

/// A collection, as `prune` and `forget --prune` run and tell it.
struct Pruning {
  let summary: Collector.Summary
  private let isDryRun: Bool
  private let time: Duration
  private let link: RepositoryLink

  /// Collects.
  init(
    _ session: Session, _ link: RepositoryLink, _ options: Collector.Options
  ) throws(CommandError) {
    let clock = SystemClock()
    let stopwatch = Stopwatch()
    summary = try working { () throws(RepositoryError) in
      try Collector(
        link.repository, host: .current(), clock: clock, options: options,
        cancellation: session.interrupt.token
      ).collect()
    }
    time = stopwatch.elapsed
    isDryRun = options.isDryRun
    self.link = link
  }

  /// Bytes that the repository is smaller.
  var givenBack: Int64 { summary.deletedBytes - summary.rewrittenBytes }

  var text: String {
    let packs = Wording.count(summary.deletedPacks, "pack")
    let rewritten = Wording.count(summary.rewrittenPacks)
    let size = Wording.size(givenBack)
    return isDryRun
      ? "would remove \(packs), rewriting \(rewritten) of them; \(size) to give back"
      : "removed \(packs), rewrote \(rewritten); \(size) given back in \(Wording.duration(time))"
  }

  /// Who is waited for, and what that means.
  var waiting: [String] {
    guard !summary.waitingFor.isEmpty else { return [] }
    return summary.waitingFor.map { "still at work: \($0)" }
      + ["what they may need stays for now; the next prune goes on"]
  }

  func write(to json: inout JSONWriter) {
    json.field("dry_run", isDryRun)
    json.field("removed_packs", summary.deletedPacks)
    json.field("removed_bytes", summary.deletedBytes)
    json.field("rewritten_packs", summary.rewrittenPacks)
    json.field("rewritten_bytes", summary.rewrittenBytes)
    json.field("given_back_bytes", givenBack)
    json.field("live_bytes", summary.liveBytes)
    json.array("waiting_for") { for run in summary.waitingFor { $0.text(run) } }
    link.write(to: &json)
    json.field("seconds", Double(time / .nanoseconds(1)) / 1e9)
  }
}
