import FrameEngine
import Glibc

@testable import Mover

/// The kernel's disk, except that it refuses what permissions refuse to programs that are not root.
final class RefusingDisk: KernelDisk {
  private let plain = ThreadDisk()
  private let unreadableName: FileName?
  private let code: Int32
  private let refusesOwners: Bool
  private let refusesLinks: Bool

  /// Refuses to open `name`.
  init(
    name: FileName? = nil, code: Int32 = EACCES, refusesOwners: Bool = false,
    refusesLinks: Bool = false
  ) {
    self.refusesLinks = refusesLinks
    self.unreadableName = name
    self.code = code
    self.refusesOwners = refusesOwners
  }

  func open(_ name: FileName, in folder: Handle, _ access: Access) throws(DiskError) -> Handle {
    if name == unreadableName { throw DiskError(.open, code: code, name: name) }
    return try plain.open(name, in: folder, access)
  }

  func setOwner(_ handle: Handle, user: UInt32, group: UInt32) throws(DiskError) {
    if refusesOwners { throw DiskError(.setOwner, code: EPERM) }
    try plain.setOwner(handle, user: user, group: group)
  }

  /// As a file system without hard links does.
  func link(
    _ name: FileName, in folder: Handle, to newName: FileName, in newFolder: Handle
  ) throws(DiskError) {
    if refusesLinks { throw DiskError(.link, code: EPERM, name: newName) }
    try plain.link(name, in: folder, to: newName, in: newFolder)
  }

  func makeLane() throws(DiskError) -> any Lane { try plain.makeLane() }
}
