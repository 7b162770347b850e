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
    let (parent, name) = (path.parentPath, path.lastName)
    let folderPath = parent.bytes.isEmpty ? FileName(".") : parent
    do throws(DiskError) {
      let folder = try OpenFolder(at: folderPath, on: disk)
      if swept.withLock({ $0.insert(folderPath).inserted }) { try sweep(folder.handle) }
      let temporary = TemporaryName(owner: .current).fileName
      do throws(DiskError) {
        try writeDurably(bytes, as: temporary, in: folder.handle)
        try disk.rename(temporary, in: folder.handle, to: name, in: folder.handle)
      } catch {
        discard(temporary, in: folder.handle)
        throw error
      }
      try disk.sync(folder.handle)
    } catch {
      throw error.at(path)
    }
  }

  /// Removes an unfinished file. The failure before this one is the one to tell; what stays is
  /// swept by the next writer.
  private func discard(_ name: FileName, in folder: Handle) {
    do throws(DiskError) { try disk.removeIfPresent(name, in: folder) } catch { return }
  }

  /// Writes an array.
  public func write(_ bytes: [UInt8], to path: FileName) throws(DiskError) {
    try write(bytes.rawBytes, to: path)
  }

  private func writeDurably(_ bytes: RawSpan, as name: FileName, in folder: Handle)
    throws(DiskError)
  {
    let handle = try disk.open(name, in: folder, .create(mode: 0o666))
    do throws(DiskError) {
      try disk.reserve(handle, byteCount: Int64(bytes.byteCount))
      try disk.write(handle, at: 0, bytes)
      try disk.sync(handle)
    } catch {
      disk.abandon(handle)
      throw error
    }
    try disk.close(handle)
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
