import FrameEngine
import Mover

/// How fast archived objects are to come, as typed.
enum ThawSpeed: String, ArgumentWord {
  case expedited
  case standard
  case bulk
}

/// `farmio thaw`.
enum ThawCommand {
  static let place = Operand<Place>("PLACE", "A repository or folder of a bucket", .place)
  static let days = Option<Int>(
    "days", nil, "N", "Keep them readable for N days, 1 to 365 (default 7)")
  static let speed = Option<ThawSpeed>(
    "speed", nil, "WORD", "expedited, standard (hours; the default) or bulk (cheapest)",
    .words(ThawSpeed.words))
  static let wait = Flag("wait", nil, "Wait until all of them can be read")
  static let pause = Option<Duration>(
    "pause", nil, "SPAN", "With --wait, look again after SPAN (default 5m)")

  static let spec = CommandSpec(
    "thaw", .transfer, "Ask a bucket for archived objects",
    discussion: [
      "Asks the service to make every object below PLACE readable that lies in an archive class "
        + "(GLACIER, DEEP_ARCHIVE of S3, Archive of Oracle's), as a restore, a check or a copy needs it. The service "
        + "takes minutes to days, and bills what it makes readable.",
      "Run it again to see how far that is: what is underway is left alone, what is readable stays "
        + "so for longer. Whatever cannot be read yet is named.",
    ],
    operands: [place.spec],
    options: [days.spec, speed.spec, wait.spec, pause.spec, Common.dryRun.spec],
    example: .init(
      command: "farmio thaw s3://farm-vault/dragon --days 3 --speed bulk",
      output: """
        waiting  s3://farm-vault/dragon/packs/4f/4f1c09d2a7be31aa04d86c1f7e5b9023-0
        1 of 212 objects is archived (67.1 MB): 0 can be read, 1 cannot yet
        """),
    exits: [
      .init(.success, "everything below PLACE can be read"),
      .init(.notWell, "some objects cannot be read yet, or could not be asked for"),
    ],
    run: run)

  private static func run(_ session: Session) throws(CommandError) -> ExitStatus {
    var order = ThawOrder()
    if let days = session[days] { order.days = days }
    if let speed = session[speed] {
      order.speed =
        switch speed {
        case .expedited: .expedited
        case .standard: .standard
        case .bulk: .bulk
        }
    }
    guard (1...365).contains(order.days) else { throw .usage("--days expects 1 to 365") }
    let (service, prefix) = try archive(session[place], session)
    let thaw = Thaw(service, clock: SystemClock(), cancellation: session.interrupt.token)
    let isDryRun = session[Common.dryRun]
    var summary = Thaw.Summary()
    do throws(StoreError) {
      summary = try thaw.request(prefix, isDryRun ? nil : order)
      if session[wait], !isDryRun {
        try thaw.wait(&summary, pause: session[pause] ?? .seconds(300)) { left in
          session.report.detail("\(Wording.count(left, "object")) to wait for")
        }
      }
    } catch {
      throw CommandError(error)
    }
    tell(summary, service.address, isDryRun, session.report)
    return summary.waiting.isEmpty && summary.failures.isEmpty ? .success : .notWell
  }

  /// The service, and what keys begin with.
  private static func archive(_ place: Place, _ session: Session) throws(CommandError)
    -> (service: any ArchiveService, prefix: String)
  {
    guard let objects = try session.objects(at: place),
      let service = objects.service as? any ArchiveService
    else {
      throw .usage(
        "'\(place.text)' has no archive that this version knows",
        remedy: "Give a bucket: s3://BUCKET/PREFIX or oci://BUCKET@NAMESPACE/PREFIX.")
    }
    return (service, objects.key.isEmpty ? "" : objects.key + "/")
  }

  private static func tell(
    _ summary: Thaw.Summary, _ address: String, _ isDryRun: Bool, _ report: Report
  ) {
    for failure in summary.failures { report.warning(failure.description) }
    for key in summary.waiting { report.result("waiting  \(address)\(key)") }
    let failed = summary.failures.count
    let waiting = summary.waiting.count
    var line =
      "\(Wording.count(summary.archived)) of \(Wording.count(summary.objects, "object")) "
      + "\(summary.archived == 1 ? "is" : "are") archived "
      + "(\(Wording.size(summary.archivedBytes)))"
    if !isDryRun {
      line +=
        ": \(Wording.count(summary.archived - waiting - failed)) can be read, "
        + "\(Wording.count(waiting)) cannot yet"
      if failed > 0 { line += ", \(Wording.count(failed)) failed" }
    }
    report.line(line)
    report.document {
      $0.field("dry_run", isDryRun)
      $0.field("objects", summary.objects)
      $0.field("archived", summary.archived)
      $0.field("archived_bytes", summary.archivedBytes)
      $0.array("waiting") { for key in summary.waiting { $0.text(address + key) } }
      $0.array("failures") { failures in
        for failure in summary.failures {
          failures.object {
            $0.field("object", failure.object)
            $0.field("cause", failure.cause)
          }
        }
      }
    }
  }
}
