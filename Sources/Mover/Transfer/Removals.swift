import FrameEngine
import Glibc
import Synchronization

/// What the target has and the source does not: collected while folders are compared, removed when
/// everything else has succeeded.
final class Removals: Sendable {
  /// Names of one folder.
  struct Group: Sendable {
    let folder: FileName
    let fullPath: FileName
    /// The time that the folder is to keep.
    let modified: Timestamp?
    let names: ArraySlice<ScannedEntry>
  }

  /// Names that one thread removes before it looks for other work.
  private static let groupCount = 64

  private struct State {
    var groups: [Group] = []
    var isBlocking = false
  }

  private let state = Mutex(State())

  func add(_ names: [ScannedEntry], of folder: TargetFolder) {
    if names.isEmpty { return }
    let groups = stride(from: 0, to: names.count, by: Removals.groupCount).map { start in
      Group(
        folder: folder.path, fullPath: folder.fullPath, modified: folder.metadata?.modified,
        names: names[start..<min(start + Removals.groupCount, names.count)])
    }
    state.withLock { $0.groups += groups }
  }

  /// Adds a folder that is in the way of a file, which can be copied once it is removed.
  func addBlocked(_ name: ScannedEntry, of folder: TargetFolder) {
    add([name], of: folder)
    state.withLock { $0.isBlocking = true }
  }

  var groups: [Group] { state.withLock { $0.groups } }

  /// Whether files wait for a removal.
  var isBlocking: Bool { state.withLock { $0.isBlocking } }
}

extension TransferRun {
  /// Removes what the source does not have.
  func removeExtras() {
    let groups = removals.groups
    if groups.isEmpty { return }
    let next = Atomic<Int>(0)
    runWorkers(count: min(workers.count, groups.count), name: "farmio remove") { index in
      while goesOn {
        let turn = next.add(1, ordering: .relaxed).oldValue
        guard turn < groups.count else { return }
        remove(groups[turn], workers[index])
      }
    }
  }

  private func remove(_ group: Removals.Group, _ worker: TransferWorker) {
    do throws(TransferFailure) {
      let folder = try located(group.fullPath) { () throws(DiskError) in
        try openTarget(group.folder)
      }
      guard let folder else { return }
      for entry in group.names where goesOn {
        let path = group.fullPath.appending(entry.name)
        do throws(TransferFailure) {
          try remove(
            entry.name, in: folder.handle, at: group.folder.appending(entry.name), path,
            isFolder: entry.status.kind == .folder, worker)
        } catch {
          fail(error, worker)
        }
      }
      if let modified = group.modified, !options.dryRun {
        try located(group.fullPath) { () throws(DiskError) in
          try disk.setTimes(folder.handle, modified: modified)
        }
      }
    } catch {
      fail(error, worker)
    }
  }

  /// Removes a name, and what is in it. Names that the filter excludes stay, and so do the folders
  /// that hold them.
  private func remove(
    _ name: FileName, in folder: Handle, at relativePath: FileName, _ path: FileName,
    isFolder: Bool, _ worker: TransferWorker
  ) throws(TransferFailure) {
    if isFolder {
      let inner = try located(path) { () throws(DiskError) in
        let inner = try OpenFolder(name, in: folder, on: disk)
        return (folder: inner, entries: try disk.entries(of: inner.handle))
      }
      for entry in inner.entries {
        let isFolder = try located(path) { () throws(DiskError) -> Bool in
          if let kind = entry.kind { return kind == .folder }
          return try disk.status(of: entry.name, in: inner.folder.handle).kind == .folder
        }
        if options.filter.excludes(entry.name, in: relativePath, isFolder: isFolder) { continue }
        try remove(
          entry.name, in: inner.folder.handle, at: relativePath.appending(entry.name),
          path.appending(entry.name), isFolder: isFolder, worker)
      }
    }
    if options.dryRun {
      planned?(.remove, path)
      return
    }
    do throws(DiskError) {
      try disk.remove(name, in: folder, isFolder: isFolder)
      worker.summary.removed += 1
    } catch {
      if isFolder, error.code == ENOTEMPTY, !options.filter.isEmpty { return }
      throw TransferFailure(error.at(path))
    }
  }
}
