public import FrameEngine
import Synchronization

/// Verifies frames: many at once, each reported in order as soon as it and its neighbours are done.
///
/// Memory is a frame's file and some chunks for each thread, however long the sequence is.
public struct FrameVerifier: Sendable {
  private let disk: any Disk
  private let decoder: DecoderProgram
  private let options: VerifyOptions
  private let cancellation: CancelToken?

  /// A verifier of files on `disk`.
  public init(
    disk: any Disk, decoder: DecoderProgram, options: VerifyOptions,
    cancellation: CancelToken? = nil
  ) {
    self.disk = disk
    self.decoder = decoder
    self.options = options
    self.cancellation = cancellation
  }

  /// Looks at every frame of a sequence. `each` gets the reports in the sequence's order, one at a
  /// time, from any thread. Returns what was found about the sequence as a whole; what concerns
  /// one frame between its neighbours stands in that frame's report. After a cancellation the
  /// reports end early.
  public func verify(
    _ sequence: FrameSequence, progress: ProgressCounters,
    each: @escaping @Sendable (FrameReport) -> Void
  ) throws(DiskError) -> [SequenceFinding] {
    let line = ReportLine(sequence, options, each)
    let threads = max(1, options.threads ?? BackupJob.defaultThreads)
    // While one frame is read another is decoded: more workers than processors, but only where
    // there are frames for all. What is left of the processors shares the chunks of one frame.
    let workers = max(1, min(sequence.files.count, threads > 1 ? threads + threads / 2 : 1))
    let crewSize = max(1, threads / workers)
    let memories = try (0..<workers).map { _ throws(DiskError) in try FrameBytes(disk: disk) }
    let next = Atomic<Int>(0)
    runWorkers(count: workers, name: "farmio verify") { index in
      let crew = FrameCrew(size: crewSize, decoder)
      while cancellation?.isCancelled != true {
        let number = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard number < sequence.files.count else { break }
        let file = sequence.files[number]
        progress.currentName = file.path
        let report = look(at: file, memories[index], crew)
        if cancellation?.isCancelled == true { break }
        progress.finished(bytes: Int64(report.byteCount))
        if report.status == .bad || report.status == .unreadable {
          progress.errors.add(1, ordering: .relaxed)
        }
        line.append(report, number)
      }
    }
    return line.finish()
  }

  private func look(at file: FrameFile, _ memory: FrameBytes, _ crew: FrameCrew) -> FrameReport {
    let clock = SystemClock()
    let begun = clock.monotonic()
    var inspection = FrameInspection(file, on: disk, options, cancellation)
    do throws(DiskError) {
      try memory.load(file.location)
      try inspection.inspect(memory, crew)
    } catch {
      inspection.fail(error)
    }
    return inspection.finish(.nanoseconds(Int64(clock.monotonic() - begun)))
  }
}
