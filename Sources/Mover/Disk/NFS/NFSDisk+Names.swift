// The contract of every call stands on `Disk`.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

import CNFS
public import FrameEngine
import Glibc

// Making, renaming and removing names. When an answer is lost, the call is sent again, and the
// second answer may tell of the first: "exists" of what we just made, "no such file" of what we
// just removed. Then a look at the server decides whose work it was.
extension NFSDisk {
  /// Makes a file that must not be there (CREATE, GUARDED). A random access time marks it as ours
  /// until something is read or set: after a lost answer it tells our empty file from another's.
  /// EXCLUSIVE does the same with the same trick on the server's side, but can set no mode.
  func create(_ name: FileName, from start: farmio_nfs_file, mode: UInt32) throws(DiskError)
    -> Handle
  {
    let place = try server.place(of: name, from: start, .open)
    let mark = Timestamp(
      seconds: .random(in: 1 << 30..<1 << 30 + 1 << 24), nanoseconds: .random(in: 0..<1_000_000_000)
    )
    var values = NFSValues()
    values.mode = mode & 0o7777 & ~umask
    values.accessed = mark
    let call = NFSCall(NFS3_CREATE, place.folder, name: place.last, values: values)
    var file: farmio_nfs_file?
    do throws(DiskError) {
      file = try server.perform(call, .open, name).file
    } catch {
      guard error.code == EEXIST, call.wasResent else { throw error }
      let found = try server.step(place.last, in: place.folder, .open, name)
      let isOurs =
        found.attributes.size == 0 && Int64(found.attributes.accessed) == mark.seconds
        && found.attributes.accessed_ns == mark.nanoseconds
      guard found.kind == .regular, isOurs else { throw error }
      file = found.file
    }
    let made: farmio_nfs_file
    if let file {
      made = file
    } else {
      made = try server.step(place.last, in: place.folder, .open, name).file
    }
    return try files.add(NFSOpenFile(made, .regular), name)
  }

  public func makeFolder(_ name: FileName, in folder: Handle, mode: UInt32) throws(DiskError) {
    let place = try server.place(
      of: name, from: try start(folder, name, .makeFolder), .makeFolder)
    var values = NFSValues()
    values.mode = mode & 0o7777 & ~umask
    let call = NFSCall(NFS3_MKDIR, place.folder, name: place.last, values: values)
    try make(call, place, .makeFolder, name) { (found) throws(DiskError) in found.kind == .folder }
  }

  public func makeSymbolicLink(_ name: FileName, in folder: Handle, to target: [UInt8])
    throws(DiskError)
  {
    let place = try server.place(of: name, from: try start(folder, name, .makeLink), .makeLink)
    let call = NFSCall(NFS3_SYMLINK, place.folder, name: place.last, otherName: target)
    try make(call, place, .makeLink, name) { (found) throws(DiskError) in
      guard found.kind == .symbolicLink else { return false }
      return try server.text(ofLink: found.file, .makeLink, name) == target
    }
  }

  public func makeNode(_ name: FileName, in folder: Handle, mode: UInt32, device: UInt64)
    throws(DiskError)
  {
    let place = try server.place(of: name, from: try start(folder, name, .makeNode), .makeNode)
    let kind = FileKind(mode: mode)
    let number = NFSDevice(number: device)
    var values = NFSValues()
    values.mode = mode & 0o7777 & ~umask
    switch kind {
    case .fifo: values.node = (NF3FIFO, 0, 0)
    case .socket: values.node = (NF3SOCK, 0, 0)
    case .characterDevice: values.node = (NF3CHR, number.major, number.minor)
    case .blockDevice: values.node = (NF3BLK, number.major, number.minor)
    default: throw DiskError(.makeNode, code: EINVAL, name: name)
    }
    let call = NFSCall(NFS3_MKNOD, place.folder, name: place.last, values: values)
    try make(call, place, .makeNode, name) { (found) throws(DiskError) in found.kind == kind }
  }

  /// Makes a name. If it exists after an answer was lost, `isWanted` says whether it is what was to
  /// be made.
  private func make(
    _ call: NFSCall, _ place: (folder: farmio_nfs_file, last: [UInt8]),
    _ operation: DiskError.Operation, _ name: FileName,
    _ isWanted: (NFSNode) throws(DiskError) -> Bool
  ) throws(DiskError) {
    do throws(DiskError) {
      try server.perform(call, operation, name)
    } catch {
      guard error.code == EEXIST, call.wasResent else { throw error }
      let found = try server.step(place.last, in: place.folder, operation, name)
      guard try isWanted(found) else { throw error }
    }
  }

  public func readSymbolicLink(_ name: FileName, in folder: Handle) throws(DiskError) -> [UInt8] {
    let node = try server.node(at: name, from: try start(folder, name, .readLink), .readLink)
    guard node.kind == .symbolicLink else {
      throw DiskError(.readLink, code: EINVAL, name: name)
    }
    return try server.text(ofLink: node.file, .readLink, name)
  }

  public func link(
    _ name: FileName, in folder: Handle, to newName: FileName, in newFolder: Handle
  ) throws(DiskError) {
    let node = try server.node(at: name, from: try start(folder, name, .link), .link)
    let place = try server.place(of: newName, from: try start(newFolder, newName, .link), .link)
    let call = NFSCall(NFS3_LINK, node.file, otherFile: place.folder, otherName: place.last)
    do throws(DiskError) {
      try server.perform(call, .link, newName)
    } catch {
      guard error.code == EEXIST, call.wasResent else { throw error }
      let found = try server.step(place.last, in: place.folder, .link, newName)
      guard found.attributes.inode == node.attributes.inode else { throw error }
    }
  }

  public func rename(
    _ name: FileName, in folder: Handle, to newName: FileName, in newFolder: Handle
  ) throws(DiskError) {
    let from = try server.place(of: name, from: try start(folder, name, .rename), .rename)
    let to = try server.place(of: newName, from: try start(newFolder, newName, .rename), .rename)
    let call = NFSCall(
      NFS3_RENAME, from.folder, name: from.last, otherFile: to.folder, otherName: to.last)
    do throws(DiskError) {
      try server.perform(call, .rename, newName)
    } catch {
      // The old name is gone and the new one is there: that is what was asked for.
      guard error.code == ENOENT, call.wasResent else { throw error }
      _ = try server.step(to.last, in: to.folder, .rename, newName)
    }
  }

  public func remove(_ name: FileName, in folder: Handle, isFolder: Bool) throws(DiskError) {
    let place = try server.place(of: name, from: try start(folder, name, .remove), .remove)
    let call = NFSCall(isFolder ? NFS3_RMDIR : NFS3_REMOVE, place.folder, name: place.last)
    do throws(DiskError) {
      try server.perform(call, .remove, name)
    } catch {
      guard error.code == ENOENT, call.wasResent else { throw error }
    }
  }
}
