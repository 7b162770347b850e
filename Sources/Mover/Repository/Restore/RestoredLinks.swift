import FrameEngine
import Glibc

/// Names of one file: the first is restored, the others are linked to it at the end.
struct RestoredLinks {
  private var firsts: [FileIdentity: FirstName] = [:]
  private(set) var names: [LinkedName] = []

  /// The name whose bytes are restored.
  struct FirstName: Sendable {
    let folder: RestoreFolder
    let name: FileName

    var path: FileName { folder.path.appending(name) }
  }

  /// The first name of the file, if it is not this one.
  func first(of entry: TreeEntry) -> FirstName? {
    entry.linkCount > 1 ? firsts[FileIdentity(entry)] : nil
  }

  /// Takes note of a file that may have more names.
  mutating func note(_ entry: TreeEntry, at folder: RestoreFolder) {
    guard entry.linkCount > 1 else { return }
    firsts[FileIdentity(entry)] = FirstName(folder: folder, name: entry.name)
  }

  mutating func add(_ name: LinkedName) { names.append(name) }
}

/// One more name of a restored file.
struct LinkedName: Sendable {
  let first: RestoredLinks.FirstName
  let folder: RestoreFolder
  let entry: TreeEntry

  var path: FileName { folder.path.appending(entry.name) }

  /// Makes the name, replacing what has it, unless it is the same file already. `true` if the file
  /// system has no hard links, and the name stands for a copy.
  func make(on disk: any Disk, policy: MetadataPolicy) throws(DiskError) -> Bool {
    let from = try first.folder.opened(on: disk).handle
    let handle = try folder.opened(on: disk).handle
    let wanted = try disk.status(of: first.name, in: from)
    var existing: FileStatus?
    do throws(DiskError) {
      existing = try disk.status(of: entry.name, in: handle)
    } catch {
      guard error.code == ENOENT else { throw error }
    }
    if let existing, FileIdentity(existing) == FileIdentity(wanted) { return false }
    let part = RestoreFile(folder: folder, entry: entry, left: 0).partName
    try disk.removeIfPresent(part, in: handle)
    var isCopy = false
    do throws(DiskError) {
      try disk.link(first.name, in: from, to: part, in: handle)
    } catch {
      guard error.meansNoHardLinks, entry.kind == .regular else { throw error }
      if let existing, existing.isCopy(of: wanted) { return true }
      try copy(wanted, from: from, to: part, in: handle, on: disk, policy)
      isCopy = true
    }
    try disk.rename(part, in: handle, to: entry.name, in: handle)
    return isCopy
  }

  private func copy(
    _ wanted: FileStatus, from: Handle, to part: FileName, in handle: Handle, on disk: any Disk,
    _ policy: MetadataPolicy
  ) throws(DiskError) {
    try disk.copyFile(first.name, in: from, to: part, in: handle, size: wanted.size) {
      (target) throws(DiskError) in
      let current = FileMetadata.Current(try disk.status(of: target))
      // What the target does not take was told of the first name.
      _ = try entry.metadata.apply(to: target, current: current, on: disk, policy: policy)
    }
  }
}

extension FileIdentity {
  /// The identity that a file had when it was stored.
  init(_ entry: TreeEntry) { self.init(entry.status) }
}

extension TreeEntry {
  /// The status that the file had when it was stored.
  var status: FileStatus {
    var device: UInt64 = 0
    if case .device(let number) = content { device = number }
    return FileStatus(
      kind: kind, mode: mode, user: user, group: group, size: size, allocated: size,
      modified: modified, changed: changed, inode: inode, volume: volume, linkCount: linkCount,
      device: device)
  }

  /// What is set on a restored file.
  var metadata: FileMetadata {
    var target = [UInt8]()
    if case .link(let bytes) = content { target = bytes }
    return FileMetadata(status, attributes: attributes, linkTarget: target)
  }

  /// Whether a file has this metadata already.
  func hasMetadata(
    of status: FileStatus, _ name: FileName, in handle: Handle, on disk: any Disk
  ) throws(DiskError) -> Bool {
    guard mode == status.mode, user == status.user, group == status.group,
      modified == status.modified
    else { return false }
    return try disk.attributes(of: name, in: handle) == attributes
  }
}
