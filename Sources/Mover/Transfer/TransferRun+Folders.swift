import FrameEngine
import Glibc

// Folders of the target: making them, and setting what they look like once nothing in them changes
// any more.
extension TransferRun {
  /// Opens the target's counterpart of a scanned folder, making it where it is missing.
  func open(_ folder: ScannedFolder, under parent: TargetFolder?) throws(TransferFailure)
    -> TargetFolder
  {
    guard let parent else {
      return try describe(
        folder, destination.folder, isNew: destination.isNew, at: destination.path,
        isContainer: destination.fileName != nil)
    }
    let name = folder.path.lastComponent
    let path = parent.fullPath.appending(name)
    guard let above = parent.target else {
      planned?(.makeFolder, path)
      return try describe(folder, nil, isNew: true, at: path)
    }
    if !parent.isNew, let existing = try openExisting(name, in: above.handle, path) {
      return try describe(folder, existing, isNew: false, at: path)
    }
    if options.dryRun {
      planned?(.makeFolder, path)
      return try describe(folder, nil, isNew: true, at: path)
    }
    let staging =
      Staging.suits(folder.entries) ? Staging(in: parent, part: partName(), name: name) : nil
    do throws(TransferFailure) {
      let made = try located(path) { () throws(DiskError) in
        // Its own mode comes when it is filled; until then it is nobody else's.
        try disk.makeFolder(staging?.part ?? name, in: above.handle, mode: 0o700)
        return try OpenFolder(staging?.part ?? name, in: above.handle, on: disk)
      }
      return try describe(folder, made, isNew: true, at: path, staging: staging)
    } catch {
      if let staging { _ = staging.parent.release() }
      throw error
    }
  }

  /// The folder of this name; `nil` if there is none. Another kind of file makes way for it.
  private func openExisting(_ name: FileName, in above: Handle, _ path: FileName)
    throws(TransferFailure) -> OpenFolder?
  {
    do throws(DiskError) {
      let folder = try OpenFolder(name, in: above, on: disk)
      if !isRoot, !options.dryRun { try makeWritable(folder.handle) }
      return folder
    } catch {
      switch error.code {
      case ENOENT: return nil
      case ENOTDIR, ELOOP:
        if !options.dryRun {
          try located(path) { () throws(DiskError) in
            try disk.remove(name, in: above, isFolder: false)
          }
        }
        return nil
      default: throw TransferFailure(error.at(path))
      }
    }
  }

  /// A folder that its own user may not write to takes files all the same: its mode comes back at
  /// the end.
  private func makeWritable(_ folder: Handle) throws(DiskError) {
    let status = try disk.status(of: folder)
    if status.user == geteuid(), status.mode & 0o700 != 0o700 {
      try disk.setMode(folder, status.mode | 0o700)
    }
  }

  private func describe(
    _ folder: ScannedFolder, _ target: OpenFolder?, isNew: Bool, at path: FileName,
    isContainer: Bool = false, staging: Staging? = nil
  ) throws(TransferFailure) -> TargetFolder {
    let metadata = try located(folder.fullPath) { () throws(DiskError) -> FileMetadata? in
      if isContainer || target == nil || options.dryRun { return nil }
      return try FileMetadata.capture(folder.folder.handle, folder.status, on: disk)
    }
    return TargetFolder(
      path: folder.path, fullPath: path, sourcePath: folder.fullPath, source: folder.folder,
      target: target, isNew: isNew, metadata: metadata, staging: staging)
  }

  /// Lets go of a folder; the last holder sets its metadata.
  func release(_ folder: TargetFolder, _ worker: TransferWorker) {
    guard folder.release(), folder.staging == nil else { return }
    setMetadata(of: folder, worker)
  }

  /// Sets what a folder looks like, now that nothing in it changes any more.
  func setMetadata(of folder: TargetFolder, _ worker: TransferWorker) {
    guard let metadata = folder.metadata, let target = folder.target else { return }
    do throws(TransferFailure) {
      let notes = try located(folder.fullPath) { () throws(DiskError) -> [MetadataNote] in
        let current = try disk.status(of: target.handle)
        guard folder.isNew || metadata.differs(from: current, owner: rules.owner) else { return [] }
        return try metadata.apply(
          to: target.handle, current: current, on: disk,
          policy: options.metadata)
      }
      worker.summary.note(notes, at: folder.fullPath)
    } catch {
      fail(error, worker)
    }
  }
}

extension FileMetadata {
  /// Whether a status shows other metadata. Attributes are not in it.
  func differs(from status: FileStatus, owner: Bool) -> Bool {
    mode != status.mode || modified != status.modified
      || owner && (user != status.user || group != status.group)
  }
}

extension FileName {
  /// The path before the last slash; empty if there is none.
  var withoutLastComponent: FileName {
    FileName(Array(bytes[..<(bytes.lastIndex(of: UInt8(ascii: "/")) ?? 0)]))
  }
}
