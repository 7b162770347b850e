import FrameEngine
import Glibc
import Synchronization

/// A file that goes up in parts, by several threads at once.
///
/// Write order, so that nothing is left behind unseen: marker → begin → marker with the upload's id
/// → parts → complete → marker away.
final class LargeUpload: Sendable {
  private let run: BucketRun
  private let step: BucketRun.Step
  private let file: OpenSource
  private let plan: PartPlan
  private let marker: UploadMarker
  private let markerKey: String
  private let hasDouble: Bool

  private struct State {
    var receipts: [Int: PartReceipt] = [:]
    /// Parts that are still to be sent, or on their way.
    var left = 0
    var isBroken = false
  }

  private let state: Mutex<State>

  /// Begins the upload, or goes on with one that an earlier run left, and adds its parts as work.
  static func begin(_ step: BucketRun.Step, _ run: BucketRun, _ work: FolderWork) {
    do throws(TransferFailure) {
      let file = try OpenSource(step, on: run.disk)
      let plan = PartPlan(size: file.source.status.size)
      if let upload = try resumed(step, run, file, plan) { return upload.schedule(work) }
      try begun(step, run, file, plan).schedule(work)
    } catch {
      run.fail(error)
    }
  }

  private init(
    _ step: BucketRun.Step, _ run: BucketRun, _ file: OpenSource, _ plan: PartPlan,
    _ marker: UploadMarker, _ markerKey: String, hasDouble: Bool, receipts: [Int: PartReceipt]
  ) {
    self.step = step
    self.run = run
    self.file = file
    self.plan = plan
    self.marker = marker
    self.markerKey = markerKey
    self.hasDouble = hasDouble
    state = Mutex(State(receipts: receipts))
  }

  private static func freshMarker(_ run: BucketRun) -> String {
    run.ends.prefix + TemporaryName(owner: .current).fileName.description
  }

  private static func begun(
    _ step: BucketRun.Step, _ run: BucketRun, _ file: OpenSource, _ plan: PartPlan
  ) throws(TransferFailure) -> LargeUpload {
    let status = file.source.status
    var marker = UploadMarker(
      key: step.key, token: Entropy.system.bytes(16).hex, partBytes: plan.partBytes,
      size: status.size, modified: status.modified)
    let markerKey = freshMarker(run)
    let service = run.service
    let hasDouble = try run.calling(.write, step.key) { () throws(ServiceError) in
      try service.put(markerKey, marker.bytes.rawBytes, ObjectAttributes(), ifAbsent: false)
      var attributes = run.attributes(step, token: marker.token)
      attributes.metadata.merge(ObjectStatus(status).metadata) { $1 }
      let upload = try service.beginUpload(step.key, attributes)
      marker.id = upload.id
      try service.put(markerKey, marker.bytes.rawBytes, ObjectAttributes(), ifAbsent: false)
      return upload.hasDouble
    }
    return LargeUpload(
      step, run, file, plan, marker, markerKey, hasDouble: hasDouble, receipts: [:])
  }

  /// Goes on with an upload of this file: parts count that are what the file has there.
  private static func resumed(
    _ step: BucketRun.Step, _ run: BucketRun, _ file: OpenSource, _ plan: PartPlan
  ) throws(TransferFailure) -> LargeUpload? {
    let status = file.source.status
    guard let before = run.takeResumable(step, status, partBytes: plan.partBytes) else {
      return nil
    }
    let service = run.service
    let parts: [PartReceipt]
    do throws(ServiceError) {
      parts = try service.parts(step.key, before.marker.id)
    } catch {
      guard service.isAbsent(error) else { throw run.failure(error, .list, step.key) }
      // It was finished or given up by then; what is left is its marker.
      run.giveUp(before)
      return nil
    }
    // Under a name of this process, before the other's goes: nobody else takes it over meanwhile.
    let markerKey = freshMarker(run)
    try run.calling(.write, step.key) { () throws(ServiceError) in
      let bytes = before.marker.bytes
      try service.put(markerKey, bytes.rawBytes, ObjectAttributes(), ifAbsent: false)
      try service.remove(before.markerKey, tries: .usual)
    }
    var receipts: [Int: PartReceipt] = [:]
    for part in parts where plan.numbers.contains(part.number) {
      if run.halt.isCancelled { break }
      receipts[part.number] = try proved(part, plan, file, run)
    }
    let resumedBytes = receipts.keys.reduce(Int64(0)) { $0 + Int64(plan.range($1).count) }
    run.count { $0.bytesResumed += resumedBytes }
    run.progress.bytesDone.add(resumedBytes, ordering: .relaxed)
    return LargeUpload(
      step, run, file, plan, before.marker, markerKey, hasDouble: false, receipts: receipts)
  }

  /// A part that has arrived and is what the file has in its place, with the checksum that the end
  /// of the upload names; `nil` if it is to be sent again.
  private static func proved(
    _ part: PartReceipt, _ plan: PartPlan, _ file: OpenSource, _ run: BucketRun
  ) throws(TransferFailure) -> PartReceipt? {
    let range = plan.range(part.number)
    guard part.size == Int64(range.count), part.crc32c != nil || part.md5 != nil else { return nil }
    return try run.budget.with(plan.partBytes) { (memory) throws(TransferFailure) in
      guard try file.source.read(at: range.lowerBound, range.count, into: &memory.buffer) else {
        return nil
      }
      return memory.buffer.withBytes(0..<range.count) { bytes in
        var proved = part
        proved.crc32c = CRC32C.checksum(bytes)
        let isEqual =
          part.crc32c.map { $0 == proved.crc32c } ?? (part.md5 == MD5.hash(bytes))
        return isEqual ? proved : nil
      }
    }
  }

