import FrameEngine

/// Brings reports that come in any order into the sequence's order, and lets none go before the one
/// behind it is there: a bucket is missing only between neighbours that have it.
///
/// What is ready is handed on by whichever thread finds nobody at it, one call at a time and without
/// a lock: others bring their reports meanwhile.
final class ReportLine: Sendable {
  /// What is done with a sequence when its last report has gone.
  typealias Ended = @Sendable (FrameSequence, [SequenceFinding]) -> Void

  private let sequences: [FrameSequence]
  /// The number of the first file behind each sequence, counted through all of them.
  private let ends: [Int]
  private let options: VerifyOptions
  private let each: @Sendable (FrameReport) -> Void
  private let ended: Ended
  /// How far ahead of the next report frames are looked at: each that waits holds its pixels' scan.
  private let room: Int
  private let state = Condition(State())

  private struct State {
    var order = Reordering<FrameReport>()
    /// The sequence of the reports that come next.
    var sequence = 0
    /// The report before the next one, for its zero map.
    var previous: FrameReport?
    /// The report that waits for the one behind it.
    var current: FrameReport?
    var summaries: [FrameSummary] = []
    /// What is ready and not handed on.
    var ready: [Delivery] = []
    /// Reports that were handed on.
    var delivered = 0
    /// Whether a thread hands on.
    var isDelivering = false
    var isClosed = false
  }

  /// What is handed on.
  private enum Delivery {
    case report(FrameReport)
    case end(FrameSequence, [SequenceFinding])
  }

  init(
    _ sequences: [FrameSequence], _ options: VerifyOptions, room: Int,
    _ each: @escaping @Sendable (FrameReport) -> Void, ended: @escaping Ended
  ) {
    self.sequences = sequences
    var count = 0
    ends = sequences.map { sequence in
      count += sequence.files.count
      return count
    }
    self.options = options
    self.room = room
    self.each = each
    self.ended = ended
  }

  /// Waits until file `number` is near the next report, so that behind a frame that takes long no
  /// crowd gathers. `false` if the line was closed.
  func wait(for number: Int) -> Bool {
    state.wait { state in
      if state.isClosed { return false }
      return number < state.delivered + room ? true : nil
    }
  }

  /// Nothing comes any more: whoever waits goes home.
  func close() {
    state.withLock { $0.isClosed = true }
    state.broadcast()
  }

  /// Adds the report of file `number`, counted through all sequences.
  func append(_ report: FrameReport, _ number: Int) {
    state.withLock { state in
      for (number, next) in state.order.add(report, number) {
        while number >= ends[state.sequence] { endSequence(&state) }
        let done = state.current
        state.current = next
        if let done { emit(done, next, &state) }
      }
    }
    deliver()
  }

  /// The last report goes, and with it the sequences that are left.
  func finish() {
    state.withLock { state in
      while state.sequence < sequences.count { endSequence(&state) }
    }
    deliver()
  }

  /// Hands on what is ready, unless somebody is at it, who then goes on with it.
  private func deliver() {
    while let ready = takeReady() {
      for delivery in ready {
        switch delivery {
        case .report(let report): each(report)
        case .end(let sequence, let findings): ended(sequence, findings)
        }
      }
      let count = ready.count { if case .report = $0 { true } else { false } }
      state.withLock { state in
        state.delivered += count
        state.isDelivering = false
      }
      state.broadcast()
    }
  }

  /// Takes what is ready, to be handed on by this thread; `nil` if nothing is, or another is at it.
  private func takeReady() -> [Delivery]? {
    state.withLock { state in
      guard !state.isDelivering, !state.ready.isEmpty else { return nil }
      state.isDelivering = true
      defer { state.ready = [] }
      return state.ready
    }
  }

  private func endSequence(_ state: inout State) {
    if let last = state.current {
      state.current = nil
      emit(last, nil, &state)
    }
    let sequence = sequences[state.sequence]
    state.ready.append(.end(sequence, findings(sequence, state.summaries)))
    state.summaries = []
    state.previous = nil
    state.sequence += 1
  }

  private func findings(_ sequence: FrameSequence, _ summaries: [FrameSummary]) -> [SequenceFinding]
  {
    guard sequence.pattern != nil else { return [] }
    let judge = SequenceJudge(range: options.range, limits: options.profile.outliers)
    let outside = FrameRange(frames: sequence.outside.compactMap(\.frame))
    return judge.findings(for: summaries, outside: outside).compactMap { found in
      options.profile.weighing(found.finding).map {
        SequenceFinding($0, frames: found.frames, names: found.names)
      }
    }
  }

  private func emit(_ report: FrameReport, _ next: FrameReport?, _ state: inout State) {
    var report = report
    if let previous = state.previous, let next {
      report.findings += emptyAreas(report, previous, next).compactMap(options.profile.weighing)
    }
    var summary = FrameSummary(report)
    // Frames of one layout share it: a long sequence has it once.
    if let parts = state.summaries.last?.parts, parts == summary.parts { summary.parts = parts }
    state.summaries.append(summary)
    state.previous = report
    state.ready.append(.report(report))
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
      // What is lost for another reason is no bucket that the renderer left out.
      guard index < previous.parts.count, index < next.parts.count,
        report.parts[index].isComplete,
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
    let digests = parts.compactMap { $0.scan?.digest }
    if digests.count == parts.count {
      var hasher = BLAKE3Hasher()
      for digest in digests { hasher.update(digest.bytes) }
      pixelDigest = hasher.finalize()
    }
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
