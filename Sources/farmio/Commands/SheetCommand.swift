import FrameEngine
import Mover

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
      output.spec, VerifyCommand.range.spec, VerifyCommand.profile.spec, VerifyCommand.limits.spec,
      columns.spec, cell.spec, title.spec,
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
    let count = list.sequences.reduce(list.count) { $0 + $1.missing.count }
    guard count <= frameLimit else {
      throw .usage("\(count) frames: a sheet has at most \(frameLimit)")
    }
    // Cells have the shape of the frames, which is known before they are looked at.
    let box = ThumbnailBox(width: width, height: (width * 9 + 15) / 16)
    let sizes = list.sequences.compactMap { $0.pictureSize(fitting: box, on: disk) }
    let height = sizes.map(\.height).max() ?? box.height
    var options = VerifyOptions()
    options.threads = session.threads
    options.range = range
    options.thumbnails = ThumbnailBox(width: width, height: height)
    options.profile = try session.profile(on: disk)
    let stopwatch = Stopwatch()
    let layout = ContactSheet.Layout(
      frameCount: max(count, 1), pictureWidth: width, pictureHeight: height,
      columns: session[columns])
    let title = session[title] ?? list.sequences.first?.title ?? ""
    let sheet = try drawing(path) { () throws(SheetWriter.Failure) in
      try SheetWriter(
        list.sequences, title: title, layout, format.rows, to: path, FrameOutput(disk: disk))
    }
    try verify(session, list, options, sheet, on: disk)
    let summary = try drawing(path) { () throws(SheetWriter.Failure) in try sheet.finish() }
    return tell(summary, path, stopwatch.elapsed, session.report)
  }

  /// Runs work on the sheet at `path`, its failure told as a command's.
  private static func drawing<T>(
    _ path: FileName, _ body: () throws(SheetWriter.Failure) -> T
  ) throws(CommandError) -> T {
    do throws(SheetWriter.Failure) {
      return try body()
    } catch {
      switch error {
      case .disk(let error): throw CommandError(error)
      case .picture(let error): throw CommandError(at: path, "make the picture", error.reason)
      }
    }
  }

  private static func verify(
    _ session: Session, _ list: FrameList, _ options: VerifyOptions, _ sheet: SheetWriter,
    on disk: any Disk
  ) throws(CommandError) {
    let progress = ProgressCounters()
    for file in list.sequences.flatMap(\.files) { progress.found(bytes: file.byteCount ?? 0) }
    let verifier = FrameVerifier(
      disk: disk, decoder: .installed, options: options, cancellation: session.interrupt.token)
    try session.withProgress("sheet", progress) { () throws(CommandError) in
      do throws(DiskError) {
        try verifier.verify(
          list.sequences, progress: progress,
          each: { sheet.add($0, FrameThumbnail.bitmap(of: $0)) },
          ended: { _, _ in sheet.endSequence() })
      } catch {
        throw CommandError(error)
      }
      try session.interrupt.check()
    }
  }

  private static func tell(
    _ summary: SheetWriter.Summary, _ path: FileName, _ time: Duration, _ report: Report
  ) -> ExitStatus {
    let all = summary.counts.values.reduce(0, +)
    let words = FrameVerdict.allCases.compactMap { verdict in
      summary.counts[verdict].map { "\(Wording.count($0)) \(verdict.rawValue)" }
    }
    report.line(
      "\(path): \(Wording.count(all, "frame")), \(words.joined(separator: ", ")); "
        + "\(summary.width) × \(summary.height) in \(Wording.duration(time))")
    report.document {
      $0.path("path", path)
      $0.field("frames", all)
      $0.object("verdicts") { verdicts in
        for verdict in FrameVerdict.allCases {
          verdicts.field(verdict.word, summary.counts[verdict] ?? 0)
        }
      }
      $0.field("width", summary.width)
      $0.field("height", summary.height)
      $0.field("seconds", time / .seconds(1))
    }
    let isWell = summary.counts.keys.allSatisfy { $0 == .sound || $0 == .doubtful }
    return isWell ? .success : .notWell
  }
}

extension FrameVerdict {
  /// The key of its count in a document.
  fileprivate var word: StaticString {
    switch self {
    case .sound: "sound"
    case .doubtful: "doubtful"
    case .bad: "bad"
    case .unreadable: "unreadable"
    case .missing: "missing"
    }
  }
}
