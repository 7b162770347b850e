import FrameEngine
import Glibc
import Synchronization

/// Restores the files of one window: fetches by pack, writes in any order, then makes everything
/// durable at once and gives the files their names.
final class WindowRestore: Sendable {
  private let job: Access
  private let files: [RestoreFile]
  private let requests: [RestoreWindow.Request]
  private let runs: [PackRun]
  /// Requests whose chunks no pack holds.
  private let missing: [Int]
  private let nextRun = Atomic<Int>(0)
  private let finished = Mutex<[RestoreFile]>([])
  private let firstError = Mutex<RepositoryError?>(nil)
  private let openCount = Atomic<Int>(0)

  /// What is used of the job, from several threads.
  private struct Access: Sendable {
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
  }

  /// Parts that are held open at once; beyond it a part is opened for each write.
  private static let openLimit = 512
  /// Parts of at least this size that a killed restore left are looked through, not thrown away.
  private static let resumeSize: Int64 = 4 << 20

  init(_ job: RestoreJob, _ window: RestoreWindow) throws(RepositoryError) {
    self.job = Access(
      repository: job.repository, disk: job.disk, run: job.run, known: job.known,
      results: job.results, progress: job.progress, metadata: job.options.metadata,
      cancellation: job.cancellation, limiter: job.limiter,
      threads: job.options.threads ?? BackupJob.defaultThreads, target: job.options.target)
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
      return fail(wanted, error.description)
    }
    for item in wanted {
      let from = item.record.payloadOffset - start
      do throws(RepositoryError) {
        try worker.decode(item.record, at: from, in: run.pack)
      } catch {
        guard error.code == .damaged else { throw error }
        fail([item], error.description)
        continue
      }
      for index in item.requests { try write(requests[index], worker.reader.bytes) }
    }
  }

  /// A failure of the target that ends the restore, told with the whole path.
  private func failure(_ error: DiskError, at file: RestoreFile) -> RepositoryError {
    RepositoryError(error.at(job.target.appending(file.path)))
  }

  private func fail(_ items: [PackRun.Item], _ reason: String) {
    for item in items {
      for index in item.requests {
        files[Int(requests[index].file)].fail(reason, isDamage: true)
        wrote(requests[index])
      }
    }
  }

  private func write(
    _ request: RestoreWindow.Request, _ chunk: RawSpan
  ) throws(RepositoryError) {
    let file = files[Int(request.file)]
    let start = Int(request.chunkOffset)
    guard start + Int(request.count) <= chunk.byteCount else {
      file.fail("a chunk is shorter than the file needs", isDamage: true)
      return wrote(request)
    }
    let bytes = chunk.extracting(start..<start + Int(request.count))
    do throws(DiskError) {
      // Left as a hole: a new part reads as zeros where nothing was written.
      let isHole = bytes.byteCount >= 4096 && !file.mayHoldData && bytes.isZero
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

  private func wrote(_ request: RestoreWindow.Request) {
    let file = files[Int(request.file)]
    job.progress.bytesDone.add(Int64(request.count), ordering: .relaxed)
    if file.wrote(Int64(request.count)) { complete(file) }
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

// MARK: Parts

extension WindowRestore {
  /// Runs `body` with the file's part, which is made by whoever comes first.
  private func withPart<R>(
    _ file: RestoreFile, _ body: (Handle) throws(DiskError) -> R
  ) throws(DiskError) -> R {
    let (handle, isKept) = try file.handle(
      make: { () throws(DiskError) in try makePart(file) },
      reopen: { () throws(DiskError) in
        try job.disk.open(
          file.partName, in: try file.folder.opened(on: job.disk).handle, .update())
      },
      mayKeep: { openCount.add(1, ordering: .relaxed).newValue <= WindowRestore.openLimit })
    defer {
      if !isKept {
        openCount.subtract(1, ordering: .relaxed)
        close(handle, of: file)
      }
    }
    return try body(handle)
  }

  private func makePart(
    _ file: RestoreFile
  ) throws(DiskError) -> (handle: Handle, mode: UInt32?, holdsData: Bool) {
    let folder = try file.folder.opened(on: job.disk).handle
    let disk = job.disk
    do throws(DiskError) {
      let mode = file.entry.creationMode
      let handle = try disk.open(file.partName, in: folder, .create(mode: mode))
      if !file.isOnePiece, file.entry.size > 0 {
        try disk.setSize(handle, to: file.entry.size)
      }
      return (handle, mode, false)
    } catch {
      guard error.code == EEXIST else { throw error.at(file.path) }
    }
    do throws(DiskError) {
      let handle = try disk.open(file.partName, in: folder, .update())
      let status = try disk.status(of: handle)
      if status.size == file.entry.size, status.size >= WindowRestore.resumeSize {
        return (handle, nil, true)
      }
      try disk.setSize(handle, to: 0)
      try disk.setSize(handle, to: file.entry.size)
      return (handle, nil, false)
    } catch {
      throw error.at(file.path)
    }
  }

  /// All bytes are written: sets the metadata and closes the part. Its name comes later.
  private func complete(_ file: RestoreFile) {
    do throws(DiskError) {
      if file.fault == nil {
        try withPart(file) { (handle) throws(DiskError) in
          if job.metadata.attributes, try file.folder.passesOnList(job.disk) {
            job.results.note(
              try file.entry.metadata.removeExtraAttributes(of: handle, on: job.disk),
              at: file.path)
          }
          let current =
            if let mode = file.creationMode {
              try file.folder.looks(ofNew: handle, madeWith: mode, on: job.disk)
            } else { FileMetadata.Current(try job.disk.status(of: handle)) }
          let notes = try file.entry.metadata.apply(
            to: handle, current: current, on: job.disk, policy: job.metadata)
          job.results.note(notes, at: file.path)
        }
      }
    } catch {
      file.fail(error.description, isDamage: false)
    }
    release(file)
    if file.fault == nil {
      finished.withLock { $0.append(file) }
    } else {
      discard(file)
    }
  }

  private func release(_ file: RestoreFile) {
    guard let handle = file.takeHandle() else { return }
    openCount.subtract(1, ordering: .relaxed)
    close(handle, of: file)
  }

  private func close(_ handle: Handle, of file: RestoreFile) {
    do throws(DiskError) { try job.disk.close(handle) } catch {
      file.fail("close: \(error.cause)", isDamage: false)
    }
  }

  private func discard(_ file: RestoreFile) {
    job.progress.errors.add(1, ordering: .relaxed)
    if let fault = file.fault {
      job.results.fail(file.path, fault.reason, isDamage: fault.isDamage)
    }
    do throws(DiskError) {
      let folder = try file.folder.opened(on: job.disk).handle
      try job.disk.removeIfPresent(file.partName, in: folder)
    } catch {
      job.results.note("\(file.path): its part is left behind: \(error.cause)")
    }
  }

  /// One sync for all, then the names. Until here nothing has its name that is not durable.
  private func publish() throws(RepositoryError) {
    let files = finished.withLock { $0 }
    guard let any = files.first else { return }
    do throws(DiskError) {
      try job.disk.syncFileSystem(try any.folder.opened(on: job.disk).handle)
    } catch {
      throw failure(error, at: any)
    }
    let next = Atomic<Int>(0)
    runWorkers(count: job.threads, name: "farmio publish") { _ in
      while true {
        let index = next.add(1, ordering: .relaxed).oldValue
        guard index < files.count else { return }
        self.publish(files[index])
      }
    }
  }

  private func publish(_ file: RestoreFile) {
    do throws(DiskError) {
      let folder = try file.folder.opened(on: job.disk).handle
      try job.disk.rename(file.partName, in: folder, to: file.entry.name, in: folder)
      job.results.countFile(file.entry.size)
      job.progress.filesDone.add(1, ordering: .relaxed)
    } catch {
      job.results.fail(file.path, error.description, isDamage: false)
    }
  }
}

extension TreeEntry {
  /// The mode to make a part with: its own, so that most need no second call, if that shows its
  /// bytes to nobody whom owner, group or an ACL would keep out later; else the owner's alone.
  fileprivate var creationMode: UInt32 {
    let (owner, group, others) = (mode >> 6 & 7, mode >> 3 & 7, mode & 7)
    let isOpen = group & ~others == 0 && others & ~group == 0 && owner & 0o6 == 0o6
    return isOpen && attributes.isEmpty ? mode & 0o777 : 0o600
  }
}
