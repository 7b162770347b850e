import FrameEngine
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
    options: [readData.spec, repair.spec, Common.rateLimit.spec, Common.storageClass.spec],
    example: .init(
      command: "farmio check /mnt/vault/dragon --read-data=5%",
      output: "31 snapshots, 9,812 packs, 611 GB: whole; read 30.6 GB (5 %) in 16.1 s"),
    exits: [
      .init(.success, "the repository is whole, or was repaired completely"),
      .init(.notWell, "there is damage"),
    ],
    run: run)

  private static func run(_ session: Session) throws(CommandError) -> ExitStatus {
    let link = try session.openLink(limiting: .repository)
    var options = Check.Options()
    options.dataShare = (session[readData]?.percent ?? 0) / 100
    options.repairs = session[repair]
    options.threads = session.threads
    let progress = ProgressCounters()
    let clock = SystemClock()
    let check = Check(
      link.repository, host: .current(), clock: clock, cancellation: session.interrupt.token,
      progress: progress)
    let stopwatch = Stopwatch()
    let outcome = try session.withProgress("check", progress) {
      () throws(CommandError) -> Check.Outcome in
      do throws(RepositoryError) { return try check.run(options) } catch {
        throw CommandError(error)
      }
    }
    let time = stopwatch.elapsed
    report(outcome, time, link, session.report)
    return outcome.isWhole ? .success : .notWell
  }

  private static func report(
    _ outcome: Check.Outcome, _ time: Duration, _ link: RepositoryLink, _ report: Report
  ) {
    for finding in outcome.findings {
      let place = finding.byteOffset.map { ", byte \($0)" } ?? ""
      let end = finding.isRepaired ? "; repaired" : ""
      report.result("\(finding.code.rawValue)  \(finding.object)\(place): \(finding.reason)\(end)")
    }
    let damage = outcome.findings.count { !$0.isRepaired }
    let state =
      outcome.findings.isEmpty
      ? "whole"
      : damage == 0
        ? "whole, after \(Wording.count(outcome.findings.count, "repair"))"
        : "DAMAGED, \(Wording.count(damage, "fault"))"
    var line =
      "\(Wording.count(outcome.snapshots, "snapshot")), \(Wording.count(outcome.packs, "pack")), "
      + "\(Wording.size(outcome.bytes)): \(state)"
    if outcome.readPacks > 0 { line += "; read \(Wording.size(outcome.readBytes))" }
    report.line(line + " in \(Wording.duration(time))")
    link.tell(report)
    report.document {
      $0.field("whole", outcome.isWhole)
      $0.field("snapshots", outcome.snapshots)
      $0.field("packs", outcome.packs)
      $0.field("bytes", outcome.bytes)
      $0.field("chunks", outcome.chunks)
      $0.field("read_packs", outcome.readPacks)
      $0.field("read_bytes", outcome.readBytes)
      link.write(to: &$0)
      $0.array("findings") { findings in
        for finding in outcome.findings {
          findings.object {
            $0.field("code", finding.code.rawValue)
            $0.field("object", finding.object)
            $0.field("byte", finding.byteOffset)
            $0.field("record", finding.record?.hex)
            $0.field("reason", finding.reason)
            $0.field("repaired", finding.isRepaired)
          }
        }
      }
    }
  }
}
