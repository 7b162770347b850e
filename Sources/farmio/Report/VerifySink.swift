import FrameEngine
import Mover
import Synchronization

/// What a verification came to, in numbers.
struct VerifyCounts: Sendable {
  var frames = 0
  var bytes: Int64 = 0
  var sound = 0
  var doubtful = 0
  var bad = 0
  var unreadable = 0
  /// Findings of frames and sequences.
  var errors = 0
  var warnings = 0

  /// Counts a frame.
  mutating func add(_ report: FrameReport) {
    frames += 1
    bytes += Int64(report.byteCount)
    switch report.status {
    case .sound: sound += 1
    case .doubtful: doubtful += 1
    case .bad: bad += 1
    case .unreadable: unreadable += 1
    }
    add(report.findings)
  }

  /// Counts findings.
  mutating func add(_ findings: [Finding]) {
    errors += findings.count { $0.severity == .error }
    warnings += findings.count { $0.severity == .warning }
  }
}

/// Takes the reports of a verification as they come, tells them at once, and keeps what the other
/// reports are made of.
final class VerifySink: Sendable {
  private struct State {
    var counts = VerifyCounts()
    var junit = FrameJUnit()
    var html: FrameHTML?
    var digests: [FrameManifest.Frame] = []
    /// Frames that were looked at, for what the manifest knows beside them.
    var paths: [FileName] = []
    var damaged: [FrameReport] = []
  }

  /// What the report is to hold beside what is told at once.
  struct Wants: Sendable {
    /// A JUnit document.
    var junit = false
    /// A page.
    var html = false
    /// Digests for a manifest.
    var digests = false
    /// The frames of which some chunks are lost.
    var damaged = false
    /// The names that were looked at, for a manifest that knows more.
    var names = false
  }

  private let report: Report
  private let wants: Wants
  private let state: Mutex<State>

  /// Findings of one frame that are told one by one to a person.
  private static let findingsPerFrame = 20

  init(_ report: Report, _ wants: Wants) {
    self.report = report
    self.wants = wants
    state = Mutex(State(html: wants.html ? FrameHTML(title: "Frames, verified by farmio") : nil))
  }

  /// A frame was looked at.
  func add(_ frame: FrameReport) {
    tell(frame)
    report.record { FrameJSON.write(frame, to: &$0) }
    let wantsPicture = state.withLock { $0.html?.takesPicture(of: frame) ?? false }
    let thumbnail = wantsPicture ? FrameThumbnail.picture(of: frame) : nil
    state.withLock { state in
      state.counts.add(frame)
      if wants.junit { state.junit.add(frame) }
      state.html?.add(frame, thumbnail)
      if wants.digests, let digests = frame.digests { state.digests.append(digests) }
      if wants.names { state.paths.append(frame.file.path) }
      if wants.damaged, VerifySink.canBeSaved(frame) {
        state.damaged.append(frame.withoutPixels)
      }
    }
  }

  /// A sequence is done.
  func add(_ sequence: FrameSequence, _ found: [SequenceFinding]) {
    let findings = found.map(\.finding)
    if !findings.isEmpty {
      report.line(sequence.title)
      for finding in findings { report.result(VerifySink.line(finding)) }
    }
    if sequence.pattern != nil {
      report.record { FrameJSON.write(sequence, found, to: &$0) }
    }
    state.withLock { state in
      state.counts.add(findings)
      if wants.junit, sequence.pattern != nil {
        state.junit.add(sequence: sequence.title, findings)
      }
      state.html?.add(sequence: sequence.title, findings)
    }
  }

  /// Tells which frames of the manifest at `path`, which knows frames by `names`, were not looked
  /// at.
  func addMissing(
    from manifest: FrameManifest, _ names: ManifestNames, at path: FileName
  ) throws(DiskError) {
    var looked: [FileName] = []
    for path in state.withLock({ $0.paths }) { looked.append(try names.name(of: path)) }
    guard let found = manifest.finding(missing: manifest.missing(from: looked)) else { return }
    report.result(VerifySink.line(found.finding))
    report.record { FrameJSON.write(missing: found, to: &$0) }
    state.withLock { state in
      state.counts.add([found.finding])
      if wants.junit { state.junit.add(sequence: path.description, [found.finding]) }
      state.html?.add(sequence: path.description, [found.finding])
    }
  }

  /// The last line, or the summary record.
  func finish(_ time: Duration) -> VerifyCounts {
    let counts = state.withLock { $0.counts }
    var line = "\(Wording.count(counts.frames, "frame")), \(Wording.size(counts.bytes)): "
    line += "\(Wording.count(counts.sound)) sound, \(Wording.count(counts.doubtful)) doubtful, "
    line += "\(Wording.count(counts.bad)) bad"
    if counts.unreadable > 0 { line += ", \(Wording.count(counts.unreadable)) unreadable" }
    report.line(line + "; in \(Wording.duration(time))")
    report.record { FrameJSON.write(counts, time, to: &$0) }
    return counts
  }

  /// The JUnit document.
  var junit: String { state.withLock { $0.junit.document } }
  /// The page.
  var html: String { state.withLock { $0.html?.page ?? "" } }
  /// The digests of all frames.
  var manifest: FrameManifest { state.withLock { FrameManifest($0.digests) } }
  /// The frames that are damaged, and of which something may be saved.
  var damaged: [FrameReport] { state.withLock { $0.damaged } }

  /// Whether the file is damaged, and something of it may be good. Wrong pixels in a whole file are
  /// for the renderer to mend.
  private static func canBeSaved(_ frame: FrameReport) -> Bool {
    !frame.parts.isEmpty
      && frame.findings.contains { finding in
        let depth = finding.code.depth
        return finding.severity == .error && (depth == .structure || depth == .decode)
      }
  }

  private func tell(_ frame: FrameReport) {
    let status = frame.status.rawValue
    let head = status + String(repeating: " ", count: max(1, 10 - status.count))
    guard frame.status != .sound || !frame.findings.isEmpty else {
      report.detail("\(head)\(frame.file.path)")
      return
    }
    if frame.status == .sound {
      report.detail("\(head)\(frame.file.path)")
      for finding in frame.findings { report.detail(VerifySink.line(finding)) }
      return
    }
    report.result("\(head)\(frame.file.path)")
    if let failure = frame.failure {
      report.warning("\(frame.file.path): \(failure)\(failure.remedy.map { ". \($0)" } ?? "")")
    }
    let shown = report.isVerbose ? frame.findings.count : VerifySink.findingsPerFrame
    for finding in frame.findings.prefix(shown) { report.result(VerifySink.line(finding)) }
    let left = frame.findings.count - shown
    if left > 0 { report.line("  and \(Wording.count(left)) more; --verbose names them all") }
  }

  private static func line(_ finding: Finding) -> String {
    let word =
      switch finding.severity {
      case .error: "error    "
      case .warning: "warning  "
      case .information: "note     "
      }
    return "  " + word + FindingText.line(finding)
  }
}
