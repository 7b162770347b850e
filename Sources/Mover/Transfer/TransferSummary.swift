public import FrameEngine
import Glibc

/// What a transfer came to.
public struct TransferSummary: Sendable {
  /// Regular files whose bytes were copied.
  public var filesCopied = 0
  /// Files, links and devices that were as they should be.
  public var filesUnchanged = 0
  /// Files whose metadata alone was set.
  public var filesRepaired = 0
  /// Names made for files that have several.
  public var linksMade = 0
  /// Further names of files that became copies: the target's file system has no hard links.
  public var linksCopied = 0
  /// Symbolic links, FIFOs, sockets and devices made.
  public var specialsMade = 0
  /// Folders made.
  public var foldersMade = 0
  /// Names removed from the target, those inside removed folders included.
  public var removed = 0
  /// Bytes copied in this run.
  public var bytesCopied: Int64 = 0
  /// Bytes that an earlier, interrupted run had copied of files finished now.
  public var bytesResumed: Int64 = 0
  /// What failed, with full paths, in no particular order: at most 10,000 of them.
  public var failures: [TransferFailure] = []
  /// All that failed.
  public var failureCount = 0
  /// Metadata that the target did not take, by piece.
  public var notes: [MetadataNote.Piece: TransferNote] = [:]
  /// Whether it was cancelled before the end.
  public var isCancelled = false

  /// Nothing done yet.
  public init() {}

  /// Whether the target now is what was asked for.
  public var isComplete: Bool { failureCount == 0 && !isCancelled }

  /// Adds the counts of a part of the work.
  mutating func add(_ other: TransferSummary) {
    filesCopied += other.filesCopied
    filesUnchanged += other.filesUnchanged
    filesRepaired += other.filesRepaired
    linksMade += other.linksMade
    linksCopied += other.linksCopied
    specialsMade += other.specialsMade
    foldersMade += other.foldersMade
    removed += other.removed
    bytesCopied += other.bytesCopied
    bytesResumed += other.bytesResumed
    let room = TransferSummary.failureLimit - failures.count
    failures += other.failures.prefix(max(room, 0))
    failureCount += other.failureCount
    notes.merge(other.notes) { a, b in
      TransferNote(count: a.count + b.count, path: a.path, cause: a.cause)
    }
  }

  private static let failureLimit = 10_000

  /// Adds a failure; of many, only the count.
  mutating func fail(_ failure: TransferFailure) {
    failureCount += 1
    if failures.count < TransferSummary.failureLimit { failures.append(failure) }
  }

  /// Adds what a file's metadata lost.
  mutating func note(_ lost: [MetadataNote], at path: @autoclosure () -> FileName) {
    for note in lost {
      let first = notes[note.piece] ?? TransferNote(count: 0, path: path(), cause: note.cause)
      notes[note.piece] = TransferNote(
        count: first.count + 1, path: first.path, cause: first.cause)
    }
  }
}

/// A kind of metadata that the target did not take.
public struct TransferNote: Hashable, Sendable {
  /// How often.
  public let count: Int
  /// A file it happened to.
  public let path: FileName
  /// Why, for that file.
  public let cause: DiskError
}

/// One file or folder that could not be dealt with.
public struct TransferFailure: Error, Hashable, Sendable {
  /// Why.
  public enum Reason: Hashable, Sendable {
    /// The disk refused.
    case disk(DiskError)
    /// There is nothing at the place to copy from.
    case noSource
    /// The file changed during each of several attempts to read it.
    case keepsChanging
    /// The target has a folder of this name, and the source another kind of file.
    case folderInTheWay
    /// The target does not tell upper from lower case, and has a file of the other spelling.
    case clash(with: FileName)
    /// What was read back from the target is not what was written.
    case differs
    /// One of the two places lies inside the other.
    case overlaps(FileName)
    /// The other name of this file could not be copied.
    case linkTarget(FileName)
  }

  /// The full path.
  public let path: FileName
  /// Why.
  public let reason: Reason

  init(_ path: FileName, _ reason: Reason) {
    self.path = path
    self.reason = reason
  }

  init(_ error: DiskError) {
    self.init(error.name, .disk(error))
  }

  /// Whether the command line itself is to blame.
  public var isUsage: Bool { if case .overlaps = reason { true } else { false } }

  /// Whether trying other files is pointless: the target takes nothing any more.
  public var endsTransfer: Bool {
    guard case .disk(let error) = reason else { return false }
    switch (error.code, error.operation) {
    case (ENOSPC, _), (EDQUOT, _), (EROFS, _): return true
    // The server is away, or lets nobody in: so it would be for every other file.
    case (EHOSTUNREACH, _), (EHOSTDOWN, _), (ETIMEDOUT, _), (ECONNRESET, _), (ENOTCONN, _):
      return true
    case (EKEYEXPIRED, _), (EKEYREJECTED, _), (ENOMEDIUM, _): return true
    // Only the target is synced and written to; a source may well have one bad sector.
    case (EIO, .sync), (EIO, .write), (EIO, .setSize), (EIO, .rename): return true
    default: return false
    }
  }
}

extension TransferFailure: CustomStringConvertible {
  /// The path, what was tried, why it failed, and what to do.
  public var description: String {
    switch reason {
    case .disk(let error): "\(error)\(TransferFailure.remedy(error))"
    case .noSource:
      "\(path): there is nothing of this name; check the path, and that its disk is mounted"
    case .keepsChanging:
      "\(path): it changed while it was read, \(TransferSizes.attempts) times; copy it when it is at rest"
    case .folderInTheWay:
      "\(path): a folder is in the way of a file; remove it, or let sync --delete do so"
    case .clash(let other):
      "\(path): the target does not tell it from \(other); rename one of the two"
    case .differs: "\(path): what was read back differs from what was written; check the disk"
    case .overlaps(let other): "\(path): it lies inside or around \(other); choose another target"
    case .linkTarget(let other): "\(path): it is another name of \(other), which was not copied"
    }
  }

  private static func remedy(_ error: DiskError) -> String {
    // Who told the cause in his own words told what to do as well.
    if error.detail != nil { return "" }
    return switch (error.code, error.operation) {
    case (ENOSPC, _), (EDQUOT, _): "; make room and run it again: what is copied stays"
    case (EROFS, _): "; the target is mounted read-only"
    case (EACCES, _), (EPERM, _): "; run it as a user with the right to do so"
    case (ENAMETOOLONG, .open), (EINVAL, .open), (EILSEQ, _), (ENAMETOOLONG, .makeFolder),
      (EINVAL, .makeFolder), (EINVAL, .rename):
      "; the file system cannot hold this name"
    case (ENOENT, .open): "; it vanished during the run"
    default: ""
    }
  }
}

/// What a dry run would do to a path of the target.
public enum PlannedAction: String, Hashable, Sendable {
  case copy, repair, makeFolder = "make folder", make, link, remove
}
