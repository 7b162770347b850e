import FrameEngine
import Synchronization

/// Restores the files of one window: fetches by pack, writes in any order, then makes everything
/// durable at once and gives the files their names.
final class WindowRestore: Sendable {
  let job: Access
  let files: [RestoreFile]
  private let requests: [RestoreWindow.Request]
  private let runs: [PackRun]
  /// Requests whose chunks no pack holds.
  private let missing: [Int]
  private let nextRun = Atomic<Int>(0)
  private let firstError = Mutex<RepositoryError?>(nil)
  let openCount = Atomic<Int>(0)

  /// What is used of the job, from several threads.
  struct Access: Sendable {
    let repository: Repository
    let disk: any Disk
    let run: Run
    let known: KnownChunks
    let results: RestoreResults
    let progress: ProgressCounters
    let metadata: MetadataPolicy
    let cancellation: CancelToken
    let limiter: RateLimiter?
    let threads: Int
    let target: FileName
    /// Whether large files are written around the page cache.
    let allowsDirect: Bool
  }

  /// Parts of at least this size that a killed restore left are looked through, not thrown away.
  static let resumeSize: Int64 = 4 << 20

  init(_ job: RestoreJob, _ window: RestoreWindow) throws(RepositoryError) {
    // Writes around the page cache wait for the disk: others decode meanwhile.
    let threads = BackupJob.defaultThreads * (job.allowsDirect ? 2 : 1)
    self.job = Access(
      repository: job.repository, disk: job.disk, run: job.run, known: job.known,
      results: job.results, progress: job.progress, metadata: job.options.metadata,
      cancellation: job.cancellation, limiter: job.limiter,
      threads: job.options.threads ?? threads, target: job.options.target,
      allowsDirect: job.allowsDirect)
    files = window.files
    requests = window.requests
    (runs, missing) = try PackRun.plan(window.requests, known: job.known)
  }

  func run() throws(RepositoryError) {
    for file in files where file.isEmptyOfData { complete(file) }
    for index in missing {
      files[Int(requests[index].file)].fail(
        "chunk \(requests[index].chunk.hex.prefix(16)) is in no pack", isDamage: true)
      wrote(requests[index])
    }
    runWorkers(count: job.threads, name: "farmio restore") { _ in
      var worker = RestoreWorker(self.job.repository)
      while let run = self.takeRun() {
        do throws(RepositoryError) {
          try self.job.cancellation.check()
          try self.job.run.renew()
          try self.restore(run, &worker)
        } catch {
          self.firstError.withLock { first in first = first ?? error }
        }
      }
    }
    for file in files { release(file) }
    if let error = firstError.withLock({ $0 }) { throw error }
    try publish()
  }

  private func takeRun() -> PackRun? {
    guard firstError.withLock({ $0 == nil }) else { return nil }
    let index = nextRun.add(1, ordering: .relaxed).oldValue
    return index < runs.count ? runs[index] : nil
  }
}

// MARK: One run of a pack

extension WindowRestore {
  private func restore(
    _ run: PackRun, _ worker: inout RestoreWorker
  ) throws(RepositoryError) {
    let wanted = run.items.filter { item in
      !item.requests.allSatisfy { isThere(requests[$0], of: item.record, &worker) }
    }
    for item in run.items where !wanted.contains(where: { $0.record.id == item.record.id }) {
      for index in item.requests { wrote(requests[index]) }
    }
    guard let first = wanted.first, let last = wanted.last else { return }
    let start = first.record.payloadOffset
    let end = last.record.payloadOffset + Int(last.record.storedCount)
    job.limiter?.pass(end - start, cancel: job.cancellation)
    try job.cancellation.check()
    do throws(RepositoryError) {
      try job.repository.read(
        run.pack.object, at: start, count: end - start, into: &worker.fetched)
    } catch {
      guard error.code == .damaged else { throw error }
      for item in wanted { try restore(item, notFrom: run.pack, after: error, &worker) }
      return try flush(&worker.stretch)
    }
    // What was fetched is needed for the others: the broken ones come last.
    var broken = [(item: PackRun.Item, fault: RepositoryError)]()
    for item in wanted {
      let from = item.record.payloadOffset - start
      do throws(RepositoryError) {
        try worker.decode(item.record, at: from, in: run.pack)
      } catch {
        guard error.code == .damaged else { throw error }
        broken.append((item, error))
        continue
      }
      try write(item, worker.reader, &worker.stretch)
    }
    for (item, fault) in broken { try restore(item, notFrom: run.pack, after: fault, &worker) }
    try flush(&worker.stretch)
  }

  /// Reads a record again if what stands between may have hurt it, then takes it from another pack
  /// that has it; without one the files that need it fail.
  private func restore(
    _ item: PackRun.Item, notFrom pack: PackName, after fault: RepositoryError,
    _ worker: inout RestoreWorker
  ) throws(RepositoryError) {
    do throws(RepositoryError) {
      if job.repository.distrust(item.record, in: pack.object) {
        do throws(RepositoryError) {
          try read(item.record, in: pack, &worker)
          return try write(item, worker.reader, &worker.stretch)
        } catch {
          guard error.code == .damaged else { throw error }
        }
      }
      try job.known.readOtherCopy(of: item.record.id, than: pack, after: fault) {
        (copy) throws(RepositoryError) in try read(copy.record, in: copy.pack, &worker)
      }
    } catch {
      guard error.code == .damaged else { throw error }
      return fail(item, error.description)
    }
    try write(item, worker.reader, &worker.stretch)
  }

