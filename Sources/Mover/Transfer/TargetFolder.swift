import FrameEngine
import Synchronization

/// A folder of the target that is being filled, beside the one of the source that it comes from.
final class TargetFolder: Sendable {
  /// Where it lies below the target's root; empty for the root.
  let path: FileName
  /// Paths for messages.
  let fullPath: FileName
  let sourcePath: FileName
  let source: OpenFolder
  /// `nil` in a dry run that would make it.
  let target: OpenFolder?
  /// Made by this run: nothing was in it.
  let isNew: Bool
  /// What to set once nothing in it changes any more; `nil` for a folder that only holds the
  /// target.
  let metadata: FileMetadata?
  /// Where its files are collected under a temporary name of the whole folder; `nil` if each has its
  /// own.
  let staging: Staging?
  /// What a new file in it looks like; `nil` until one was looked at.
  private let newFile = Mutex<NewFile?>(nil)
  /// Held by the scan until it leaves, and by each file that waits for its final name.
  private let holders = Atomic<Int>(1)

  init(
    path: FileName, fullPath: FileName, sourcePath: FileName, source: OpenFolder,
    target: OpenFolder?, isNew: Bool, metadata: FileMetadata?, staging: Staging? = nil
  ) {
    self.path = path
    self.fullPath = fullPath
    self.sourcePath = sourcePath
    self.source = source
    self.target = target
    self.isNew = isNew
    self.metadata = metadata
    self.staging = staging
  }

  func hold() { holders.add(1, ordering: .relaxed) }

  /// Lets go; `true` for the last holder, who finishes the folder.
  func release() -> Bool {
    holders.subtract(1, ordering: .acquiringAndReleasing).newValue == 0
  }

  /// The status of a file that was just made here with `metadata.creationMode`, by as few calls as
  /// possible: owner and group are those of its siblings, the mode is what the umask leaves. Where
  /// a default ACL has a say, each file is asked.
  func status(ofNew file: Handle, _ metadata: FileMetadata, _ umask: UInt32, on disk: any Disk)
    throws(DiskError) -> FileMetadata.Current
  {
    let expectedMode = metadata.creationMode & ~umask
    if let known = newFile.withLock({ $0 }), !known.hasDefaultACL {
      return FileMetadata.Current(mode: expectedMode, user: known.user, group: known.group)
    }
    let status = try disk.status(of: file)
    let acl = try disk.attributes(of: target!.handle).contains {
      $0.name == Array("system.posix_acl_default".utf8)
    }
    let seen = NewFile(
      user: status.user, group: status.group,
      hasDefaultACL: acl || status.mode != expectedMode)
    newFile.withLock { $0 = seen }
    return FileMetadata.Current(status)
  }

  private struct NewFile: Sendable {
    let user: UInt32
    let group: UInt32
    let hasDefaultACL: Bool
  }
}

/// A new folder without subfolders and with few bytes gets its name when all of its files are in it:
/// one rename for all of them, and on a slow mount two round trips fewer for each.
final class Staging: Sendable {
  /// What it holds at most.
  static let fileLimit = 1024
  static let byteLimit: Int64 = 8 << 20

  struct Contents: Sendable {
    var files = 0
    var specials = 0
    var bytes: Int64 = 0
    /// Of each file, if they are to be verified.
    var digests: [(name: FileName, digest: RangeDigest)] = []
  }

  /// The folder that it lies in, held until the rename has changed it for the last time.
  let parent: TargetFolder
  let part: FileName
  let name: FileName
  private let contents = Mutex(Contents())
  private let openBatches = Atomic<Int>(1)

  init(in parent: TargetFolder, part: FileName, name: FileName) {
    self.parent = parent
    self.part = part
    self.name = name
    parent.hold()
  }

  /// Whether a folder is one to be staged.
  static func suits(_ entries: [ScannedEntry]) -> Bool {
    if entries.isEmpty || entries.count > fileLimit { return false }
    var bytes: Int64 = 0
    for entry in entries {
      if entry.status.kind == .folder { return false }
      if entry.status.kind == .regular { bytes += entry.status.size }
    }
    return bytes <= byteLimit
  }

  func add(_ change: (inout Contents) -> Void) { contents.withLock { change(&$0) } }

  var collected: Contents { contents.withLock { $0 } }

  func openBatch() { openBatches.add(1, ordering: .relaxed) }

  /// `true` for the last batch.
  func closeBatch() -> Bool {
    openBatches.subtract(1, ordering: .acquiringAndReleasing).newValue == 0
  }
}

/// Runs `body`; a failure is told with the full path.
func located<R>(
  _ path: @autoclosure () -> FileName, _ body: () throws(DiskError) -> R
) throws(TransferFailure) -> R {
  do throws(DiskError) {
    return try body()
  } catch {
    throw TransferFailure(error.at(path()))
  }
}

/// Runs `body`; a failure to read is told with the path of the source, every other with that of the
/// target.
func located<R>(
  source: @autoclosure () -> FileName, target: @autoclosure () -> FileName,
  _ body: () throws(DiskError) -> R
) throws(TransferFailure) -> R {
  do throws(DiskError) {
    return try body()
  } catch {
    let isSource = error.operation == .read || error.operation == .seek
    throw TransferFailure(error.at(isSource ? source() : target()))
  }
}
