import FrameEngine
import Glibc

/// The folders of a `FileStore`: made on demand, and synced in the order that keeps objects safe.
final class StoreFolders: Sendable {
  private struct State {
    /// Folders whose own names are durable.
    var durable: Set<FileName> = []
    /// Folders that lost names since they were last synced, each with its top folder.
    var removals: [FileName: [UInt8]] = [:]
  }

  private let disk: any Disk
  private let root: Handle
  private let state = Condition(State())

  init(disk: any Disk, root: Handle) {
    self.disk = disk
    self.root = root
  }

  /// Makes the folders on the way to an object and their names durable. Once a process each: a
  /// folder that is already there may be one whose maker was killed before it synced.
  func prepare(_ path: ObjectPath) throws(DiskError) {
    if state.withLock({ $0.durable.contains(path.folder) }) { return }
    var parent: FileName = ""
    for folder in path.ancestors {
      if !state.withLock({ $0.durable.contains(folder) }) {
        try make(folder)
        try sync(parent)
        _ = state.withLock { $0.durable.insert(folder) }
      }
      parent = folder
    }
  }

  private func make(_ folder: FileName) throws(DiskError) {
    do throws(DiskError) {
      try disk.makeFolder(folder, in: root, mode: 0o777)
    } catch {
      guard error.code == EEXIST else { throw error }
    }
  }

  /// Removes an object's file; one that is not there is no error.
  func remove(_ path: ObjectPath) throws(DiskError) {
    try settleRemovals(before: path)
    do throws(DiskError) {
      try disk.remove(path.file, in: root, isFolder: false)
    } catch {
      guard error.isMissing else { throw error }
    }
    state.withLock { $0.removals[path.folder] = Array(path.top) }
  }

  /// Removes a temporary file; whether that lasts is of no matter.
  func removeTemporary(_ file: FileName) throws(DiskError) {
    do throws(DiskError) {
      try disk.remove(file, in: root, isFolder: false)
    } catch {
      guard error.isMissing else { throw error }
    }
  }

  /// Makes the names in an object's folder durable.
  func syncFolder(of path: ObjectPath) throws(DiskError) {
    try sync(path.folder)
  }

  /// Makes removals under other top folders durable, so that no change to `path` can outlive
  /// them: a pack's removal must not last longer than that of what pointed at it.
  func settleRemovals(before path: ObjectPath) throws(DiskError) {
    // The lock is held meanwhile: another thread's change must not slip past the sync either.
    try state.withLock { state throws(DiskError) in
      for (folder, top) in state.removals where !path.top.elementsEqual(top) {
        try sync(folder)
        state.removals[folder] = nil
      }
    }
  }

  /// Makes removals durable at the end of the store. Nothing is promised of them by then.
  func syncRemovals() {
    for folder in state.withLock({ Array($0.removals.keys) }) {
      do throws(DiskError) { try sync(folder) } catch { return }
    }
  }

  private func sync(_ folder: FileName) throws(DiskError) {
    try disk.syncFolder(folder, in: root)
  }
}

extension Disk {
  /// Makes the names in the folder at `path` durable; an empty path is `root` itself. Some mounts
  /// (SMB among them) cannot sync a folder: there the server decides.
  func syncFolder(_ path: FileName, in root: Handle) throws(DiskError) {
    if path.bytes.isEmpty { return try syncNames(of: root) }
    let folder: Handle
    do throws(DiskError) {
      folder = try open(path, in: root, .folder)
    } catch {
      // A folder that is gone has no names left to lose.
      if error.code == ENOENT { return }
      throw error
    }
    defer { abandon(folder) }
    try syncNames(of: folder)
  }

  private func syncNames(of folder: Handle) throws(DiskError) {
    do throws(DiskError) {
      try sync(folder)
    } catch {
      guard [EINVAL, ENOSYS, EOPNOTSUPP, EROFS].contains(error.code) else { throw error }
    }
  }
}
