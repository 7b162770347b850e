import FrameEngine
import Glibc
import Synchronization

/// Moves the bytes of a file: inside the kernel where it can, else in slices that stay in the cache
/// between reading and writing.
final class DataCopier: Sendable {
  private let disk: any Disk
  private let limiter: RateLimiter?
  private let cancel: CancelToken
  private let progress: ProgressCounters
  private let hashes: Bool
  private let copiesInKernel: Bool
  /// Volumes that turned out not to share blocks, or not to copy inside the kernel: asked once.
  private let unable = Mutex<(clone: Set<UInt64>, copy: Set<UInt64>)>(([], []))

  /// Below this size a read and a write cost less than asking the kernel to copy.
  private static let kernelCopyBytes: Int64 = 128 << 10

  init(
    disk: any Disk, limiter: RateLimiter?, cancel: CancelToken, progress: ProgressCounters,
    hashes: Bool, copiesInKernel: Bool
  ) {
    self.disk = disk
    self.limiter = limiter
    self.cancel = cancel
    self.progress = progress
    self.hashes = hashes
    self.copiesInKernel = copiesInKernel
  }

  /// The source and target of one copy.
  struct Ends {
    let source: Handle
    let status: FileStatus
    let target: Handle

    /// Whether the source has holes that are worth keeping.
    var isSparse: Bool { status.allocated < status.size }
  }

  /// Makes the target share the blocks of the source; `false` where that cannot be.
  func clone(_ ends: Ends) throws(DiskError) -> Bool {
    if hashes || limiter != nil { return false }
    let volume = ends.status.volume
    if unable.withLock({ $0.clone.contains(volume) }) { return false }
    if try disk.clone(ends.source, to: ends.target) { return true }
    _ = unable.withLock { $0.clone.insert(volume) }
    return false
  }

  /// Copies a range, leaving its holes. The digest is there if verification was asked for. `nil` if
  /// the source ended early or the run was cancelled.
  func copy(_ range: Range<Int64>, _ ends: Ends, _ worker: TransferWorker) throws(DiskError)
    -> RangeDigest?
  {
    var hasher = hashes ? BLAKE3Hasher() : nil
    var offset = range.lowerBound
    while offset < range.upperBound {
      var data = offset..<range.upperBound
      if ends.isSparse {
        let next = try disk.nextData(ends.source, from: offset, size: ends.status.size)
        data = (next ?? range.upperBound..<range.upperBound).clamped(to: offset..<range.upperBound)
        hashZeros(&hasher, data.lowerBound - offset)
        progress.bytesDone.add(data.lowerBound - offset, ordering: .relaxed)
      }
      guard try copyData(data, ends, worker, &hasher) else { return nil }
      offset = data.upperBound
    }
    return RangeDigest(range: range, digest: hasher?.finalize() ?? .zero)
  }

  private func copyData(
    _ range: Range<Int64>, _ ends: Ends, _ worker: TransferWorker, _ hasher: inout BLAKE3Hasher?
  ) throws(DiskError) -> Bool {
    var offset = range.lowerBound
    if hasher == nil, copiesInKernel, Int64(range.count) >= DataCopier.kernelCopyBytes {
      offset += try copyInKernel(range, ends)
    }
    while offset < range.upperBound {
      let count = Int(min(range.upperBound - offset, Int64(TransferSizes.slice)))
      limiter?.pass(count, cancel: cancel)
      if cancel.isCancelled { return false }
      guard try copySlice(offset, count, ends, &worker.buffer, &hasher) else { return false }
      offset += Int64(count)
      progress.bytesDone.add(Int64(count), ordering: .relaxed)
    }
    return true
  }

  /// Reads and writes one slice; `false` if the source ended before it did.
  private func copySlice(
    _ offset: Int64, _ count: Int, _ ends: Ends, _ buffer: inout Buffer,
    _ hasher: inout BLAKE3Hasher?
  ) throws(DiskError) -> Bool {
    guard try read(ends.source, offset, count, &buffer) == count else { return false }
    let bytes = buffer.bytes.extracting(first: count)
    hasher?.update(bytes)
    try disk.write(ends.target, at: offset, bytes)
    return true
  }

