import FrameEngine
import Mover
import Synchronization

/// `farmio verify`.
enum VerifyCommand {
  static let frames = OperandList<FileName>(
    "FRAME", atLeast: 1, "A frame, a pattern (shot.####.exr, %04d, $F4, @), a glob or a folder",
    .path)
  static let range = Option<FrameRange>(
    "frames", "f", "RANGE", "The frames that there must be, such as 1001-1100x2,1200")
  static let depth = Option<VerifyDepth>(
    "depth", "d", "DEPTH", "How far to look: structure, decode or pixels (the default)",
    .words(VerifyDepth.words))
  static let profile = Option<FileName>(
    "profile", "p", "PROFILE",
    "What to expect: \(ProfileFile.builtInNames.joined(separator: ", ")), or a YAML file", .path)
  static let limits = OptionList<FrameLimit>(
    "limit", nil, "KEY=VALUE",
    "Replace a limit of the profile, such as pixels.clipped-share=0.001")
  static let manifest = Option<FileName>(
    "manifest", "m", "FILE",
    "Compare digests with FILE, without decoding; write it if it is not there yet", .path)
  static let writeManifest = Option<FileName>(
    "write-manifest", nil, "FILE", "Write the digests of all frames to FILE, new or not", .path)
  static let salvage = Option<FileName>(
    "salvage", nil, "DIR", "Write what is good of each damaged frame to a new file in DIR", .path)
  static let junit = Option<FileName>(
    "junit", nil, "FILE", "Write a JUnit XML report for CI systems", .path)
  static let html = Option<FileName>(
    "html", nil, "FILE", "Write a page with thumbnails and the bad areas marked", .path)
  static let strict = Flag("strict", nil, "Let warnings end with status 1, too")

  static let spec = CommandSpec(
    "verify", .frames, "Prove that frames are whole and right",
    discussion: [
      "Checks every header, table and chunk of EXR frames, decodes every chunk, and looks at every "
        + "sample: NaN, infinity, black frames, missing buckets, fireflies, broken alpha. Tells a "
        + "file that was cut short by a copy from one whose writer died. Frames of a pattern are "
        + "checked as a sequence: missing, doubled, standing out, changing.",
      "A frame is sound, doubtful (warnings) or bad (errors). A profile says what is expected, and "
        + "how much each finding matters. The codes of findings never change: see the page on "
        + "frames in the documentation.",
      "With --manifest the digests of files, chunks and pixels are compared with those of a day "
        + "when the frames were good, which finds every flipped bit without decoding anything.",
    ],
    operands: [frames.spec],
    options: [
      range.spec, depth.spec, profile.spec, limits.spec, manifest.spec, writeManifest.spec,
      salvage.spec,
      junit.spec, html.spec, strict.spec,
    ],
    example: .init(
      command: "farmio verify renders/shot.####.exr --frames 1001-1100 --html report.html",
      output: """
        bad       renders/shot.1044.exr
          error    file-empty  the file has no bytes
        renders/shot.####.exr
          error    frame-missing  frame 1077 is missing
        99 frames, 3.24 GB: 98 sound, 0 doubtful, 1 bad; in 5.6 s
        """),
    exits: [
      .init(.success, "no frame is bad"),
      .init(.notWell, "some frames are bad or missing"),
      .init(.failed, "some files could not be read"),
    ],
    run: run)

  private static func run(_ session: Session) throws(CommandError) -> ExitStatus {
    let disk = try session.makeDisk()
    let list = try session.frameList(session[frames], range: session[range], on: disk)
    var options = try options(session, on: disk)
    options.range = session[range]
    options.takesPixelDigests =
      list.count > 1 || session.report.form == .json || options.takesDigests
      || options.manifest != nil
    let progress = ProgressCounters()
    for file in list.sequences.flatMap(\.files) { progress.found(bytes: file.byteCount ?? 0) }
    let sink = VerifySink(
      session.report,
      VerifySink.Wants(
        junit: session[junit] != nil, html: session[html] != nil, digests: options.takesDigests,
        damaged: session[salvage] != nil, names: options.manifest != nil))
    let stopwatch = Stopwatch()
    let verifier = FrameVerifier(
      disk: disk, decoder: .installed, options: options,
      cancellation: session.interrupt.token)
    try session.withProgress("verify", progress) { () throws(CommandError) in
      do throws(DiskError) {
        try verifier.verify(
          list.sequences, progress: progress, each: { sink.add($0) },
          ended: { sink.add($0, $1) })
      } catch {
        throw CommandError(error)
      }
      try session.interrupt.check()
    }
    let time = stopwatch.elapsed
    try write(sink, session, options, on: disk)
    // The summary is the last thing that is said.
    if let folder = session[salvage] { try SalvageReport.run(session, sink.damaged, folder, disk) }
    return status(sink.finish(time), isStrict: session[strict])
  }

  private static func options(_ session: Session, on disk: any Disk) throws(CommandError)
    -> VerifyOptions
  {
    var options = VerifyOptions()
    options.threads = session.threads
    options.profile = try session.profile(on: disk)
    options.thumbnails = session[html] == nil ? nil : ThumbnailBox(width: 320, height: 240)
    options.takesDigests = session[writeManifest] != nil
    if let path = session[manifest] {
      if SmallFile.exists(path) {
        options.manifest = try session.frameManifest(path, on: disk)
      } else {
        guard session[writeManifest] == nil else {
          throw .usage("\(path) is not there yet: give --manifest or --write-manifest, not both")
        }
        options.takesDigests = true
      }
    }
    do throws(DiskError) {
      options.manifestNames = try session[manifest].map(ManifestNames.init)
      options.digestNames = try session[writeManifest].map(ManifestNames.init)
    } catch {
      throw CommandError(error)
    }
    options.depth = try depth(session, isCompared: options.manifest != nil)
    return options
  }

  /// How far frames are looked at: with a manifest no chunk need be decoded to be known as good.
  private static func depth(_ session: Session, isCompared: Bool) throws(CommandError)
    -> VerifyDepth
  {
    let isSaved = session[salvage] != nil
    guard let asked = session[depth] else {
      return isCompared ? (isSaved ? .decode : .structure) : .pixels
    }
    guard !isSaved || asked >= .decode else {
      throw .usage("--salvage needs --depth decode: what is good is known when it is decoded")
    }
    return asked
  }

  /// Writes the files that were asked for.
  private static func write(
    _ sink: VerifySink, _ session: Session, _ options: VerifyOptions, on disk: any Disk
  ) throws(CommandError) {
    let output = FrameOutput(disk: disk)
    do throws(DiskError) {
      if let known = options.manifest, let path = session[manifest],
        let names = options.manifestNames
      {
        try sink.addMissing(from: known, names, at: path)
      }
      if let path = session[junit] { try output.write(Array(sink.junit.utf8).rawBytes, to: path) }
      if let path = session[html] { try output.write(Array(sink.html.utf8).rawBytes, to: path) }
      if options.takesDigests, let path = session[writeManifest] ?? session[manifest] {
        let manifest = sink.manifest
        try output.write(manifest.encoded.rawBytes, to: path)
        session.report.line(
          "wrote the digests of \(Wording.count(manifest.frames.count, "frame")) to \(path)")
      }
    } catch {
      throw CommandError(error)
    }
  }

  private static func status(_ counts: VerifyCounts, isStrict: Bool) -> ExitStatus {
    if counts.unreadable > 0 { return .failed }
    if counts.errors > 0 { return .notWell }
    return isStrict && counts.warnings > 0 ? .notWell : .success
  }
}
