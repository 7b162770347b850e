// The contract of every call stands on `Disk`.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

public import FrameEngine
import Glibc

/// Several disks as one, for work that reads on one and writes on another: the machine's own, and
/// others that are reached by addresses such as `nfs://SERVER/EXPORT`.
///
/// A path from `Handle.current` that begins with a disk's address goes there, every other path to
/// the machine. A handle remembers its disk in its number, so the machine's handles are its plain
/// descriptors and cost nothing more. Nothing is linked, renamed, cloned or copied by a server from
/// one disk to another: such calls say what a kernel says of two mounts, and callers copy.
public final class JoinedDisk: Disk {
  /// A disk and the address that paths on it begin with, without a slash at the end.
  public struct Member: Sendable {
    /// What paths begin with.
    public let address: FileName
    let disk: any Disk

    /// A disk by its address.
    public init(_ address: FileName, _ disk: any Disk) {
      self.address = address
      self.disk = disk
    }
  }

  let local: any Disk
  let members: [Member]

  /// Joins at most 30 disks to the machine's.
  public init(_ local: any Disk, _ members: [Member]) {
    precondition(members.count <= 30, "no handle could tell so many disks apart")
    self.local = local
    // The longer address comes first: an export may lie inside another.
    self.members = members.sorted { $0.address.bytes.count > $1.address.bytes.count }
  }

  public func open(_ name: FileName, in folder: Handle, _ access: Access) throws(DiskError)
    -> Handle
  {
    let route = route(name, folder)
    return try route.told { () throws(DiskError) in
      route.outer(try route.disk.open(route.name, in: route.folder, access))
    }
  }

  public func close(_ handle: Handle) throws(DiskError) {
    let (disk, inner) = self[handle]
    try disk.close(inner)
  }

  public func status(of name: FileName, in folder: Handle) throws(DiskError) -> FileStatus {
    try routed(name, folder) { (disk, name, folder) throws(DiskError) in
      try disk.status(of: name, in: folder)
    }
  }

  public func status(of handle: Handle) throws(DiskError) -> FileStatus {
    let (disk, inner) = self[handle]
    return try disk.status(of: inner)
  }

  public func entries(of folder: Handle) throws(DiskError) -> [FolderEntry] {
    let (disk, inner) = self[folder]
    return try disk.entries(of: inner)
  }

  public func fileSystem(of handle: Handle) throws(DiskError) -> FileSystem {
    let (disk, inner) = self[handle]
    return try disk.fileSystem(of: inner)
  }

  public func makeLane() throws(DiskError) -> any Lane { JoinedLane(self, try local.makeLane()) }
}

// Names.
extension JoinedDisk {
  public func makeFolder(_ name: FileName, in folder: Handle, mode: UInt32) throws(DiskError) {
    // `nfs:` and `nfs://SERVER` are no folders, but whoever makes all folders of a path means that
    // they are there.
    if folder == .current, members.contains(where: { $0.isBelow(name) }) {
      throw DiskError(.makeFolder, code: EEXIST, name: name)
    }
    try routed(name, folder) { (disk, name, folder) throws(DiskError) in
      try disk.makeFolder(name, in: folder, mode: mode)
    }
  }

  public func makeSymbolicLink(_ name: FileName, in folder: Handle, to target: [UInt8])
    throws(DiskError)
  {
    try routed(name, folder) { (disk, name, folder) throws(DiskError) in
      try disk.makeSymbolicLink(name, in: folder, to: target)
    }
  }

  public func readSymbolicLink(_ name: FileName, in folder: Handle) throws(DiskError) -> [UInt8] {
    try routed(name, folder) { (disk, name, folder) throws(DiskError) in
      try disk.readSymbolicLink(name, in: folder)
    }
  }

  public func makeNode(_ name: FileName, in folder: Handle, mode: UInt32, device: UInt64)
    throws(DiskError)
  {
    try routed(name, folder) { (disk, name, folder) throws(DiskError) in
      try disk.makeNode(name, in: folder, mode: mode, device: device)
    }
  }

  public func link(
    _ name: FileName, in folder: Handle, to newName: FileName, in newFolder: Handle
  ) throws(DiskError) {
    let (from, to) = (route(name, folder), route(newName, newFolder))
    guard from.disk === to.disk else { throw DiskError(.link, code: EXDEV, name: newName) }
    try to.told { () throws(DiskError) in
      try to.disk.link(from.name, in: from.folder, to: to.name, in: to.folder)
    }
  }

  public func rename(
    _ name: FileName, in folder: Handle, to newName: FileName, in newFolder: Handle
  ) throws(DiskError) {
    let (from, to) = (route(name, folder), route(newName, newFolder))
    guard from.disk === to.disk else { throw DiskError(.rename, code: EXDEV, name: newName) }
    try to.told { () throws(DiskError) in
      try to.disk.rename(from.name, in: from.folder, to: to.name, in: to.folder)
    }
  }

  public func renameIfAbsent(
    _ name: FileName, in folder: Handle, to newName: FileName, in newFolder: Handle
  ) throws(DiskError) {
    let (from, to) = (route(name, folder), route(newName, newFolder))
    guard from.disk === to.disk else { throw DiskError(.rename, code: EXDEV, name: newName) }
    try to.told { () throws(DiskError) in
      try to.disk.renameIfAbsent(from.name, in: from.folder, to: to.name, in: to.folder)
    }
  }

  public func remove(_ name: FileName, in folder: Handle, isFolder: Bool) throws(DiskError) {
    try routed(name, folder) { (disk, name, folder) throws(DiskError) in
      try disk.remove(name, in: folder, isFolder: isFolder)
    }
  }
}
