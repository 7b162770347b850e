import FrameEngine

/// What belongs to one thread of a transfer.
final class TransferWorker {
  /// For bytes on their way.
  var buffer = Buffer(capacity: TransferSizes.slice)
  /// For bytes to compare with those in `buffer`; its memory is taken up at the first use.
  var other = Buffer(capacity: TransferSizes.slice)
  /// What this thread has done.
  var summary = TransferSummary()
  /// Files that are complete and wait to be made durable and renamed.
  var ready: [ReadyFile] = []
  /// What they are as a load: each counts one, and more where it holds another folder open.
  var readyWeight = 0
  var readyBytes: Int64 = 0
}

/// The workers of a run, each for the one thread of its number.
final class WorkerSeats: @unchecked Sendable {
  private let workers: [TransferWorker]

  init(count: Int) { workers = (0..<count).map { _ in TransferWorker() } }

  /// To be called by the thread of this number, or when no other thread runs.
  subscript(index: Int) -> TransferWorker { workers[index] }

  var count: Int { workers.count }
}

/// A complete file under its temporary name.
struct ReadyFile: Sendable {
  enum Kind: Hashable, Sendable {
    case regular, special, folder
  }

  let folder: TargetFolder
  let part: FileName
  let name: FileName
  let kind: Kind
  let byteCount: Int64
  /// Its bytes were synced already.
  var isDurable = false
  /// What was read from the source, to be compared with what the target holds.
  var digests: [RangeDigest] = []
  /// The journal to remove when the file has its name.
  var journal: FileName?

  var fullPath: FileName { folder.fullPath.appending(name) }
}

/// The hash of a range of a file, holes read as zeros.
struct RangeDigest: Hashable, Sendable {
  let range: Range<Int64>
  let digest: Digest
}
