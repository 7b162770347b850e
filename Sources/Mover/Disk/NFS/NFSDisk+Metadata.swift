// The contract of every call stands on `Disk`.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

import CNFS
public import FrameEngine
import Glibc

// Modes, owners and times; version 3 knows no extended attributes.
extension NFSDisk {
  private func set(
    _ values: NFSValues, of file: farmio_nfs_file, _ operation: DiskError.Operation,
    _ name: FileName = ""
  ) throws(DiskError) {
    try server.perform(NFSCall(NFS3_SETATTR, file, values: values), operation, name)
  }

  public func setMode(_ handle: Handle, _ mode: UInt32) throws(DiskError) {
    var values = NFSValues()
    values.mode = mode & 0o7777
    try set(values, of: try files.file(handle, .setMode).file, .setMode)
  }

  public func setOwner(_ name: FileName, in folder: Handle, user: UInt32, group: UInt32)
    throws(DiskError)
  {
    let node = try server.node(at: name, from: try start(folder, name, .setOwner), .setOwner)
    try setOwner(of: node.file, user, group, name)
  }

  public func setOwner(_ handle: Handle, user: UInt32, group: UInt32) throws(DiskError) {
    try setOwner(of: try files.file(handle, .setOwner).file, user, group, "")
  }

  private func setOwner(
    of file: farmio_nfs_file, _ user: UInt32, _ group: UInt32, _ name: FileName
  ) throws(DiskError) {
    var values = NFSValues()
    values.user = user
    values.group = group
    try set(values, of: file, .setOwner, name)
  }

  public func setTimes(_ name: FileName, in folder: Handle, modified: Timestamp)
    throws(DiskError)
  {
    let node = try server.node(at: name, from: try start(folder, name, .setTimes), .setTimes)
    try setTimes(of: node.file, modified, name)
  }

  public func setTimes(_ handle: Handle, modified: Timestamp) throws(DiskError) {
    try setTimes(of: try files.file(handle, .setTimes).file, modified, "")
  }

  private func setTimes(
    of file: farmio_nfs_file, _ modified: Timestamp, _ name: FileName
  ) throws(DiskError) {
    var values = NFSValues()
    values.accessed = modified
    values.modified = modified
    try set(values, of: file, .setTimes, name)
    unsettled.note(times: values, of: file)
  }

  public func attributes(of handle: Handle) throws(DiskError) -> [ExtendedAttribute] { [] }

  public func attributes(of name: FileName, in folder: Handle) throws(DiskError)
    -> [ExtendedAttribute]
  { [] }

  public func setAttribute(_ handle: Handle, _ attribute: ExtendedAttribute) throws(DiskError) {
    throw DiskError(.setAttribute, code: EOPNOTSUPP)
  }

  public func setAttribute(_ name: FileName, in folder: Handle, _ attribute: ExtendedAttribute)
    throws(DiskError)
  {
    throw DiskError(.setAttribute, code: EOPNOTSUPP, name: name)
  }

  public func removeAttribute(_ handle: Handle, named name: [UInt8]) throws(DiskError) {
    throw DiskError(.setAttribute, code: ENODATA)
  }
}
