import FrameEngine

/// A walk over the folders of a `FileStore`.
///
/// Statuses are asked for in batches through a lane: on a slow mount many at once. Files that go
/// while the walk runs are left out.
struct StoreListing {
  /// A file with its path from the store's folder, and its name in its own folder.
  struct File {
    let path: FileName
    let name: FileName
    let size: Int64
    let modified: Timestamp
  }

  private let disk: any Disk
  private let root: Handle
  private let lane: any Lane
  private var batch = Batch()
  private var files: [File] = []
  private var folders: [FileName] = []

  init(disk: any Disk, root: Handle) throws(DiskError) {
    self.disk = disk
    self.root = root
    lane = try disk.makeLane()
  }

  /// Every object below the folder `prefix`. Each folder is synced before it is read, so that what
  /// is listed is durable even if whoever wrote it was killed before the sync.
  mutating func objects(under prefix: String) throws(DiskError) -> [StoredObject] {
    try walk(from: FileName(String(prefix.dropLast())), syncing: true) { name in
      ObjectPath.isValid(name.bytes)
    }
    return files.map { file in
      StoredObject(name: String(decoding: file.path.bytes, as: UTF8.self), size: file.size)
    }
  }

  /// Every temporary file of the store.
  mutating func temporaries() throws(DiskError) -> [File] {
    try walk(from: "", syncing: false) { TemporaryName.isTemporary($0.bytes) }
    return files
  }

  private mutating func walk(
    from top: FileName, syncing: Bool, where isWanted: (FileName) -> Bool
  ) throws(DiskError) {
    files = []
    folders = [top]
    while let path = folders.popLast() {
      if syncing { try disk.syncFolder(path, in: root) }
      do throws(DiskError) {
        let folder = try disk.open(path.bytes.isEmpty ? "." : path, in: root, .folder)
        defer { disk.abandon(folder) }
        try read(folder, at: path, where: isWanted)
      } catch {
        guard error.isMissing else { throw error }
      }
    }
  }

  private mutating func read(
    _ folder: Handle, at path: FileName, where isWanted: (FileName) -> Bool
  ) throws(DiskError) {
    var names: [FileName] = []
    batch.removeAll()
    for entry in try disk.entries(of: folder) {
      let isFolderName = ObjectPath.isValid(entry.name.bytes)
      if entry.kind == .folder {
        if isFolderName { folders.append(path.appending(entry.name)) }
      } else if isWanted(entry.name) || entry.kind == nil && isFolderName {
        names.append(entry.name)
        batch.append(.status(entry.name, in: folder))
      }
    }
    lane.perform(&batch)
    for (name, result) in zip(names, batch.results) {
      do throws(DiskError) {
        add(name, at: path, batch.statuses[try result.get()], isWanted: isWanted(name))
      } catch {
        guard error.isMissing else { throw error }
      }
    }
  }

  private mutating func add(
    _ name: FileName, at path: FileName, _ status: FileStatus, isWanted: Bool
  ) {
    let path = path.appending(name)
    switch status.kind {
    case .folder: folders.append(path)
    case .regular where isWanted:
      files.append(File(path: path, name: name, size: status.size, modified: status.modified))
    default: break
    }
  }
}
