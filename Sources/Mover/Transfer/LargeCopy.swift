import FrameEngine
import Glibc
import Synchronization

/// The copy of one large file by several threads, an extent at a time, with a journal of what is
/// durable: a killed run goes on where it stopped.
final class LargeCopy: Sendable {
  private struct State {
    /// What needs no copying: the next gap behind `next` is the next extent.
    var done: RangeSet
    var next: Int64 = 0
    var threads: Int
    var copied: Int64 = 0
    var isTorn = false
    var failure: TransferFailure?
    var digests: [RangeDigest] = []
  }

  private let run: TransferRun
  private let work: FolderWork
  private let group = WorkGroup()
  private let step: TransferPlan.Step
  private let folder: TargetFolder
  private let ends: DataCopier.Ends
  private let metadata: FileMetadata
  private let part: FileName
  private let journal: JournalWriter
  private let attempt: Int
  /// What an earlier run had made durable.
  private let resumed: RangeSet
  private let state: Mutex<State>

  private var path: FileName { folder.fullPath.appending(step.source.name) }
  private var sourcePath: FileName {
    folder.sourcePath.appending(run.sourceName(of: step.source.name))
  }

  /// Opens both ends, goes on with what an earlier run left if it is of this very source, and
  /// queues the extents.
  static func begin(
    _ step: TransferPlan.Step, _ folder: TargetFolder, _ resume: Resumable?, _ run: TransferRun,
    _ work: FolderWork, _ worker: TransferWorker, attempt: Int = 1
  ) {
    do throws(TransferFailure) {
      let copy = try LargeCopy(step, folder, resume, run, work, attempt: attempt)
      copy.start(worker)
    } catch {
      run.links.fail(step.source.status.sharedIdentity)
      run.fail(error, worker)
    }
  }

  private init(
    _ step: TransferPlan.Step, _ folder: TargetFolder, _ resume: Resumable?, _ run: TransferRun,
    _ work: FolderWork, attempt: Int
  ) throws(TransferFailure) {
    self.run = run
    self.work = work
    self.step = step
    self.folder = folder
    self.attempt = attempt
    let (disk, target) = (run.disk, folder.target!.handle)
    let name = run.sourceName(of: step.source.name)
    let sourcePath = folder.sourcePath.appending(name)
    let path = folder.fullPath.appending(step.source.name)
    let source = try located(sourcePath) { () throws(DiskError) in
      try disk.open(name, in: folder.source.handle, .read())
    }
    do throws(TransferFailure) {
      let found = try located(sourcePath) { () throws(DiskError) in
        let status = try disk.status(of: source)
        return (status: status, metadata: try FileMetadata.capture(source, status, on: disk))
      }
      metadata = found.metadata
      let notes = ResumeJournal(
        source: ResumeJournal.Source(found.status), name: step.source.name)
      let opened = try located(path) { () throws(DiskError) in
        try PartOpener(run: run, folder: target).open(notes, resume, size: found.status.size)
      }
      part = opened.part
      journal = opened.journal
      resumed = opened.done
      ends = DataCopier.Ends(source: source, status: found.status, target: opened.handle)
    } catch {
      run.closeReadOnly(source)
      throw error
    }
    let threads = min(run.large.threads, run.workers.count)
    state = Mutex(State(done: resumed, threads: threads))
  }

  // A run that is stopped drops its work: whoever lets go last closes what is open.
  deinit {
    if state.withLock({ $0.threads > 0 }) { pause() }
  }

  private func start(_ worker: TransferWorker) {
    run.progress.bytesDone.add(resumed.byteCount, ordering: .relaxed)
    do throws(DiskError) {
      if resumed.ranges.isEmpty, try run.data.clone(ends) {
        run.progress.bytesDone.add(ends.status.size, ordering: .relaxed)
        state.withLock { state in
          state.threads = 1
          state.next = ends.status.size
          state.copied = ends.status.size
        }
        return end(worker)
      }
    } catch {
      note(error)
    }
    let threads = state.withLock { $0.threads }
    for _ in 0..<threads { addWork() }
  }

