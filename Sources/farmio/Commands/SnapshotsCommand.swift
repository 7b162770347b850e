import FrameEngine
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
        """),
    exits: [
      .init(.success, "every snapshot is listed"),
      .init(.notWell, "a snapshot is lost, and named"),
    ],
    run: run)

  private static func run(_ session: Session) throws(CommandError) -> ExitStatus {
    let repository = try session.openRepository()
    let listing = try session.listing(of: repository)
    var chosen = listing.snapshots.filter { SnapshotSelection(session).contains($0) }
    if let count = session[last] { chosen = SnapshotSelection.newest(count, of: chosen) }
    if session.report.isQuiet {
      for snapshot in chosen { session.report.result(snapshot.id.hex) }
    } else {
      session.report.table(table(of: chosen))
    }
    for snapshot in chosen {
      session.report.record { $0.snapshot(snapshot) }
    }
    return listing.lost.isEmpty ? .success : .notWell
  }

  private static func table(of snapshots: [Snapshot]) -> Table {
    var table = Table(
      .init("ID"), .init("TIME"), .init("HOST"), .init("TAGS"), .init("FILES", .right),
      .init("SIZE", .right), .init("PATHS"))
    for snapshot in snapshots {
      let record = snapshot.record
      table.add(
        String(snapshot.id.hex.prefix(12)), Moment(record.time).local, record.host,
        record.tags.joined(separator: ","), Wording.count(Int(record.statistics.files)),
        Wording.size(Int64(record.statistics.bytes)),
        record.paths.map(\.description).joined(separator: ", "))
    }
    return table
  }
}
