import FrameEngine
import Glibc
import Synchronization

/// One pass over a source: visits its folders, makes those of the target, compares the two and has
/// the differences copied.
final class TransferRun: Sendable {
  /// Where the source's root goes.
  struct Destination: Sendable {
    let path: FileName
    /// `nil` in a dry run that would make it.
    let folder: OpenFolder?
    let isNew: Bool
    /// The name to give to a source that is a single file; `nil` for a folder.
    let fileName: FileName?
  }

  let disk: any Disk
  let options: TransferOptions
  let destination: Destination
  /// The name of a source that is a single file.
  let sourceName: FileName?
  let identity: RunIdentity
  let rules: TransferPlan.Rules
  let data: DataCopier
  let workers: WorkerSeats
  let links = TransferLinks()
  let removals = Removals()
  let progress: ProgressCounters
  let planned: (@Sendable (PlannedAction, FileName) -> Void)?
  /// Asked for by the user.
  let cancel: CancelToken
  /// Asked for by the user, or the target takes nothing more.
  let halt = CancelToken()

  private let lister: FolderLister
  /// Failures that have no worker.
  private let unseen = Mutex(TransferSummary())
  private let partCount = Atomic<UInt64>(0)
  /// Small files that one thread copies before it looks for other work.
  private let batchFiles: Int
  /// How large files are split.
  let large: LargeFiles
  /// Files, as a load, and bytes that may wait on each thread to be made durable.
  let readyWeight: Int
  let readyBytes: Int64
  let isRoot = geteuid() == 0
  /// The permission bits that the process takes from what it makes.
  let umask = SystemFile.umask

  init(
    disk: any Disk, options: TransferOptions, destination: Destination, sourceName: FileName?,
    identity: RunIdentity, traits: TargetTraits, threads: Int, progress: ProgressCounters,
    planned: (@Sendable (PlannedAction, FileName) -> Void)?, cancel: CancelToken
  ) {
    self.disk = disk
    self.options = options
    self.destination = destination
    self.sourceName = sourceName
    self.identity = identity
    self.progress = progress
    self.planned = planned
    self.cancel = cancel
    rules = TransferPlan.Rules(
      checksum: options.checksum, owner: options.metadata.owner && isRoot, target: traits)
    data = DataCopier(
      disk: disk, limiter: options.limiter, cancel: halt, progress: progress,
      hashes: options.verify,
      copiesInKernel: traits.copiesInKernel)
    workers = WorkerSeats(count: threads)
    // The target is listed with what the filter excludes: unfinished files may be among it.
    lister = FolderLister(disk: disk)
    // Many threads mean a slow mount: small batches spread over them, and what is not yet durable
    // stays a small part of the whole.
    batchFiles = threads > 8 ? 4 : 32
    large = threads > 8 ? .waiting : .working
    readyWeight = TransferSizes.readyWeight / threads
    readyBytes = TransferSizes.readyBytes / Int64(threads)
  }

  /// Walks the source and copies; `false` if it ended before all was visited.
  func copyAll(from root: ScanRoot) throws(DiskError) -> Bool {
    var scan = ScanOptions(threads: workers.count)
    scan.filter = options.filter
    scan.oneFileSystem = options.oneFileSystem
    let scanner = Scanner(disk: disk, options: scan, visitor: self, cancel: halt)
    let isDone = try scanner.run([root])
    runWorkers(count: workers.count, name: "farmio copy") { publish(workers[$0]) }
    return isDone
  }

  /// The counts of all threads.
  var summary: TransferSummary {
    var sum = unseen.withLock { $0 }
    for index in 0..<workers.count { sum.add(workers[index].summary) }
    return sum
  }

  /// A new temporary name.
  func partName() -> FileName {
    PartName(run: identity, number: takeNumber(), suffix: .part).name
  }

  /// A number for temporary names that no other has.
  func takeNumber() -> UInt64 { partCount.add(1, ordering: .relaxed).newValue }

  /// The name in the source of what the target calls `name`.
  func sourceName(of name: FileName) -> FileName { sourceName ?? name }

  /// Notes a failure, and ends the run where others of its kind would follow.
  func fail(_ failure: TransferFailure, _ worker: TransferWorker) {
    worker.summary.fail(failure)
    progress.errors.add(1, ordering: .relaxed)
    if failure.endsTransfer { halt.cancel() }
  }

  /// Whether to go on with the next file.
  var goesOn: Bool {
    if cancel.isCancelled { halt.cancel() }
    return !halt.isCancelled
  }
}