  private func addWork() {
    work.add(to: group) { [self] walk in copyNext(run.workers[walk.index]) }
  }

  /// Copies one extent and queues the next; the thread that finds none left ends the copy.
  private func copyNext(_ worker: TransferWorker) {
    let extent = state.withLock { state -> Range<Int64>? in
      guard state.failure == nil, !state.isTorn, run.goesOn else { return nil }
      let gap = state.done.nextGap(
        from: state.next, end: ends.status.size, limit: run.large.extent)
      if let gap { state.next = gap.upperBound }
      return gap
    }
    guard let extent else { return end(worker) }
    do throws(DiskError) {
      if let digest = try run.data.copy(extent, ends, worker) {
        state.withLock { state in
          state.copied += Int64(extent.count)
          if run.options.verify { state.digests.append(digest) }
        }
        try journal.add(extent, of: ends.target)
      } else {
        state.withLock { $0.isTorn = true }
      }
    } catch {
      note(error)
    }
    if run.goesOn { addWork() } else { end(worker) }
  }

  private func note(_ error: DiskError) {
    let isSource = error.operation == .read || error.operation == .seek
    let failure = TransferFailure(error.at(isSource ? sourcePath : path))
    state.withLock { $0.failure = $0.failure ?? failure }
  }

  /// One thread has nothing left to do; the last one decides what becomes of the copy.
  private func end(_ worker: TransferWorker) {
    let last = state.withLock { state -> State? in
      state.threads -= 1
      return state.threads == 0 ? state : nil
    }
    guard let last else { return }
    do throws(TransferFailure) {
      if let failure = last.failure { throw failure }
      guard run.goesOn else { return pause() }
      let after = try located(sourcePath) { () throws(DiskError) in
        try run.disk.status(of: ends.source)
      }
      guard !last.isTorn, ends.status.isUnchanged(in: after) else { return retry(worker) }
      try complete(last, worker)
    } catch {
      pause()
      run.links.fail(step.source.status.sharedIdentity)
      run.fail(error, worker)
    }
  }

  private func complete(_ last: State, _ worker: TransferWorker) throws(TransferFailure) {
    let isDurable = run.options.durability != .none
    var digests = last.digests
    try located(source: sourcePath, target: path) { () throws(DiskError) in
      if run.options.verify {
        for range in resumed.ranges {
          digests.append(try run.data.digest(range, of: ends.source, worker))
        }
      }
      if isDurable, run.options.durability == .batch { try run.disk.sync(ends.target) }
    }
    let current = try located(path) { () throws(DiskError) in
      FileMetadata.Current(try run.disk.status(of: ends.target))
    }
    try run.finish(ends.target, metadata, current, path, worker)
    run.closeReadOnly(ends.source)
    journal.close()
    worker.summary.bytesResumed += resumed.byteCount
    run.add(
      ReadyFile(
        folder: folder, part: part, name: step.source.name, kind: .regular,
        byteCount: last.copied, isDurable: isDurable, digests: digests, journal: journal.name),
      worker)
  }

  /// Stops with what there is: a later run goes on from the journal, or sweeps the part away if
  /// there is none.
  private func pause() {
    do throws(DiskError) {
      try journal.flush(ends.target)
    } catch {
      // What is not in the journal is copied again.
    }
    close()
    if journal.isEmpty { run.discard(part, in: folder.target!.handle) }
  }

  /// The source changed: what was copied is worth nothing.
  private func retry(_ worker: TransferWorker) {
    close()
    run.discard(part, in: folder.target!.handle)
    if !journal.isEmpty { run.discard(journal.name, in: folder.target!.handle) }
    if attempt < TransferSizes.attempts {
      LargeCopy.begin(step, folder, nil, run, work, worker, attempt: attempt + 1)
    } else {
      run.links.fail(step.source.status.sharedIdentity)
      run.fail(TransferFailure(sourcePath, .keepsChanging), worker)
    }
  }

  private func close() {
    run.closeReadOnly(ends.source)
    // Not a file to keep as it is: whatever closing reports, its synced ranges are durable.
    run.closeReadOnly(ends.target)
    journal.close()
  }
}
