import FrameEngine
import Synchronization

/// Brings reports that come in any order into the sequence's order, and lets none go before the one
/// behind it is there: a bucket is missing only between neighbours that have it.
final class ReportLine: Sendable {
  private let sequence: FrameSequence
  private let options: VerifyOptions
  private let each: @Sendable (FrameReport) -> Void
  private let state = Mutex(State())

  private struct State {
    var waiting: [Int: FrameReport] = [:]
    var nextToJudge = 0
    /// The report before the next one, for its zero map.
    var previous: FrameReport?
    /// The report that waits for the one behind it.
    var current: FrameReport?
    var summaries: [FrameSummary] = []
    var digests: [FileName] = []
  }

  init(
    _ sequence: FrameSequence, _ options: VerifyOptions,
    _ each: @escaping @Sendable (FrameReport) -> Void
  ) {
    self.sequence = sequence
    self.options = options
    self.each = each
  }

  /// Adds the report of the sequence's file `number`.
  func append(_ report: FrameReport, _ number: Int) {
    state.withLock { state in
      state.waiting[number] = report
      while let next = state.waiting.removeValue(forKey: state.nextToJudge) {
        state.nextToJudge += 1
        let done = state.current
        state.current = next
        if let done { emit(done, next, &state) }
      }
    }
  }

  /// The last report goes; returns what is found about the sequence.
  func finish() -> [SequenceFinding] {
    state.withLock { state in
      if let last = state.current {
        state.current = nil
        emit(last, nil, &state)
      }
      guard sequence.pattern != nil else { return [] }
      let judge = SequenceJudge(range: options.range)
      let outside = FrameRange(frames: sequence.outside.compactMap(\.frame))
      return judge.findings(for: state.summaries, outside: outside).compactMap { found in
        options.profile.weighing(found.finding).map {
          SequenceFinding($0, frames: found.frames, names: found.names)
        }
      }
    }
  }

  private func emit(_ report: FrameReport, _ next: FrameReport?, _ state: inout State) {
    var report = report
    if let previous = state.previous, let next {
      report.findings += emptyAreas(report, previous, next).compactMap(options.profile.weighing)
    }
    state.summaries.append(FrameSummary(report))
    state.previous = report
    each(report)
  }

  /// What a frame lacks that the frames right before and behind it have.
  private func emptyAreas(
    _ report: FrameReport, _ previous: FrameReport, _ next: FrameReport
  ) -> [Finding] {
    guard let number = report.file.frame, previous.file.frame == number - 1,
      next.file.frame == number + 1
    else { return [] }
    var findings: [Finding] = []
    for index in report.parts.indices {
      guard index < previous.parts.count, index < next.parts.count,
        let map = report.parts[index].scan?.zeroMap,
        let before = previous.parts[index].scan?.zeroMap,
        let after = next.parts[index].scan?.zeroMap
      else { continue }
      findings += EmptyAreas.findings(
        map, between: before, and: after, part: index, limits: options.profile.pixels)
    }
    return findings
  }
}

extension FrameSummary {
  /// What the sequence is judged by.
  init(_ report: FrameReport) {
    self.init(
      name: report.file.name, frame: report.file.frame, isPadded: report.file.isPadded,
      byteCount: report.failure == nil ? report.byteCount : Int(report.file.byteCount ?? 0),
      parts: report.parts.map(\.part))
    let parts = report.parts
    guard !parts.isEmpty, parts.allSatisfy(\.isComplete) else { return }
    var hasher = BLAKE3Hasher()
    for part in parts { hasher.update(part.scan?.digest?.bytes ?? []) }
    pixelDigest = hasher.finalize()
    guard
      let scan = parts.first(where: { $0.scan?.plan.mainColours.isEmpty == false })?.scan
        ?? parts[0].scan
    else { return }
    let channels =
      scan.plan.mainColours.isEmpty ? Array(scan.plan.channels.indices) : scan.plan.mainColours
    let statistics = channels.map { scan.statistics[$0] }
    let count = statistics.reduce(0) { $0 + $1.finite }
    if count > 0 { mean = statistics.reduce(0) { $0 + $1.sum } / Double(count) }
    let samples = statistics.reduce(0) { $0 + $1.samples }
    let zeros = statistics.reduce(0) { $0 + $1.zeros }
    if samples > 0 { nonZeroShare = Double(samples - zeros) / Double(samples) }
  }
}
