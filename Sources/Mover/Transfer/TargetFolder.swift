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
  /// Held by the scan until it leaves, and by each file that waits for its final name.
  private let holders = Atomic<Int>(1)

  init(
    path: FileName, fullPath: FileName, sourcePath: FileName, source: OpenFolder,
    target: OpenFolder?, isNew: Bool, metadata: FileMetadata?
  ) {
    self.path = path
    self.fullPath = fullPath
    self.sourcePath = sourcePath
    self.source = source
    self.target = target
    self.isNew = isNew
    self.metadata = metadata
  }

  func hold() { holders.add(1, ordering: .relaxed) }

  /// Lets go; `true` for the last holder, who finishes the folder.
  func release() -> Bool {
    holders.subtract(1, ordering: .acquiringAndReleasing).newValue == 0
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
