import FrameEngine
import Synchronization

/// Notes which ranges of a part are durable. The journal comes to be with its first record.
final class JournalWriter: Sendable {
  private struct State {
    var handle: Handle?
    var size: Int64 = 0
    var pending = RangeSet()
    /// One thread syncs at a time; the others go on copying.
    var isSyncing = false
  }

  let name: FileName
  private let disk: any Disk
  private let folder: Handle
  private let notes: ResumeJournal
  private let state = Mutex(State())

  init(_ notes: ResumeJournal, name: FileName, in folder: Handle, on disk: any Disk) {
    self.notes = notes
    self.name = name
    self.folder = folder
    self.disk = disk
  }

  /// Whether nothing was noted: there is no journal then.
  var isEmpty: Bool { state.withLock { $0.handle == nil } }

  /// Adds a range that was written to `part`; once enough of them wait, syncs and notes them.
  func add(_ range: Range<Int64>, of part: Handle) throws(DiskError) {
    let isDue = state.withLock { state in
      state.pending.insert(range)
      guard state.pending.byteCount >= TransferSizes.unjournaled, !state.isSyncing else {
        return false
      }
      state.isSyncing = true
      return true
    }
    guard isDue else { return }
    defer { state.withLock { $0.isSyncing = false } }
    try flush(part)
  }

  /// Syncs the part and notes all that waited.
  func flush(_ part: Handle) throws(DiskError) {
    let ranges = state.withLock { state in
      defer { state.pending = RangeSet() }
      return state.pending.ranges
    }
    if ranges.isEmpty { return }
    try disk.sync(part)
    try write(ranges)
  }

  /// Notes ranges that are durable already.
  func write(_ ranges: [Range<Int64>]) throws(DiskError) {
    let records = ranges.flatMap { notes.record($0) }
    try state.withLock { state throws(DiskError) in
      if state.handle == nil {
        let handle = try disk.open(name, in: folder, .create(mode: 0o600))
        state.handle = handle
        let header = notes.header
        try disk.write(handle, at: 0, unsafe header.span.bytes)
        state.size = Int64(header.count)
      }
      try disk.write(state.handle!, at: state.size, unsafe records.span.bytes)
      state.size += Int64(records.count)
    }
  }

  func close() {
    guard let handle = state.withLock({ $0.handle }) else { return }
    do {
      try disk.close(handle)
    } catch {
      // A journal that lacks records only makes a later run copy more.
    }
  }
}

/// Opens the part of a large file, new or left by a dead run.
struct PartOpener {
  let run: TransferRun
  let folder: Handle

  struct Opened {
    let handle: Handle
    let part: FileName
    let journal: JournalWriter
    let done: RangeSet
  }

  /// Takes `resume` over if it is of the same source, or makes a new part of `size` bytes.
  func open(_ notes: ResumeJournal, _ resume: Resumable?, size: Int64) throws(DiskError) -> Opened {
    let number = run.takeNumber()
    let part = PartName(run: run.identity, number: number, suffix: .part).name
    let journal = JournalWriter(
      notes, name: PartName(run: run.identity, number: number, suffix: .journal).name, in: folder,
      on: run.disk)
    if let resume {
      if resume.notes.source == notes.source, !resume.notes.done.ranges.isEmpty,
        let handle = try takeOver(resume, as: part, journal)
      {
        return Opened(handle: handle, part: part, journal: journal, done: resume.notes.done)
      }
      run.discard(resume.part, in: folder)
      run.discard(resume.journal, in: folder)
    }
    let handle = try run.disk.open(part, in: folder, .create(mode: 0o600))
    do throws(DiskError) {
      try run.disk.setSize(handle, to: size)
    } catch {
      run.closeReadOnly(handle)
      run.discard(part, in: folder)
      throw error
    }
    return Opened(handle: handle, part: part, journal: journal, done: RangeSet())
  }

  /// Makes the part this run's own. The new journal is there before the part has its new name: a
  /// kill in between leaves the old pair whole. `nil` if another run was faster.
  private func takeOver(_ resume: Resumable, as part: FileName, _ journal: JournalWriter)
    throws(DiskError) -> Handle?
  {
    try journal.write(resume.notes.done.ranges)
    do throws(DiskError) {
      try run.disk.rename(resume.part, in: folder, to: part, in: folder)
      let handle = try run.disk.open(part, in: folder, .update())
      run.discard(resume.journal, in: folder)
      return handle
    } catch {
      journal.close()
      run.discard(journal.name, in: folder)
      return nil
    }
  }
}