  private func schedule(_ work: FolderWork) {
    let missing = state.withLock { state in
      let missing = plan.numbers.filter { state.receipts[$0] == nil }
      state.left = missing.count
      return missing
    }
    let group = WorkGroup()
    for number in missing {
      work.add(to: group) { [self] walk in
        send(number)
        closePart(run.workers[walk.index])
      }
    }
    if missing.isEmpty { work.add { [self] walk in end(run.workers[walk.index]) } }
  }

  /// Reads a part and sends it.
  private func send(_ number: Int) {
    if !run.goesOn { state.withLock { $0.isBroken = true } }
    if state.withLock({ $0.isBroken }) { return }
    do throws(TransferFailure) {
      let range = plan.range(number)
      run.limiter?.pass(range.count, cancel: run.halt)
      let receipt = try run.budget.with(plan.partBytes) { (memory) throws(TransferFailure) in
        guard try file.source.read(at: range.lowerBound, range.count, into: &memory.buffer) else {
          throw TransferFailure(step.path, .keepsChanging)
        }
        return try send(number, memory, range.count)
      }
      run.progress.bytesDone.add(Int64(range.count), ordering: .relaxed)
      state.withLock { $0.receipts[number] = receipt }
    } catch {
      if !state.withLock({ exchangeBroken(&$0) }) { run.fail(error) }
    }
  }

  /// Whether it was broken before.
  private func exchangeBroken(_ state: inout State) -> Bool {
    defer { state.isBroken = true }
    return state.isBroken
  }

  private func send(_ number: Int, _ memory: PartBudget.Memory, _ count: Int)
    throws(TransferFailure) -> PartReceipt
  {
    try memory.buffer.withBytes(0..<count) { bytes throws(TransferFailure) in
      let part = ObjectPart(
        key: step.key, upload: marker.id, number: number, crc32c: CRC32C.checksum(bytes))
      return try run.calling(.write, step.key) { () throws(ServiceError) in
        try run.service.send(part, bytes)
      }
    }
  }

  /// A part is dealt with; the last one ends the upload.
  private func closePart(_ worker: TransferWorker) {
    let isLast = state.withLock { state in
      state.left -= 1
      return state.left == 0
    }
    if isLast { end(worker) }
  }

  private func end(_ worker: TransferWorker) {
    let upload = ResumableUpload(marker: marker, markerKey: markerKey)
    // An interrupted upload stays for the next run; its marker says so.
    if run.halt.isCancelled { return }
    guard !state.withLock({ $0.isBroken }) else { return run.giveUp(upload) }
    do throws(TransferFailure) {
      guard try file.source.isUnchanged() else {
        throw TransferFailure(step.path, .keepsChanging)
      }
      try complete()
      worker.summary.filesCopied += 1
      worker.summary.bytesCopied += step.byteCount
      run.progress.finished(bytes: 0)
    } catch {
      run.fail(error)
      // Where the service is away its end may be tried again by the next run: nothing is lost.
      if !run.halt.isCancelled { run.giveUp(upload) }
    }
  }

  private func complete() throws(TransferFailure) {
    let receipts = state.withLock { state in plan.numbers.compactMap { state.receipts[$0] } }
    let service = run.service
    try run.calling(.write, step.key) { () throws(ServiceError) in
      do throws(ServiceError) {
        try service.completeUpload(step.key, marker.id, receipts)
      } catch {
        // After a lost reply the second try finds no upload any more, and the object in its place.
        guard error.status == 404,
          try service.head(step.key)?.metadata[ObjectUpload.tokenName] == marker.token
        else { throw error }
      }
      if hasDouble {
        for other in try service.uploads(step.key) where other.key.isSameKey(as: step.key) {
          try service.abortUpload(other.key, other.id, tries: .usual)
        }
      }
      try service.remove(markerKey, tries: .usual)
    }
  }
}

/// A source that several threads read, closed when the last lets go.
final class OpenSource: Sendable {
  let source: SourceFile

  init(_ step: BucketRun.Step, on disk: any Disk) throws(TransferFailure) {
    source = try SourceFile(step, on: disk)
  }
}

/// How a file is cut into parts.
struct PartPlan: Hashable, Sendable {
  let size: Int64
  let partBytes: Int

  /// Parts that a file is cut into, as long as they may be larger: no service takes more than
  /// 10,000.
  private static let countLimit: Int64 = 9_500
  /// No service takes a larger part.
  private static let largestPart: Int64 = 5 << 30

  init(size: Int64) {
    self.size = size
    let least = (size + PartPlan.countLimit - 1) / PartPlan.countLimit
    let step: Int64 = 1 << 20
    let rounded = (least + step - 1) / step * step
    partBytes = max(BucketRun.partBytes, Int(min(rounded, PartPlan.largestPart)))
  }

  /// From 1 on.
  var numbers: ClosedRange<Int> {
    1...max(1, Int((size + Int64(partBytes) - 1) / Int64(partBytes)))
  }

  /// The bytes of a part.
  func range(_ number: Int) -> Range<Int64> {
    let start = Int64(number - 1) * Int64(partBytes)
    return start..<min(start + Int64(partBytes), size)
  }
}

extension ObjectService {
  /// Sends a part and waits for it.
  func send(_ part: ObjectPart, _ bytes: RawSpan) throws(ServiceError) -> PartReceipt {
    let exchange = unsafe bytes.withUnsafeBytes { unsafe start(part, $0) }
    return try finish(part, exchange, bytes)
  }
}
