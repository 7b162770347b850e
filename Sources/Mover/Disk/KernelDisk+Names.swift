// The contract of every call stands on `Disk`.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

import CLinux
public import FrameEngine
import Glibc

// Making, renaming and removing names.
extension KernelDisk {
  public func makeFolder(_ name: FileName, in folder: Handle, mode: UInt32) throws(DiskError) {
    try Kernel.call(.makeFolder, name) {
      unsafe name.withCString { unsafe farmio_mkdirat(folder.descriptor, $0, mode) }
    }
  }

  public func makeSymbolicLink(_ name: FileName, in folder: Handle, to target: [UInt8])
    throws(DiskError)
  {
    try Kernel.call(.makeLink, name) {
      unsafe FileName(target).withCString { target in
        unsafe name.withCString { unsafe farmio_symlinkat(target, folder.descriptor, $0) }
      }
    }
  }

  public func readSymbolicLink(_ name: FileName, in folder: Handle) throws(DiskError) -> [UInt8] {
    // Linux makes no link longer than 4095 bytes (PATH_MAX with its NUL).
    var target = [UInt8](repeating: 0, count: 4096)
    let count = try Kernel.call(.readLink, name) {
      unsafe name.withCString { path in
        unsafe target.withUnsafeMutableBytes {
          unsafe farmio_readlinkat(
            folder.descriptor, path, $0.baseAddress!.assumingMemoryBound(to: CChar.self), $0.count)
        }
      }
    }
    target.removeSubrange(count...)
    return target
  }

  public func makeNode(_ name: FileName, in folder: Handle, mode: UInt32, device: UInt64)
    throws(DiskError)
  {
    try Kernel.call(.makeNode, name) {
      unsafe name.withCString { unsafe farmio_mknodat(folder.descriptor, $0, mode, device) }
    }
  }

  public func link(
    _ name: FileName, in folder: Handle, to newName: FileName, in newFolder: Handle
  ) throws(DiskError) {
    try Kernel.call(.link, newName) {
      unsafe name.withCString { path in
        unsafe newName.withCString {
          unsafe farmio_linkat(folder.descriptor, path, newFolder.descriptor, $0)
        }
      }
    }
  }

  public func rename(
    _ name: FileName, in folder: Handle, to newName: FileName, in newFolder: Handle
  ) throws(DiskError) {
    try Kernel.call(.rename, newName) {
      unsafe name.withCString { path in
        unsafe newName.withCString {
          unsafe farmio_renameat(folder.descriptor, path, newFolder.descriptor, $0)
        }
      }
    }
  }

  public func remove(_ name: FileName, in folder: Handle, isFolder: Bool) throws(DiskError) {
    try Kernel.call(.remove, name) {
      unsafe name.withCString {
        unsafe farmio_unlinkat(folder.descriptor, $0, isFolder ? AT_REMOVEDIR : 0)
      }
    }
  }
}
