// The contract of every call stands on `Disk`.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

import CLinux
public import FrameEngine
import Glibc

/// A disk that the running kernel serves. Every call is a plain system call on the calling thread;
/// conforming types differ only in the lanes they make.
///
/// - `direct` access is a wish: a file system without it is opened buffered.
/// - A handle from `.read` may be asked for by anyone who may read the file; access times stay as
///   they are where the kernel permits it.
/// - `entries` moves the folder handle's position: one thread lists a handle at a time.
/// - Extended attributes by name go through `/proc`, which must be mounted.
public protocol KernelDisk: Disk {}

extension KernelDisk {
  public func open(_ name: FileName, in folder: Handle, _ access: Access) throws(DiskError)
    -> Handle
  {
    try Kernel.open(name, in: folder, access)
  }

  public func close(_ handle: Handle) throws(DiskError) {
    try Kernel.close(handle.descriptor)
  }

  public func status(of name: FileName, in folder: Handle) throws(DiskError) -> FileStatus {
    try Kernel.status(of: name, in: folder)
  }

  public func status(of handle: Handle) throws(DiskError) -> FileStatus {
    try Kernel.status(of: handle)
  }

  public func entries(of folder: Handle) throws(DiskError) -> [FolderEntry] {
    try Kernel.entries(of: folder)
  }

  public func fileSystem(of handle: Handle) throws(DiskError) -> FileSystem {
    try Kernel.fileSystem(of: handle)
  }
}

// Bytes of open files.
extension KernelDisk {
  public func read(_ handle: Handle, at offset: Int64, into buffer: inout MutableRawSpan)
    throws(DiskError) -> Int
  {
    try unsafe buffer.withUnsafeMutableBytes { bytes throws(DiskError) in
      try unsafe Kernel.read(handle, at: offset, into: bytes)
    }
  }

  public func write(_ handle: Handle, at offset: Int64, _ bytes: RawSpan) throws(DiskError) {
    try unsafe bytes.withUnsafeBytes { bytes throws(DiskError) in
      try unsafe Kernel.write(handle, at: offset, from: bytes)
    }
  }

  public func setSize(_ handle: Handle, to byteCount: Int64) throws(DiskError) {
    try Kernel.call(.setSize) { farmio_ftruncate(handle.descriptor, byteCount) }
  }

  public func reserve(_ handle: Handle, byteCount: Int64) throws(DiskError) {
    try Kernel.reserve(handle, byteCount: byteCount)
  }

  public func nextData(_ handle: Handle, from offset: Int64, size: Int64) throws(DiskError)
    -> Range<Int64>?
  {
    try Kernel.nextData(handle, from: offset, size: size)
  }

  public func copyRange(
    from source: Handle, at offset: Int64, to target: Handle, at targetOffset: Int64,
    byteCount: Int
  ) throws(DiskError) -> Int {
    try Kernel.copyRange(
      from: source, at: offset, to: target, at: targetOffset, byteCount: byteCount)
  }

  public func clone(_ source: Handle, to target: Handle) throws(DiskError) -> Bool {
    try Kernel.clone(source, to: target)
  }

  public func cachedByteCount(of handle: Handle) throws(DiskError) -> Int64? {
    try Kernel.cachedByteCount(of: handle)
  }

  public func startWriting(_ handle: Handle) {
    // A failure now is a failure of the sync that follows, which reports it.
    _ = farmio_start_writing(handle.descriptor)
  }

  public func sync(_ handle: Handle) throws(DiskError) {
    try Kernel.call(.sync) { farmio_fsync(handle.descriptor) }
  }

  public func syncFileSystem(_ handle: Handle) throws(DiskError) {
    try Kernel.call(.sync) { farmio_syncfs(handle.descriptor) }
  }
}
