import FrameEngine
import Glibc
import Synchronization

/// One pass over a source: visits its folders, compares them with what the bucket holds, and sends
/// the differences.
final class BucketRun: Sendable {
  /// Both ends of a run.
  struct Ends: Sendable {
    let root: ScanRoot
    /// What all keys begin with: empty, or ending in a slash.
    let prefix: String
    /// The key of a source that is a single file.
    let fileKey: String?

    /// The name that a key has if it is a marker of a run: to this target, or to a folder in it.
    func marker(_ key: String) -> TemporaryName? {
      guard key.utf8.starts(with: prefix.utf8) else { return nil }
      return TemporaryName(FileName(Array(key.utf8.dropFirst(key.folderPrefix.utf8.count))))
    }
  }

  let disk: any Disk
  let service: any ObjectService
  let options: TransferOptions
  let ends: Ends
  let objects: TargetObjects
  /// Unfinished uploads of runs that are over, by the bytes of their keys.
  let resumable = Mutex<[FileName: ResumableUpload]>([:])
  let progress: ProgressCounters
  let planned: (@Sendable (PlannedAction, FileName) -> Void)?
  let limiter: RateLimiter?
  /// Asked for by the user, or the service takes nothing more.
  let halt = CancelToken()
  let cancel: CancelToken
  let workers: WorkerSeats
  /// Memory for parts, and for whole files that are not small.
  let budget = PartBudget()
  private let abandoned: [ObjectInfo]
  /// Prefixes below which entries may be missing from the scan.
  private let unknown = Mutex<[String]>([])
  private let unseen = Mutex(TransferSummary())
  /// The bucket of the source, where the service can copy from there by itself.
  let sourceBucket: String?

  /// Bytes of a part; S3 takes none below 5 MiB but the last.
  static let partBytes = 8 << 20
  /// Files up to this size are one request.
  static let wholeBytes: Int64 = 16 << 20
  /// Files up to this size are read into memory of their thread.
  static let smallBytes = 64 << 10
  /// Requests on the wire at once.
  private static let width = 64
  /// Small files that one thread sends before it looks for other work.
  private static let batchCount = 4

  init(
    disk: any Disk, service: any ObjectService, options: TransferOptions, ends: Ends,
    objects: TargetObjects, abandoned: [ObjectInfo], progress: ProgressCounters,
    planned: (@Sendable (PlannedAction, FileName) -> Void)?, cancel: CancelToken
  ) {
    self.disk = disk
    self.service = service
    self.options = options
    self.ends = ends
    self.objects = objects
    self.abandoned = abandoned
    self.progress = progress
    self.planned = planned
    self.cancel = cancel
    limiter = options.limiter
    workers = WorkerSeats(count: options.transfers ?? BucketRun.width)
    sourceBucket = (disk as? BucketDisk).flatMap { service.bucket(of: $0.service) }
  }

  /// Does all of it: what others left first, then copying, then removing.
  func copyAll() throws(TransferFailure) {
    if !options.dryRun { try adopt(abandoned) }
    var scan = ScanOptions(threads: workers.count)
    scan.filter = options.filter
    scan.oneFileSystem = options.oneFileSystem
    let scanner = Scanner(disk: disk, options: scan, visitor: self, cancel: halt)
    let isDone = try located(FileName(service.address + ends.prefix)) { () throws(DiskError) in
      try scanner.run([ends.root])
    }
    if isDone, !options.dryRun { giveUpUnused() }
    if isDone, options.deleteExtra, summary.failureCount == 0, ends.fileKey == nil {
      removeExtras()
    }
  }

  /// The counts of all threads.
  var summary: TransferSummary {
    var sum = unseen.withLock { $0 }
    for index in 0..<workers.count { sum.add(workers[index].summary) }
    return sum
  }

  /// Changes the counts that belong to no thread.
  func count(_ body: (inout TransferSummary) -> Void) { unseen.withLock { body(&$0) } }

  /// Whether to go on with the next file.
  var goesOn: Bool {
    if cancel.isCancelled { halt.cancel() }
    return !halt.isCancelled
  }