  /// Copies from the start of a range as far as the kernel can; the bytes copied.
  private func copyInKernel(_ range: Range<Int64>, _ ends: Ends) throws(DiskError) -> Int64 {
    let volume = ends.status.volume
    if unable.withLock({ $0.copy.contains(volume) }) { return 0 }
    var offset = range.lowerBound
    while offset < range.upperBound, !cancel.isCancelled {
      let count = Int(min(range.upperBound - offset, Int64(TransferSizes.slice)))
      limiter?.pass(count, cancel: cancel)
      let copied = try disk.copyRange(
        from: ends.source, at: offset, to: ends.target, at: offset, byteCount: count)
      if copied == 0 {
        if offset == range.lowerBound { _ = unable.withLock { $0.copy.insert(volume) } }
        break
      }
      offset += Int64(copied)
      progress.bytesDone.add(Int64(copied), ordering: .relaxed)
    }
    return offset - range.lowerBound
  }

  /// Fills the start of a buffer; the bytes read, fewer than `count` only at the file's end.
  private func read(_ handle: Handle, _ offset: Int64, _ count: Int, _ buffer: inout Buffer)
    throws(DiskError) -> Int
  {
    var all = buffer.mutableBytes
    var part = all._mutatingExtracting(first: count)
    return try disk.read(handle, at: offset, into: &part)
  }

  /// The hash of a range of a file.
  func digest(_ range: Range<Int64>, of handle: Handle, _ worker: TransferWorker)
    throws(DiskError) -> RangeDigest
  {
    var hasher = BLAKE3Hasher()
    var offset = range.lowerBound
    while offset < range.upperBound {
      let wanted = Int(min(range.upperBound - offset, Int64(TransferSizes.slice)))
      // A direct read takes whole pages only; what is beyond the range does not count.
      let count = min(try read(handle, offset, (wanted + 4095) & ~4095, &worker.buffer), wanted)
      // An end before that of the range gives another hash than the range had.
      if count == 0 { break }
      hasher.update(worker.buffer.bytes.extracting(first: count))
      offset += Int64(count)
    }
    return RangeDigest(range: range, digest: hasher.finalize())
  }

  /// Whether a file holds what was read from its source. Reads past the cache where possible.
  func isIntact(_ handle: Handle, _ digests: [RangeDigest], _ worker: TransferWorker)
    throws(DiskError) -> Bool
  {
    for expected in digests {
      if try digest(expected.range, of: handle, worker) != expected { return false }
    }
    return true
  }

  /// Whether two files of one size hold the same bytes.
  func isEqual(_ a: Handle, _ b: Handle, byteCount: Int64, _ worker: TransferWorker)
    throws(DiskError) -> Bool
  {
    var offset: Int64 = 0
    while offset < byteCount {
      let wanted = Int(min(byteCount - offset, Int64(TransferSizes.slice)))
      limiter?.pass(wanted, cancel: cancel)
      let count = try read(a, offset, wanted, &worker.buffer)
      guard count == wanted, try read(b, offset, wanted, &worker.other) == wanted,
        worker.buffer.bytes.extracting(first: count)
          .isEqual(to: worker.other.bytes.extracting(first: count))
      else { return false }
      offset += Int64(count)
    }
    return true
  }

  private func hashZeros(_ hasher: inout BLAKE3Hasher?, _ byteCount: Int64) {
    guard hasher != nil else { return }
    let zeros = [UInt8](repeating: 0, count: 1 << 16)
    var rest = byteCount
    while rest > 0 {
      let count = Int(min(rest, Int64(zeros.count)))
      hasher?.update(unsafe zeros.span.bytes.extracting(first: count))
      rest -= Int64(count)
    }
  }
}

extension RawSpan {
  /// Whether two spans of one length hold the same bytes.
  func isEqual(to other: RawSpan) -> Bool {
    precondition(byteCount == other.byteCount)
    return unsafe withUnsafeBytes { a in
      unsafe other.withUnsafeBytes { b in
        unsafe a.isEmpty || memcmp(a.baseAddress!, b.baseAddress!, a.count) == 0
      }
    }
  }
}
