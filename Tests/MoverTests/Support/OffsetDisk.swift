import FrameEngine
import Glibc

@testable import Mover

/// A folder of the machine as a disk of its own, with handles numbered as a server's disk numbers
/// them: what a joined disk must keep apart.
final class OffsetDisk: Disk {
  private static let offset: Int32 = 1 << 20
  private let inner = ThreadDisk()
  private let root: FileName

  init(_ root: FileName) { self.root = root }

  private func at(_ name: FileName) -> FileName {
    name.bytes.first == UInt8(ascii: "/") ? FileName(root.bytes + name.bytes) : name
  }

  private func at(_ handle: Handle) -> Handle {
    handle == .current ? handle : Handle(handle.descriptor - OffsetDisk.offset)
  }

  /// Runs `body`; a failure is told with the name that the caller gave.
  private func told<R>(
    _ name: FileName, _ body: () throws(DiskError) -> R
  ) throws(DiskError) -> R {
    do throws(DiskError) { return try body() } catch { throw error.at(name) }
  }

  func open(_ name: FileName, in folder: Handle, _ access: Access) throws(DiskError) -> Handle {
    try told(name) { () throws(DiskError) in
      Handle(try inner.open(at(name), in: at(folder), access).descriptor + OffsetDisk.offset)
    }
  }

  func close(_ handle: Handle) throws(DiskError) { try inner.close(at(handle)) }

  func status(of name: FileName, in folder: Handle) throws(DiskError) -> FileStatus {
    try told(name) { () throws(DiskError) in try inner.status(of: at(name), in: at(folder)) }
  }

  func status(of handle: Handle) throws(DiskError) -> FileStatus {
    try inner.status(of: at(handle))
  }

  func entries(of folder: Handle) throws(DiskError) -> [FolderEntry] {
    try inner.entries(of: at(folder))
  }

  func makeFolder(_ name: FileName, in folder: Handle, mode: UInt32) throws(DiskError) {
    try told(name) { () throws(DiskError) in
      try inner.makeFolder(at(name), in: at(folder), mode: mode)
    }
  }

  func makeSymbolicLink(_ name: FileName, in folder: Handle, to target: [UInt8])
    throws(DiskError)
  { try inner.makeSymbolicLink(at(name), in: at(folder), to: target) }

  func readSymbolicLink(_ name: FileName, in folder: Handle) throws(DiskError) -> [UInt8] {
    try inner.readSymbolicLink(at(name), in: at(folder))
  }

  func makeNode(_ name: FileName, in folder: Handle, mode: UInt32, device: UInt64)
    throws(DiskError)
  { try inner.makeNode(at(name), in: at(folder), mode: mode, device: device) }

  func link(
    _ name: FileName, in folder: Handle, to newName: FileName, in newFolder: Handle
  ) throws(DiskError) {
    try inner.link(at(name), in: at(folder), to: at(newName), in: at(newFolder))
  }

  func rename(
    _ name: FileName, in folder: Handle, to newName: FileName, in newFolder: Handle
  ) throws(DiskError) {
    try inner.rename(at(name), in: at(folder), to: at(newName), in: at(newFolder))
  }

  func remove(_ name: FileName, in folder: Handle, isFolder: Bool) throws(DiskError) {
    try told(name) { () throws(DiskError) in
      try inner.remove(at(name), in: at(folder), isFolder: isFolder)
    }
  }

  func read(_ handle: Handle, at offset: Int64, into buffer: inout MutableRawSpan)
    throws(DiskError) -> Int
  { try inner.read(at(handle), at: offset, into: &buffer) }

  func write(_ handle: Handle, at offset: Int64, _ bytes: RawSpan) throws(DiskError) {
    try inner.write(at(handle), at: offset, bytes)
  }

  func setSize(_ handle: Handle, to byteCount: Int64) throws(DiskError) {
    try inner.setSize(at(handle), to: byteCount)
  }

  func reserve(_ handle: Handle, byteCount: Int64) throws(DiskError) {
    try inner.reserve(at(handle), byteCount: byteCount)
  }

  func nextData(_ handle: Handle, from offset: Int64, size: Int64) throws(DiskError)
    -> Range<Int64>?
  { try inner.nextData(at(handle), from: offset, size: size) }

  func copyRange(
    from source: Handle, at offset: Int64, to target: Handle, at targetOffset: Int64,
    byteCount: Int
  ) throws(DiskError) -> Int {
    try inner.copyRange(
      from: at(source), at: offset, to: at(target), at: targetOffset, byteCount: byteCount)
  }

  func clone(_ source: Handle, to target: Handle) throws(DiskError) -> Bool {
    try inner.clone(at(source), to: at(target))
  }

  func sync(_ handle: Handle) throws(DiskError) { try inner.sync(at(handle)) }

  func syncFileSystem(_ handle: Handle) throws(DiskError) {
    try inner.syncFileSystem(at(handle))
  }

  func setMode(_ handle: Handle, _ mode: UInt32) throws(DiskError) {
    try inner.setMode(at(handle), mode)
  }

  func setOwner(_ name: FileName, in folder: Handle, user: UInt32, group: UInt32)
    throws(DiskError)
  { try inner.setOwner(at(name), in: at(folder), user: user, group: group) }

  func setOwner(_ handle: Handle, user: UInt32, group: UInt32) throws(DiskError) {
    try inner.setOwner(at(handle), user: user, group: group)
  }

  func setTimes(_ name: FileName, in folder: Handle, modified: Timestamp) throws(DiskError) {
    try inner.setTimes(at(name), in: at(folder), modified: modified)
  }

  func setTimes(_ handle: Handle, modified: Timestamp) throws(DiskError) {
    try inner.setTimes(at(handle), modified: modified)
  }

  func attributes(of handle: Handle) throws(DiskError) -> [ExtendedAttribute] {
    try inner.attributes(of: at(handle))
  }

  func attributes(of name: FileName, in folder: Handle) throws(DiskError) -> [ExtendedAttribute] {
    try inner.attributes(of: at(name), in: at(folder))
  }

  func setAttribute(_ handle: Handle, _ attribute: ExtendedAttribute) throws(DiskError) {
    try inner.setAttribute(at(handle), attribute)
  }

  func setAttribute(_ name: FileName, in folder: Handle, _ attribute: ExtendedAttribute)
    throws(DiskError)
  { try inner.setAttribute(at(name), in: at(folder), attribute) }

  func removeAttribute(_ handle: Handle, named name: [UInt8]) throws(DiskError) {
    try inner.removeAttribute(at(handle), named: name)
  }

  func fileSystem(of handle: Handle) throws(DiskError) -> FileSystem {
    try inner.fileSystem(of: at(handle))
  }

  func makeLane() throws(DiskError) -> any Lane { DiskLane(disk: self) }
}