extension TransferRun: TreeVisitor {
  func enter(
    _ folder: ScannedFolder, under parent: TargetFolder?, _ work: FolderWork, _ walk: WalkWorker
  ) -> TargetFolder? {
    guard goesOn, !PartName.isPart(folder.path.lastComponent) else { return nil }
    let worker = workers[walk.index]
    do throws(TransferFailure) {
      let target = try open(folder, under: parent)
      if target.isNew { worker.summary.foldersMade += 1 }
      var existing = target.isNew || target.target == nil ? [] : try list(target, walk)
      let found = sourceEntries(folder)
      var resumable = sweep(&existing, target, worker)
      let plan = TransferPlan(source: found, target: existing, rules: rules)
      if options.deleteExtra, folder.isWhole {
        removals.add(plan.extras, of: target)
      }
      schedule(plan, target, &resumable, work, worker)
      for unwanted in resumable.values {
        discard(unwanted.part, in: target.target!.handle)
        discard(unwanted.journal, in: target.target!.handle)
      }
      return target
    } catch {
      fail(error, worker)
      return nil
    }
  }

  func leave(_ folder: TargetFolder, _ walk: WalkWorker) {
    release(folder, workers[walk.index])
  }

  func failed(_ failure: ScanFailure) {
    // Scans report from any of their threads, without their worker.
    unseen.withLock { $0.fail(TransferFailure(failure.error)) }
    progress.errors.add(1, ordering: .relaxed)
  }

  /// What the source has, with the name it will have in the target; without unfinished files of
  /// transfers into it.
  private func sourceEntries(_ folder: ScannedFolder) -> [ScannedEntry] {
    if let name = destination.fileName {
      return folder.entries.map { ScannedEntry(name: name, status: $0.status) }
    }
    return folder.entries.contains { PartName.isPart($0.name) }
      ? folder.entries.filter { !PartName.isPart($0.name) } : folder.entries
  }

  /// Lists the target; for a single file only its name and unfinished files.
  private func list(_ target: TargetFolder, _ walk: WalkWorker) throws(TransferFailure)
    -> [ScannedEntry]
  {
    guard let folder = target.target?.handle else { return [] }
    return try located(target.fullPath) { () throws(DiskError) in
      guard let name = destination.fileName else {
        return try lister.list(folder, at: target.path, on: walk.lane, using: &walk.batch)
          .entries.filter { entry in
            PartName.isPart(entry.name)
              || !options.filter.excludes(
                entry.name, in: target.path, isFolder: entry.status.kind == .folder)
          }
      }
      var entries: [ScannedEntry] = []
      for entry in try disk.entries(of: folder)
      where entry.name == name || PartName.isPart(entry.name) {
        entries.append(
          ScannedEntry(name: entry.name, status: try disk.status(of: entry.name, in: folder)))
      }
      return entries.sorted { $0.name.sortsBefore($1.name) }
    }
  }

  /// Counts every step, deals with what needs no disk, and adds the rest as work.
  private func schedule(
    _ plan: TransferPlan, _ folder: TargetFolder, _ resumable: inout [FileName: Resumable],
    _ work: FolderWork, _ worker: TransferWorker
  ) {
    var batch: [TransferPlan.Step] = []
    var batchBytes: Int64 = 0
    func flush() {
      let steps = batch
      if steps.isEmpty { return }
      folder.staging?.openBatch()
      work.add { [self] walk in
        for step in steps where goesOn { perform(step, folder, workers[walk.index]) }
        closeBatch(folder, workers[walk.index])
      }
      (batch, batchBytes) = ([], 0)
    }
    for step in plan.steps where step.action != .enter {
      let status = step.source.status
      progress.found(bytes: status.kind == .regular ? status.size : 0)
      if let identity = status.sharedIdentity, !links.claim(identity, step.source, folder) {
        progress.finished(bytes: status.kind == .regular ? status.size : 0)
      } else if step.action == .keep {
        keep(step, worker)
      } else if step.action == .copy, status.size >= large.size, !options.dryRun {
        let resume = resumable.removeValue(forKey: step.source.name)
        work.add { [self] walk in
          LargeCopy.begin(step, folder, resume, self, work, workers[walk.index])
        }
      } else {
        batch.append(step)
        batchBytes += status.size
        if batch.count >= batchFiles || batchBytes >= TransferSizes.batch { flush() }
      }
    }
    flush()
    closeBatch(folder, worker)
  }
}
