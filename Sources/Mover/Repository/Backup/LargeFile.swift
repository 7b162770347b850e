import FrameEngine
import Glibc

/// One file, read in blocks by any number of threads.
///
/// Blocks lie at fixed offsets and are read in any order. Each is scanned in turn, since a chunk
/// may begin in one block and end in the next: what follows the last cut of a block is carried to
/// the front of the next one. Scanning runs at 9 GB/s; hashing and compressing, which take the
/// time, run side by side. So one huge file keeps every core busy.
final class LargeFile: Sendable {
  private let job: BackupJob
  private let folder: BackupFolder
  private let item: SlottedEntry
  private let chunker: Chunker
  private let blockBytes: Int
  private let group = WorkGroup()
  private let state: Condition<State>

  private struct State {
    var reading: Reading?
    var attempt = 0
  }

  /// One pass over the file.
  private struct Reading {
    let handle: Handle
    let status: FileStatus
    let blocks: BlockPlan
    /// The block whose turn it is to be scanned.
    var turn = 0
    var left: Int
    /// What follows the last cut of the block before.
    var carry: [UInt8] = []
    var hint = StrideHint()
    var segments: [[Segment]]
    var fault: DiskError?
    var isTorn = false
  }

  /// Times that a file which changes while it is read is read again.
  private static let attemptLimit = 3

  init(_ job: BackupJob, _ folder: BackupFolder, _ item: SlottedEntry) {
    self.job = job
    self.folder = folder
    self.item = item
    chunker = job.chunker(for: item.entry.name)
    blockBytes = max(1 << 20, 2 * chunker.chunkClass.maximum)
    state = Condition(State())
  }

  private var path: FileName { folder.fullPath.appending(item.entry.name) }

  /// Adds the file's first block as work; each block adds the next one when it begins.
  func schedule(on work: FolderWork) {
    work.add(to: group) { [self] walker in
      job.guarded { () throws(RepositoryError) in
        guard try begin(job.worker(of: walker)) else { return }
        try run(0, walker, work)
      }
    }
  }

  private func run(
    _ block: Int, _ walker: WalkWorker, _ work: FolderWork
  ) throws(RepositoryError) {
    let next = block + 1
    if hasBlock(next) {
      work.add(to: group) { [self] walker in
        if job.guarded({ () throws(RepositoryError) in try run(next, walker, work) }) == nil {
          skip()
        }
      }
    }
    do throws(RepositoryError) {
      if try store(block, job.worker(of: walker), walker.lane) { schedule(on: work) }
    } catch {
      skip()
      throw error
    }
  }

  /// Stores the whole file on the calling thread.
  func storeAlone(_ worker: BackupWorker, _ lane: any Lane) throws(RepositoryError) {
    var again = true
    while again {
      guard try begin(worker) else { return }
      var block = 0
      again = try store(block, worker, lane)
      block += 1
      while !again, hasBlock(block) {
        again = try store(block, worker, lane)
        block += 1
      }
    }
  }

  // MARK: One pass

  /// Opens the file and plans its blocks; `false` if there is nothing to read.
  private func begin(_ worker: BackupWorker) throws(RepositoryError) -> Bool {
    guard let open = folder.open else { return false }
    let disk = job.disk
    do throws(DiskError) {
      let handle = try disk.open(item.entry.name, in: open.handle, .read())
      do throws(DiskError) {
        let status = try disk.status(of: handle)
        guard status.kind == .regular else { throw DiskError(.open, code: EINVAL) }
        let blocks = try BlockPlan(of: handle, status, blockBytes: blockBytes, on: disk)
        state.withLock { state in
          state.attempt += 1
          state.reading = Reading(
            handle: handle, status: status, blocks: blocks, left: blocks.count,
            segments: Array(repeating: [], count: blocks.count))
        }
        if blocks.count > 0 { return true }
      } catch {
        closeQuietly(handle)
        throw error
      }
    } catch {
      // Gone since the folder was listed: it is not part of the snapshot.
      if error.code != ENOENT { job.failed(ScanFailure(path: path, error: error)) }
      return false
    }
    // Nothing to read: done, unless it has grown meanwhile.
    return try complete(worker) ? begin(worker) : false
  }

