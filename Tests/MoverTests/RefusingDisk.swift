import FrameEngine

@testable import Mover

/// The kernel's disk, except that one name cannot be opened: what permissions do to programs that
/// are not root.
final class RefusingDisk: KernelDisk {
  private let plain = ThreadDisk()
  private let name: FileName
  private let code: Int32

  init(name: FileName, code: Int32) {
    self.name = name
    self.code = code
  }

  func open(_ name: FileName, in folder: Handle, _ access: Access) throws(DiskError) -> Handle {
    if name == self.name { throw DiskError(.open, code: code, name: name) }
    return try plain.open(name, in: folder, access)
  }

  func makeLane() throws(DiskError) -> any Lane { try plain.makeLane() }
}
