import FrameEngine
import Glibc
import Synchronization

// Files of one request, links and empty folders.
extension BucketRun {
  /// Deals with one entry.
  func perform(_ step: Step, _ worker: TransferWorker, _ work: FolderWork) {
    progress.currentName = step.path
    do throws(TransferFailure) {
      let status = step.entry.status
      guard status.kind == .regular || status.kind == .symbolicLink else {
        throw TransferFailure(
          DiskError(
            .write, code: EOPNOTSUPP, name: step.path,
            detail: "a bucket holds no devices, FIFOs or sockets; exclude it"))
      }
      let existing = objects.take(step.key)
      let removesFolders = options.deleteExtra && ends.fileKey == nil
      if existing == nil, objects.holdsSome(below: step.key + "/"), !removesFolders {
        throw TransferFailure(FileName(service.address + step.key), .folderInTheWay)
      }
      if let existing, try isCurrent(step, existing, worker) { return }
      if options.dryRun {
        planned?(.copy, FileName(service.address + step.key))
      } else if try copyInService(step, worker) {
        finished(step, worker)
      } else if status.kind == .symbolicLink {
        try sendLink(step, worker)
      } else if status.size > BucketRun.wholeBytes {
        LargeUpload.begin(step, self, work)
      } else {
        try sendWhole(step, worker)
      }
    } catch {
      fail(error)
    }
  }

  /// Counts a file as sent.
  func finished(_ step: Step, _ worker: TransferWorker) {
    worker.summary.filesCopied += 1
    worker.summary.bytesCopied += step.byteCount
    progress.finished(bytes: step.byteCount)
  }

  /// The attributes of the object that stands for a file.
  func attributes(_ step: Step, token: String? = nil) -> ObjectAttributes {
    var attributes = ObjectAttributes(metadata: ObjectStatus(step.entry.status).metadata)
    if let token { attributes.metadata[ObjectUpload.tokenName] = token }
    attributes.storageClass = options.storageClass
    return attributes
  }

  /// Whether the object is what the file is; where only metadata differs, it is set right.
  private func isCurrent(_ step: Step, _ existing: ObjectInfo, _ worker: TransferWorker)
    throws(TransferFailure) -> Bool
  {
    let status = step.entry.status
    guard existing.size == status.size,
      let info = try calling(
        .status, step.key,
        { () throws(ServiceError) in
          try service.head(step.key)
        })
    else { return false }
    let kept = ObjectStatus(metadata: info.metadata)
    guard info.size == existing.size, kept.modified == status.modified,
      kept.kind ?? .regular == status.kind
    else { return false }
    if options.checksum, try !holds(info, step, worker) { return false }
    if status.kind == .symbolicLink { return keep(step, worker) }
    let isEqual = kept.mode == status.mode && kept.user == status.user && kept.group == status.group
    if isEqual { return keep(step, worker) }
    if options.dryRun {
      planned?(.repair, FileName(service.address + step.key))
      return true
    }
    // Nothing can be copied from an archive.
    guard let bucket = service.bucket(of: service),
      (service as? any ArchiveService)?.isArchived(info) != true
    else { return keep(step, worker) }
    var attributes = info.attributes(with: attributes(step))
    attributes.storageClass = attributes.storageClass ?? info.storageClass
    let isRepaired = try calling(.setMode, step.key) { () throws(ServiceError) in
      try service.copy(info, from: bucket, to: step.key, attributes)
    }
    // A service that cannot copy is sent the file again, unless that is long for so little.
    guard isRepaired else { return step.byteCount > BucketRun.resentBytes && keep(step, worker) }
    worker.summary.filesRepaired += 1
    progress.finished(bytes: step.byteCount)
    return true
  }

  /// The most bytes that go again for a mode or an owner.
  private static let resentBytes: Int64 = 64 << 20

  private func keep(_ step: Step, _ worker: TransferWorker) -> Bool {
    worker.summary.filesUnchanged += 1
    progress.finished(bytes: step.byteCount)
    return true
  }

