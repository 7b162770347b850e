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
    /// Whether the page cache is bypassed.
    let isDirect: Bool
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

  /// Bytes of one read.
  private static let pieceBytes = 1 << 20
  /// Reads in flight at once where each goes to the disk.
  private static let directPieces = 4

  /// Times that a file which changes while it is read is read again.
  private static let attemptLimit = 3

  init(_ job: BackupJob, _ folder: BackupFolder, _ item: SlottedEntry) {
    self.job = job
    self.folder = folder
    self.item = item
    chunker = job.chunker(for: item.entry.name)
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
      let (handle, isDirect) = try openSource(open)
      do throws(DiskError) {
        let status = try disk.status(of: handle)
        guard status.kind == .regular else { throw DiskError(.open, code: EINVAL) }
        let pieces = isDirect ? LargeFile.directPieces : 1
        let blocks = try BlockPlan(
          of: handle, status,
          blockBytes: max(LargeFile.pieceBytes * pieces, 2 * chunker.chunkClass.maximum), on: disk)
        state.withLock { state in
          state.attempt += 1
          state.reading = Reading(
            handle: handle, status: status, blocks: blocks, isDirect: isDirect,
            left: blocks.count, segments: Array(repeating: [], count: blocks.count))
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

  /// Opens the file: around the page cache if it is large, dense and hardly cached.
  private func openSource(
    _ folder: OpenFolder
  ) throws(DiskError) -> (handle: Handle, isDirect: Bool) {
    let disk = job.disk
    let name = item.entry.name
    let handle = try disk.open(name, in: folder.handle, .read())
    let listed = item.entry.status
    guard listed.size >= DiskPolicy.directSize, listed.allocated >= listed.size,
      let policy = job.sourcePolicy, policy.allowsDirect
    else { return (handle, false) }
    do throws(DiskError) {
      let cached = try disk.cachedByteCount(of: handle)
      guard policy.isDirect(size: listed.size, cached: cached) else { return (handle, false) }
      let direct = try disk.open(name, in: folder.handle, .read(direct: true))
      closeQuietly(handle)
      return (direct, true)
    } catch {
      closeQuietly(handle)
      throw error
    }
  }

  private func hasBlock(_ block: Int) -> Bool {
    state.withLock { state in state.reading.map { block < $0.blocks.count } ?? false }
  }

  /// Reads, scans and stores one block. `true` if it was the last and the file must be read again.
  private func store(
    _ number: Int, _ worker: BackupWorker, _ lane: any Lane
  ) throws(RepositoryError) -> Bool {
    let plan = state.withLock { state in
      state.reading.map { ($0.handle, $0.blocks.block(number), $0.isDirect) }
    }
    guard let (handle, block, isDirect) = plan else { return false }
    // A file of many terabytes takes longer than a silent run is waited for.
    try job.run.renew()
    let headroom = chunker.chunkClass.maximum
    // Direct reads end at a page border, behind the end of the file.
    let room = isDirect ? (block.byteCount + 4095) & ~4095 : block.byteCount
    let memory = unsafe worker.scratch(headroom + room)
    let target = unsafe UnsafeMutableRawBufferPointer(rebasing: memory[headroom..<headroom + room])
    job.waitToRead(block.byteCount)
    let read = unsafe read(handle, block, into: target, worker, lane)

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

  /// Reads a block, in pieces that are in flight together.
  private func read(
    _ handle: Handle, _ block: Block, into target: UnsafeMutableRawBufferPointer,
    _ worker: BackupWorker, _ lane: any Lane
  ) -> Result<Int, DiskError> {
    worker.batch.removeAll()
    for start in stride(from: 0, to: target.count, by: LargeFile.pieceBytes) {
      let end = min(start + LargeFile.pieceBytes, target.count)
      unsafe worker.batch.append(
        .read(
          handle, at: block.offset + Int64(start),
          into: UnsafeMutableRawBufferPointer(rebasing: target[start..<end])))
    }
    lane.perform(&worker.batch)
    var total = 0
    for result in worker.batch.results {
      switch result {
      case .success(let count): total += count
      case .failure: return result
      }
    }
    return .success(total)
  }

  private func note(_ read: Result<Int, DiskError>, _ block: Block, _ reading: inout Reading) {
    switch read {
    case .success(let count): if count != block.byteCount { reading.isTorn = true }
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