  private func read(
    _ record: PackRecord, in pack: PackName, _ worker: inout RestoreWorker
  ) throws(RepositoryError) {
    let count = Int(record.storedCount)
    job.limiter?.pass(count, cancel: job.cancellation)
    try job.cancellation.check()
    try job.repository.read(
      pack.object, at: record.payloadOffset, count: count, into: &worker.fetched)
    try worker.decode(record, at: 0, in: pack)
  }

  /// A failure of the target that ends the restore, told with the whole path.
  func failure(_ error: DiskError, at file: RestoreFile) -> RepositoryError {
    RepositoryError(error.at(job.target.appending(file.path)))
  }

  private func fail(_ item: PackRun.Item, _ reason: String) {
    for index in item.requests {
      files[Int(requests[index].file)].fail(reason, isDamage: true)
      wrote(requests[index])
    }
  }

  private func write(
    _ item: PackRun.Item, _ decoded: borrowing ChunkReader, _ stretch: inout Stretch
  ) throws(RepositoryError) {
    for index in item.requests { try write(requests[index], decoded.bytes, &stretch) }
  }

  private func write(
    _ request: RestoreWindow.Request, _ chunk: RawSpan, _ stretch: inout Stretch
  ) throws(RepositoryError) {
    let file = files[Int(request.file)]
    let start = Int(request.chunkOffset)
    guard start + Int(request.count) <= chunk.byteCount else {
      file.fail("a chunk is shorter than the file needs", isDamage: true)
      return wrote(request)
    }
    let bytes = chunk.extracting(start..<start + Int(request.count))
    // Left as a hole: a new part reads as zeros where nothing was written.
    let isHole = bytes.byteCount >= 4096 && !file.mayHoldData && bytes.isZero
    if !isHole, job.allowsDirect, file.entry.size >= DiskPolicy.directSize {
      return try collect(bytes, of: file, at: request.fileOffset, &stretch)
    }
    do throws(DiskError) {
      if !isHole, file.fault == nil {
        try withPart(file) { (handle) throws(DiskError) in
          try job.disk.write(handle, at: request.fileOffset, bytes)
          if file.filled(bytes.byteCount) { job.disk.startWriting(handle) }
        }
      } else if isHole {
        try withPart(file) { (handle) throws(DiskError) in
          if file.isOnePiece { try job.disk.setSize(handle, to: file.entry.size) }
        }
      }
    } catch {
      if error.endsEverything { throw failure(error, at: file) }
      file.fail(error.description, isDamage: false)
    }
    wrote(request)
  }

  /// Adds bytes to those of a large file that wait, and writes what makes a whole piece.
  private func collect(
    _ bytes: RawSpan, of file: RestoreFile, at offset: Int64, _ stretch: inout Stretch
  ) throws(RepositoryError) {
    if !stretch.isContinued(by: file, at: offset) {
      try flush(&stretch)
      stretch.move(to: file, at: offset)
    }
    var done = 0
    while done < bytes.byteCount {
      done += stretch.append(bytes.extracting(done..<bytes.byteCount))
      if stretch.isFull { try flush(&stretch) }
    }
  }

  private func flush(_ stretch: inout Stretch) throws(RepositoryError) {
    guard stretch.byteCount > 0, let file = stretch.file else { return }
    do throws(DiskError) {
      if file.fault == nil {
        try withPart(file) { (handle) throws(DiskError) in
          try stretch.write(to: try directHandle(file) ?? handle, handle, on: job.disk)
        }
      }
    } catch {
      if error.endsEverything { throw failure(error, at: file) }
      file.fail(error.description, isDamage: false)
    }
    wrote(stretch.byteCount, of: file)
    stretch.clear()
  }

  private func wrote(_ request: RestoreWindow.Request) {
    wrote(Int(request.count), of: files[Int(request.file)])
  }

  private func wrote(_ count: Int, of file: RestoreFile) {
    job.progress.bytesDone.add(Int64(count), ordering: .relaxed)
    if file.wrote(Int64(count)) { complete(file) }
  }

  /// Whether a part that a killed restore left holds these bytes already.
  private func isThere(
    _ request: RestoreWindow.Request, of record: PackRecord, _ worker: inout RestoreWorker
  ) -> Bool {
    let file = files[Int(request.file)]
    guard file.entry.size >= WindowRestore.resumeSize, request.count == record.plainCount else {
      return false
    }
    do throws(DiskError) {
      return try withPart(file) { (handle) throws(DiskError) in
        guard file.mayHoldData else { return false }
        let found = try worker.read(
          handle, at: request.fileOffset, count: Int(request.count), on: job.disk)
        return found
          && BLAKE3.keyedHash(worker.readBytes, key: job.repository.keys.chunk) == record.id
      }
    } catch {
      // Unreadable: it is written anew, and the write says if that fails too.
      return false
    }
  }
}
