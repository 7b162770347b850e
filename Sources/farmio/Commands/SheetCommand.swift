import FrameEngine
import Mover
import Synchronization

/// `farmio sheet`.
enum SheetCommand {
  static let output = RequiredOption<FileName>(
    "output", "o", "FILE", "The sheet to write: .png, .jpg or .jpeg", .path)
  static let columns = Option<Int>("columns", nil, "N", "Frames beside each other")
  static let cell = Option<Int>("cell", nil, "W", "Columns of a picture in pixels; 320 by default")
  static let title = Option<String>("title", nil, "TEXT", "The line at the top")

  static let spec = CommandSpec(
    "sheet", .frames, "Draw a contact sheet of a sequence, with verdicts",
    discussion: [
      "Verifies every frame and draws it with its number and verdict: a tick for sound, and colour "
        + "and symbol for doubtful, bad, unreadable and missing frames."
    ],
    operands: [VerifyCommand.frames.spec],
    options: [
      output.spec, VerifyCommand.range.spec, VerifyCommand.profile.spec, columns.spec, cell.spec,
      title.spec,
    ],
    example: .init(
      command: "farmio sheet renders/shot.####.exr --frames 1001-1048 --output sheet.png",
      output: "sheet.png: 48 frames, 46 sound, 1 bad, 1 missing; 2632 × 1298 in 2.9 s"),
    exits: [.init(.notWell, "some frames are bad or missing; the sheet shows them")],
    run: run)

  /// Frames of one sheet.
  private static let frameLimit = 10_000

  private static func run(_ session: Session) throws(CommandError) -> ExitStatus {
    let path = session[output]
    let format = try PictureFormat(path)
    let width = session[cell] ?? 320
    guard (16...4096).contains(width) else { throw .usage("--cell \(width): expects 16 to 4096") }
    if let columns = session[columns], columns < 1 {
      throw .usage("--columns \(columns): expects a column at least")
    }
    let disk = try session.makeDisk()
    let range = session[VerifyCommand.range]
    let list = try session.frameList(session[VerifyCommand.frames], range: range, on: disk)
    var options = VerifyOptions()
    options.threads = session.threads
    options.range = range
    options.thumbnails = ThumbnailBox(width: width, height: (width * 9 + 15) / 16)
    if let name = session[VerifyCommand.profile] {
      options.profile = try session.profile(name, on: disk)
    }
    let stopwatch = Stopwatch()
    let count = list.sequences.reduce(list.count) { $0 + $1.missing.count }
    guard count <= frameLimit else {
      throw .usage("\(count) frames: a sheet has at most \(frameLimit)")
    }
    let frames = try verified(session, list, options, on: disk)
    let bitmap = draw(session, frames, list, width: width)
    _ = try format.write(bitmap, to: path, FrameOutput(disk: disk))
    let time = stopwatch.elapsed
    return tell(frames, path, bitmap, time, session.report)
  }

  /// A frame of the sheet.
  private struct Cell: Sendable {
    let label: String
    let verdict: FrameVerdict
    let picture: Bitmap?
  }

  private static func verified(
    _ session: Session, _ list: FrameList, _ options: VerifyOptions, on disk: any Disk
  ) throws(CommandError) -> [Cell] {
    let progress = ProgressCounters()
    for file in list.sequences.flatMap(\.files) { progress.found(bytes: file.byteCount ?? 0) }
    let verifier = FrameVerifier(
      disk: disk, decoder: try session.decoder(), options: options,
      cancellation: session.interrupt.token)
    let cells = Mutex<[(number: Int, cell: Cell)]>([])
    let isOne = list.sequences.count == 1
    try session.withProgress("sheet", progress) { () throws(CommandError) in
      do throws(DiskError) {
        try verifier.verify(
          list.sequences, progress: progress,
          each: { report in
            let cell = SheetCommand.cell(of: report, isOne: isOne)
            cells.withLock { $0.append((report.file.frame ?? .min, cell)) }
          },
          ended: { sequence, _ in
            let missing = sequence.missing.frames.map { frame in
              (frame, Cell(label: String(frame), verdict: .missing, picture: nil))
            }
            cells.withLock { $0 += missing }
          })
      } catch {
        throw CommandError(error)
      }
      try session.interrupt.check()
    }
    let all = cells.withLock { $0 }
    return list.sequences.count > 1
      ? all.map(\.cell) : all.sorted { $0.number < $1.number }.map(\.cell)
  }

  /// The cell of a frame: its number says it all where there is one sequence.
  private static func cell(of report: FrameReport, isOne: Bool) -> Cell {
    let verdict: FrameVerdict =
      switch report.status {
      case .sound: .sound
      case .doubtful: .doubtful
      case .bad: .bad
      case .unreadable: .unreadable
      }
    return Cell(
      label: isOne && report.file.frame != nil
        ? String(report.file.frame!) : report.file.name.description,
      verdict: verdict, picture: FrameThumbnail.bitmap(of: report))
  }

  private static func draw(
    _ session: Session, _ cells: [Cell], _ list: FrameList, width: Int
  ) -> Bitmap {
    let height = cells.compactMap(\.picture).map(\.height).max() ?? (width * 9 + 15) / 16
    let layout = ContactSheet.Layout(
      frameCount: max(cells.count, 1), pictureWidth: width, pictureHeight: height,
      columns: session[columns])
    let title = session[title] ?? list.sequences.first?.title ?? ""
    var sheet = ContactSheet(title: title, layout)
    for (index, cell) in cells.enumerated() {
      sheet.draw(index, label: cell.label, cell.verdict, cell.picture)
    }
    return sheet.finish()
  }

  private static func tell(
    _ cells: [Cell], _ path: FileName, _ bitmap: Bitmap, _ time: Duration, _ report: Report
  ) -> ExitStatus {
    let counts = FrameVerdict.allCases.map { verdict in
      (verdict, cells.count { $0.verdict == verdict })
    }.filter { $0.1 > 0 }
    let words = counts.map { "\(Wording.count($0.1)) \($0.0.rawValue)" }.joined(separator: ", ")
    report.line(
      "\(path): \(Wording.count(cells.count, "frame")), \(words); "
        + "\(bitmap.width) × \(bitmap.height) in \(Wording.duration(time))")
    report.document {
      $0.path("path", path)
      $0.field("frames", cells.count)
      $0.object("verdicts") { verdicts in
        for verdict in FrameVerdict.allCases {
          let count = cells.count { $0.verdict == verdict }
          switch verdict {
          case .sound: verdicts.field("sound", count)
          case .doubtful: verdicts.field("doubtful", count)
          case .bad: verdicts.field("bad", count)
          case .unreadable: verdicts.field("unreadable", count)
          case .missing: verdicts.field("missing", count)
          }
        }
      }
      $0.field("width", bitmap.width)
      $0.field("height", bitmap.height)
      $0.field("seconds", time / .seconds(1))
    }
    let isWell = cells.allSatisfy { $0.verdict == .sound || $0.verdict == .doubtful }
    return isWell ? .success : .notWell
  }
}
