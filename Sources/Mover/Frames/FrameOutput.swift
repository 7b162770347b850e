public import FrameEngine
import Glibc
import Synchronization

/// Writes one result file so that it appears under its name only when it is complete and durable:
/// under a temporary name in the same folder, synced, renamed, and the folder synced.
public final class FrameOutput: Sendable {
  private let disk: any Disk
  /// Folders in which nothing of a dead writer is left.
  private let swept = Mutex<Set<FileName>>([])

  /// Writes to the files of `disk`.
  public init(disk: any Disk) {
    self.disk = disk
  }

  /// Writes `bytes` as the file `path`, in place of what has that name. What a killed writer left
  /// in the folder is removed on the way.
  public func write(_ bytes: RawSpan, to path: FileName) throws(DiskError) {
    var file = try begin(path)
    try file.reserve(bytes.byteCount)
    try file.append(bytes)
    try file.finish()
  }

  /// Begins a file that is written piece by piece; it is `path` when it is finished.
  public func begin(_ path: FileName) throws(DiskError) -> UnfinishedFile {
    let parent = path.parentPath
    let folderPath = parent.bytes.isEmpty ? FileName(".") : parent
    do throws(DiskError) {
      let folder = try OpenFolder(at: folderPath, on: disk)
      if swept.withLock({ $0.insert(folderPath).inserted }) { try sweep(folder.handle) }
      return try UnfinishedFile(path, in: folder, on: disk)
    } catch {
      throw error.at(path)
    }
  }

  /// Writes an array.
  public func write(_ bytes: [UInt8], to path: FileName) throws(DiskError) {
    try write(bytes.rawBytes, to: path)
  }

  /// Removes what dead processes of this machine left unfinished.
  private func sweep(_ folder: Handle) throws(DiskError) {
    for entry in try disk.entries(of: folder) {
      guard let left = TemporaryName(entry.name), left.owner.isDead(seenFrom: .current) else {
        continue
      }
      try disk.removeIfPresent(entry.name, in: folder)
    }
  }
}
