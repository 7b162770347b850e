import FrameEngine
import Mover

/// Saves what is good of damaged frames, and tells what is lost.
enum SalvageReport {
  /// Saves every frame of `frames` into `folder`, under its own name.
  static func run(
    _ session: Session, _ frames: [FrameReport], _ folder: FileName, _ disk: any Disk
  ) throws(CommandError) {
    guard !frames.isEmpty else { return }
    do throws(DiskError) {
      try disk.makeFolders(folder)
      var salvage = try FrameSalvage(disk: disk, decoder: .installed)
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
    let areas = areas(losses)
    for area in areas.prefix(20) {
      let place = FindingText.place(of: Finding(.salvage, area, ""))
      report.line("  zero now: \(place)")
    }
    if areas.count > 20 { report.line("  and \(Wording.count(areas.count - 20)) more areas") }
    report.record {
      $0.field("type", "salvage")
      $0.path("path", frame.file.path)
      $0.path("target", target)
      $0.field("chunks", all)
      $0.field("lost", losses.count)
    }
  }

  /// Where pixels are lost: chunks of whole rows that follow each other are one area.
  private static func areas(_ losses: [FrameSalvage.Loss]) -> [FindingPlace] {
    var areas: [FindingPlace] = []
    for loss in losses {
      if loss.region.tile == nil, let last = areas.last, last.part == loss.part,
        let above = last.window, above.maxY == loss.region.window.minY - 1
      {
        areas[areas.count - 1].window = above.union(loss.region.window)
      } else {
        areas.append(FindingPlace(part: loss.part, loss.region))
      }
    }
    return areas
  }
}