  /// Has the service copy, where the source lies in a bucket that it reaches.
  private func copyInService(_ step: Step, _ worker: TransferWorker) throws(TransferFailure) -> Bool
  {
    guard let sourceBucket, let source = disk as? BucketDisk else { return false }
    // What was told with its status, for which it was asked.
    let info = try located(step.path) { () throws(DiskError) in
      try source.openFile(step.entry.name, in: step.folder.open.handle)
    }
    guard info.size == step.entry.status.size else { return false }
    return try calling(.copy, step.key) { () throws(ServiceError) in
      try service.copy(
        info, from: sourceBucket, to: step.key, info.attributes(with: attributes(step)))
    }
  }

  private func sendLink(_ step: Step, _ worker: TransferWorker) throws(TransferFailure) {
    let target = try located(step.path) { () throws(DiskError) in
      try disk.readSymbolicLink(step.entry.name, in: step.folder.open.handle)
    }
    try calling(.write, step.key) { () throws(ServiceError) in
      try service.put(step.key, target.rawBytes, attributes(step), ifAbsent: false)
    }
    worker.summary.specialsMade += 1
    progress.finished(bytes: 0)
  }

  /// Reads a file and sends it by one request.
  private func sendWhole(_ step: Step, _ worker: TransferWorker) throws(TransferFailure) {
    for _ in 0..<TransferSizes.attempts {
      let file = try SourceFile(step, on: disk)
      let count = Int(file.status.size)
      if Int64(count) > BucketRun.wholeBytes { break }
      limiter?.pass(count, cancel: halt)
      if halt.isCancelled { return }
      let isSent: Bool
      if count <= BucketRun.smallBytes {
        isSent = try send(file, count, &worker.buffer, step)
      } else {
        isSent = try budget.with(count) { (memory) throws(TransferFailure) in
          try send(file, count, &memory.buffer, step)
        }
      }
      if isSent { return finished(step, worker) }
    }
    throw TransferFailure(step.path, .keepsChanging)
  }

  /// Sends a file of `count` bytes; `false` if it changed meanwhile.
  private func send(
    _ file: borrowing SourceFile, _ count: Int, _ buffer: inout Buffer, _ step: Step
  ) throws(TransferFailure) -> Bool {
    guard try file.read(at: 0, count, into: &buffer), try file.isUnchanged() else { return false }
    var attributes = attributes(step)
    attributes.metadata.merge(ObjectStatus(file.status).metadata) { $1 }
    try buffer.withBytes(0..<count) { bytes throws(TransferFailure) in
      try calling(.write, step.key) { () throws(ServiceError) in
        try service.put(step.key, bytes, attributes, ifAbsent: false)
      }
    }
    return true
  }

  /// A folder with nothing in it is an object of its own: a bucket knows no other.
  func keepEmpty(_ folder: ScannedFolder, _ prefix: String, _ work: FolderWork) {
    if objects.holds(prefix) { return }
    if options.dryRun {
      planned?(.makeFolder, FileName(service.address + prefix))
      return
    }
    work.add { [self] walk in
      do throws(ServiceError) {
        var attributes = ObjectAttributes(metadata: ObjectStatus(folder.status).metadata)
        attributes.contentType = "application/x-directory"
        try service.put(prefix, RawSpan(), attributes, ifAbsent: false)
        workers[walk.index].summary.foldersMade += 1
      } catch {
        fail(failure(error, .makeFolder, prefix))
      }
    }
  }

  /// Runs a request about an object, telling its failure as that of the whole file.
  func calling<R>(
    _ operation: DiskError.Operation, _ key: String, _ body: () throws(ServiceError) -> R
  ) throws(TransferFailure) -> R {
    do throws(ServiceError) { return try body() } catch { throw failure(error, operation, key) }
  }
}

extension ObjectInfo {
  /// What is stored with it, with what a file has instead.
  fileprivate func attributes(with own: ObjectAttributes) -> ObjectAttributes {
    var attributes = own
    attributes.metadata = metadata.merging(own.metadata) { $1 }
    if let contentType { attributes.contentType = contentType }
    return attributes
  }
}

extension BucketRun.Step {
  /// The bytes of a regular file; 0 for other kinds.
  var byteCount: Int64 { entry.status.kind == .regular ? entry.status.size : 0 }
}
