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
    /// Names that were looked at, for what the manifest knows beside them.
    var names: [FileName] = []
    var damaged: [FrameReport] = []
  }

  private let report: Report
  private let wantsJUnit: Bool
  private let wantsDigests: Bool
  private let state: Mutex<State>

  /// Findings of one frame that are told one by one to a person.
  private static let findingsPerFrame = 20

  init(_ report: Report, wantsJUnit: Bool, html: FileName?, wantsDigests: Bool) {
    self.report = report
    self.wantsJUnit = wantsJUnit
    self.wantsDigests = wantsDigests
    state = Mutex(State(html: html.map { _ in FrameHTML(title: "Frames, verified by farmio") }))
  }

  /// A frame was looked at.
  func add(_ frame: FrameReport) {
    tell(frame)
    report.record { FrameJSON.write(frame, to: &$0) }
    let thumbnail = state.withLock { $0.html != nil } ? FrameThumbnail.picture(of: frame) : nil
    state.withLock { state in
      state.counts.add(frame)
      if wantsJUnit { state.junit.add(frame) }
      state.html?.add(frame, thumbnail)
      if wantsDigests, let digests = frame.digests { state.digests.append(digests) }
      if let name = frame.digests?.name { state.names.append(name) }
      if VerifySink.canBeSaved(frame) { state.damaged.append(frame.withoutPixels) }
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
      if wantsJUnit, sequence.pattern != nil {
        state.junit.add(sequence: sequence.title, findings)
      }
      state.html?.add(sequence: sequence.title, findings)
    }
  }

  /// Tells which frames of the manifest were not there.
  func addMissing(from manifest: FrameManifest) {
    let names = state.withLock { $0.names }
    guard let found = manifest.finding(missing: manifest.missing(from: names)) else { return }
    report.result(VerifySink.line(found.finding))
    report.record { FrameJSON.write(missing: found, to: &$0) }
    state.withLock { $0.counts.add([found.finding]) }
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
      report.warning("\(frame.file.path): cannot \(failure.operation.rawValue): \(failure.cause)")
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
