import FrameEngine
import Mover

/// Saves what is good of damaged frames, and tells what is lost.
enum SalvageReport {
  /// Saves every frame of `frames` into `folder`, under its own name.
  static func run(
    _ session: Session, _ frames: [FrameReport], _ folder: FileName, _ disk: any Disk
  ) throws(CommandError) {
    guard !frames.isEmpty else { return }
    let decoder = try session.decoder()
    do throws(DiskError) {
      try disk.makeFolders(folder)
      var salvage = try FrameSalvage(disk: disk, decoder: decoder)
      for frame in frames {
        let target = folder.appending(frame.file.name)
        guard !SmallFile.exists(target) else {
          session.report.warning("\(target) is there already: \(frame.file.path) is not saved")
          continue
        }
        switch try salvage.save(frame, to: target) {
        case .saved(let losses): tell(losses, frame, target, session.report)
        case .nothing(let reason):
          session.report.warning("\(frame.file.path): nothing saved: \(reason)")
        }
      }
    } catch {
      throw CommandError(error)
    }
  }

  private static func tell(
    _ losses: [FrameSalvage.Loss], _ frame: FrameReport, _ target: FileName, _ report: Report
  ) {
    let all = frame.parts.reduce(0) { $0 + $1.chunkCount }
    let kept = "\(Wording.count(all - losses.count)) of \(Wording.count(all, "chunk"))"
    report.result("saved     \(target): \(kept)")
    for loss in losses.prefix(20) {
      let finding = Finding(.salvage, FindingPlace(part: loss.part, loss.region), "")
      let place = FindingText.place(of: finding)
      report.line("  zero now: \(place)")
    }
    if losses.count > 20 { report.line("  and \(Wording.count(losses.count - 20)) more") }
    report.record {
      $0.field("type", "salvage")
      $0.path("path", frame.file.path)
      $0.path("target", target)
      $0.field("chunks", all)
      $0.field("lost", losses.count)
    }
  }
}