  /// Notes a failure, and ends the run where others of its kind would follow.
  func fail(_ failure: TransferFailure) {
    if case .disk(let error) = failure.reason, error.code == ECANCELED { return halt.cancel() }
    count { $0.fail(failure) }
    progress.errors.add(1, ordering: .relaxed)
    if failure.endsTransfer { halt.cancel() }
  }

  /// The failure of a request about an object.
  func failure(_ error: ServiceError, _ operation: DiskError.Operation, _ key: String)
    -> TransferFailure
  {
    let place = FileName(service.address + key)
    return TransferFailure(DiskError(error, operation, place, remedy: service.remedy(for: error)))
  }

  static func notUnicode(_ path: FileName) -> TransferFailure {
    TransferFailure(
      DiskError(.write, code: EILSEQ, name: path, detail: "keys of a bucket are UTF-8; rename it"))
  }
}

extension BucketRun: TreeVisitor {
  /// What is kept of a folder while its entries are dealt with.
  struct Folder: Sendable {
    /// The source's.
    let open: OpenFolder
    let fullPath: FileName
    /// What the keys of its entries begin with.
    let prefix: String
  }

  /// One entry, and where it goes.
  struct Step: Sendable {
    let entry: ScannedEntry
    let key: String
    let folder: Folder

    var path: FileName { folder.fullPath.appending(entry.name) }
  }

  func enter(
    _ folder: ScannedFolder, under parent: Folder?, _ work: FolderWork, _ walk: WalkWorker
  ) -> Folder? {
    guard goesOn, !PartName.isPart(folder.path.lastComponent) else { return nil }
    guard let path = String(validating: folder.path.bytes, as: UTF8.self) else {
      fail(BucketRun.notUnicode(folder.fullPath))
      return nil
    }
    let prefix = ends.prefix + (path.isEmpty ? "" : path + "/")
    let state = Folder(open: folder.folder, fullPath: folder.fullPath, prefix: prefix)
    if !path.isEmpty, objects.holds(prefix.withoutLastSlash), !options.deleteExtra {
      let place = FileName(service.address + prefix.withoutLastSlash)
      fail(BucketRun.inTheWay(place, "remove it, or let sync --delete do so"))
      return nil
    }
    if !prefix.isEmpty { _ = objects.take(prefix) }
    if !folder.isWhole { unknown.withLock { $0.append(prefix) } }
    if folder.entries.isEmpty, folder.isWhole, !prefix.isEmpty { keepEmpty(folder, prefix, work) }
    schedule(folder, state, work)
    return state
  }

  func leave(_ folder: Folder, _ walk: WalkWorker) {}

  func failed(_ failure: ScanFailure) { fail(TransferFailure(failure.error)) }

  static func inTheWay(_ place: FileName, _ remedy: String) -> TransferFailure {
    TransferFailure(
      DiskError(
        .write, code: EEXIST, name: place,
        detail: "an object is in the way of a folder; \(remedy)"))
  }

  /// Adds the entries of a folder as work, small ones in batches.
  private func schedule(_ folder: ScannedFolder, _ state: Folder, _ work: FolderWork) {
    var batch: [Step] = []
    func flush() {
      let steps = batch
      batch = []
      if steps.isEmpty { return }
      work.add { [self] walk in
        for step in steps where goesOn { perform(step, workers[walk.index], work) }
      }
    }
    for entry in folder.entries where entry.status.kind != .folder {
      guard !PartName.isPart(entry.name), TemporaryName(entry.name) == nil else { continue }
      let size = entry.status.kind == .regular ? entry.status.size : 0
      progress.found(bytes: size)
      guard let name = String(validating: entry.name.bytes, as: UTF8.self) else {
        fail(BucketRun.notUnicode(folder.fullPath.appending(entry.name)))
        continue
      }
      let key = ends.fileKey ?? state.prefix + name
      batch.append(Step(entry: entry, key: key, folder: state))
      if batch.count >= BucketRun.batchCount || size > BucketRun.wholeBytes { flush() }
    }
    flush()
  }

  /// Whether something below a prefix may be missing from the scan.
  func isUnknown(_ key: String) -> Bool {
    unknown.withLock { $0.contains { key.utf8.starts(with: $0.utf8) } }
  }
}
