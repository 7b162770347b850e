// The contract of every call stands on `Disk`.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

import CLinux
public import FrameEngine
import Glibc

// Modes, owners, times and extended attributes.
extension KernelDisk {
  public func setMode(_ handle: Handle, _ mode: UInt32) throws(DiskError) {
    try Kernel.call(.setMode) { farmio_fchmod(handle.descriptor, mode) }
  }

  public func setOwner(_ name: FileName, in folder: Handle, user: UInt32, group: UInt32)
    throws(DiskError)
  {
    try Kernel.call(.setOwner, name) {
      unsafe name.withCString {
        unsafe farmio_fchownat(folder.descriptor, $0, user, group, AT_SYMLINK_NOFOLLOW)
      }
    }
  }

  public func setOwner(_ handle: Handle, user: UInt32, group: UInt32) throws(DiskError) {
    try Kernel.call(.setOwner) {
      unsafe farmio_fchownat(handle.descriptor, "", user, group, farmio_at_empty_path)
    }
  }

  public func setTimes(_ name: FileName, in folder: Handle, modified: Timestamp)
    throws(DiskError)
  {
    try Kernel.call(.setTimes, name) {
      unsafe name.withCString {
        unsafe farmio_utimensat(
          folder.descriptor, $0, modified.seconds, Int(modified.nanoseconds),
          AT_SYMLINK_NOFOLLOW)
      }
    }
  }

  public func setTimes(_ handle: Handle, modified: Timestamp) throws(DiskError) {
    try Kernel.call(.setTimes) {
      farmio_futimens(handle.descriptor, modified.seconds, Int(modified.nanoseconds))
    }
  }

  public func attributes(of handle: Handle) throws(DiskError) -> [ExtendedAttribute] {
    try Kernel.attributes(of: .handle(handle), name: "")
  }

  public func attributes(of name: FileName, in folder: Handle) throws(DiskError)
    -> [ExtendedAttribute]
  {
    try Kernel.attributes(of: .named(name, in: folder), name: name)
  }

  public func setAttribute(_ handle: Handle, _ attribute: ExtendedAttribute) throws(DiskError) {
    try Kernel.setAttribute(attribute, of: .handle(handle), name: "")
  }

  public func setAttribute(_ name: FileName, in folder: Handle, _ attribute: ExtendedAttribute)
    throws(DiskError)
  {
    try Kernel.setAttribute(attribute, of: .named(name, in: folder), name: name)
  }

  public func removeAttribute(_ handle: Handle, named name: [UInt8]) throws(DiskError) {
    try unsafe FileName(name).withCString { key throws(DiskError) in
      _ = try Kernel.call(.setAttribute) { unsafe farmio_fremovexattr(handle.descriptor, key) }
    }
  }
}