  private func hasBlock(_ block: Int) -> Bool {
    state.withLock { state in state.reading.map { block < $0.blocks.count } ?? false }
  }

  /// Reads, scans and stores one block. `true` if it was the last and the file must be read again.
  private func store(
    _ number: Int, _ worker: BackupWorker, _ lane: any Lane
  ) throws(RepositoryError) -> Bool {
    let plan = state.withLock { state in
      state.reading.map { ($0.handle, $0.blocks.block(number)) }
    }
    guard let (handle, block) = plan else { return false }
    // A file of many terabytes takes longer than a silent run is waited for.
    try job.run.renew()
    let headroom = chunker.chunkClass.maximum
    let memory = unsafe worker.scratch(headroom + blockBytes)
    let target = unsafe UnsafeMutableRawBufferPointer(
      rebasing: memory[headroom..<headroom + block.byteCount])
    worker.batch.removeAll()
    unsafe worker.batch.append(.read(handle, at: block.offset, into: target))
    lane.perform(&worker.batch)
    let read = worker.batch.results[0]

    // In turn: the carry of the block before comes first.
    state.wait { state in state.reading!.turn >= number ? () : nil }
    let carry = state.withLock { $0.reading!.carry }
    let start = headroom - carry.count
    unsafe memory[start..<headroom].copyBytes(from: carry)
    let bytes = unsafe RawSpan(
      _unsafeBytes: UnsafeRawBufferPointer(rebasing: memory[start..<headroom + block.byteCount]))
    var ends = [UInt32]()
    let isWhole = read.isFull(block.byteCount)
    let consumed = isWhole ? chunker.cuts(bytes, ended: block.endsRange, into: &ends) : 0
    var hint = state.withLock { state in
      note(read, block, &state.reading!)
      let rest = unsafe memory[(start + consumed)..<(headroom + block.byteCount)]
      state.reading!.carry = isWhole && !block.endsRange ? unsafe Array(rest) : []
      state.reading!.turn += 1
      return state.reading!.hint
    }
    state.broadcast()

    let segments = try worker.storeChunks(of: bytes, endingAt: ends, hint: &hint)
    let isLast = state.withLock { state in
      state.reading!.segments[number] = segments
      state.reading!.hint = hint
      state.reading!.left -= 1
      return state.reading!.left == 0
    }
    return isLast ? try complete(worker) : false
  }

  private func note(_ read: Result<Int, DiskError>, _ block: Block, _ reading: inout Reading) {
    switch read {
    case .success(let count): if count < block.byteCount { reading.isTorn = true }
    case .failure(let error): reading.fault = reading.fault ?? error
    }
  }

  /// A block will never be stored, since the backup is over: those behind must not wait for it.
  private func skip() {
    state.withLock { $0.reading?.turn += 1 }
    state.broadcast()
  }

  /// All blocks are stored. `true` if the file changed meanwhile and must be read again.
  private func complete(_ worker: BackupWorker) throws(RepositoryError) -> Bool {
    let (reading, attempt) = state.withLock { state in
      (state.reading.take()!, state.attempt)
    }
    defer { closeQuietly(reading.handle) }
    if let fault = reading.fault {
      job.failed(ScanFailure(path: path, error: fault))
      return false
    }
    let after: FileStatus
    do throws(DiskError) {
      after = try job.disk.status(of: reading.handle)
    } catch {
      job.failed(ScanFailure(path: path, error: error))
      return false
    }
    if reading.isTorn || !reading.status.isSameContent(as: after) {
      if attempt < LargeFile.attemptLimit { return true }
      // Never stored torn: a busy file is reported, and the next backup tries again.
      job.failed(ScanFailure(path: path, error: DiskError(.read, code: EBUSY)))
      return false
    }
    let segments = reading.blocks.joined(reading.segments)
    try job.finish(item, in: folder, status: reading.status, segments: segments, worker)
    return false
  }

  /// A file that was only read has nothing to lose when it is closed.
  private func closeQuietly(_ handle: Handle) {
    do throws(DiskError) {
      try job.disk.close(handle)
    } catch {
      job.failures.note("\(path): close: \(error.cause)")
    }
  }
}

extension Result where Success == Int {
  fileprivate func isFull(_ count: Int) -> Bool {
    if case .success(count) = self { true } else { false }
  }
}
