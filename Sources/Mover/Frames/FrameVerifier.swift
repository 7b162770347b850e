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

  /// Looks at every frame of all sequences, by the same threads from the first to the last. `each`
  /// gets the reports in order, `ended` what was found about a sequence as a whole once its last
  /// report has gone: one call at a time, from any thread. What concerns one frame between its
  /// neighbours stands in that frame's report. After a cancellation reports and sequences end early:
  /// of frames that nobody looked at nothing is known, least of all that they are missing.
  public func verify(
    _ sequences: [FrameSequence], progress: ProgressCounters,
    each: @escaping @Sendable (FrameReport) -> Void,
    ended: @escaping @Sendable (FrameSequence, [SequenceFinding]) -> Void
  ) throws(DiskError) {
    let files = sequences.flatMap(\.files)
    let threads = max(1, options.threads ?? BackupJob.defaultThreads)
    // While one frame is read another is decoded: more workers than processors, but only where
    // there are frames for all. What is left of the processors shares the chunks of one frame.
    let workers = max(1, min(files.count, threads > 1 ? threads + threads / 2 : 1))
    let crewSize = max(1, threads / workers)
    let line = ReportLine(sequences, options, room: max(8, 4 * workers), each, ended: ended)
    let memories = try (0..<workers).map { _ throws(DiskError) in try FrameBytes(disk: disk) }
    let next = Atomic<Int>(0)
    runWorkers(count: workers, name: "farmio verify") { index in
      let crew = FrameCrew(size: crewSize, decoder)
      while cancellation?.isCancelled != true {
        let number = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard number < files.count, line.wait(for: number) else { break }
        progress.currentName = files[number].path
        let report = look(at: files[number], memories[index], crew)
        if cancellation?.isCancelled == true { break }
        progress.finished(bytes: Int64(report.byteCount))
        if report.status == .bad || report.status == .unreadable {
          progress.errors.add(1, ordering: .relaxed)
        }
        line.append(report, number)
      }
      if cancellation?.isCancelled == true { line.close() }
    }
    if cancellation?.isCancelled != true { line.finish() }
  }

  /// Reads a frame: whole, or its structure alone, which is returned then.
  private func load(
    _ file: FrameFile, _ memory: FrameBytes
  ) throws(FrameFailure) -> Container? {
    do throws(DiskError) {
      if FrameInspection.needsNoPayload(options),
        let container = try memory.structure(of: file.location)
      {
        return container
      }
      try memory.load(file.location)
      return nil
    } catch {
      throw .disk(error)
    }
  }

  private func look(at file: FrameFile, _ memory: FrameBytes, _ crew: FrameCrew) -> FrameReport {
    let stopwatch = Stopwatch()
    var inspection = FrameInspection(file, on: disk, options, cancellation)
    do throws(FrameFailure) {
      if let container = try load(file, memory) {
        inspection.inspect(container, memory)
      } else {
        try inspection.inspect(memory, crew)
      }
    } catch {
      inspection.fail(error)
    }
    return inspection.finish(stopwatch.elapsed)
  }
}
