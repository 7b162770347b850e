// The contract of every call stands on `Disk`.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

public import FrameEngine
import Glibc

// What a bucket has not, and what is not written in place.
extension BucketDisk {
  static func readOnly(_ operation: DiskError.Operation, _ name: FileName = "") -> DiskError {
    DiskError(operation, code: EROFS, name: name, detail: "objects are not changed in place")
  }

  public func makeFolder(_ name: FileName, in folder: Handle, mode: UInt32) throws(DiskError) {
    throw BucketDisk.readOnly(.makeFolder, name)
  }

  public func makeSymbolicLink(_ name: FileName, in folder: Handle, to target: [UInt8])
    throws(DiskError)
  {
    throw BucketDisk.readOnly(.makeLink, name)
  }

  public func makeNode(_ name: FileName, in folder: Handle, mode: UInt32, device: UInt64)
    throws(DiskError)
  {
    throw BucketDisk.readOnly(.makeNode, name)
  }

  public func link(
    _ name: FileName, in folder: Handle, to newName: FileName, in newFolder: Handle
  ) throws(DiskError) {
    throw BucketDisk.readOnly(.link, name)
  }

  public func rename(
    _ name: FileName, in folder: Handle, to newName: FileName, in newFolder: Handle
  ) throws(DiskError) {
    throw BucketDisk.readOnly(.rename, name)
  }

  public func write(_ handle: Handle, at offset: Int64, _ bytes: RawSpan) throws(DiskError) {
    throw BucketDisk.readOnly(.write)
  }

  public func setSize(_ handle: Handle, to byteCount: Int64) throws(DiskError) {
    throw BucketDisk.readOnly(.setSize)
  }

  public func reserve(_ handle: Handle, byteCount: Int64) throws(DiskError) {
    throw BucketDisk.readOnly(.reserve)
  }

  public func nextData(_ handle: Handle, from offset: Int64, size: Int64) throws(DiskError)
    -> Range<Int64>?
  {
    offset < size ? offset..<size : nil
  }

  public func copyRange(
    from source: Handle, at offset: Int64, to target: Handle, at targetOffset: Int64,
    byteCount: Int
  ) throws(DiskError) -> Int { 0 }

  public func clone(_ source: Handle, to target: Handle) throws(DiskError) -> Bool { false }

  public func sync(_ handle: Handle) throws(DiskError) {}

  public func syncFileSystem(_ handle: Handle) throws(DiskError) {}

  public func setMode(_ handle: Handle, _ mode: UInt32) throws(DiskError) {
    throw BucketDisk.readOnly(.setMode)
  }

  public func setOwner(_ name: FileName, in folder: Handle, user: UInt32, group: UInt32)
    throws(DiskError)
  {
    throw BucketDisk.readOnly(.setOwner, name)
  }

  public func setOwner(_ handle: Handle, user: UInt32, group: UInt32) throws(DiskError) {
    throw BucketDisk.readOnly(.setOwner)
  }

  public func setTimes(_ name: FileName, in folder: Handle, modified: Timestamp) throws(DiskError) {
    throw BucketDisk.readOnly(.setTimes, name)
  }

  public func setTimes(_ handle: Handle, modified: Timestamp) throws(DiskError) {
    throw BucketDisk.readOnly(.setTimes)
  }

  public func attributes(of handle: Handle) throws(DiskError) -> [ExtendedAttribute] { [] }

  public func attributes(of name: FileName, in folder: Handle) throws(DiskError)
    -> [ExtendedAttribute]
  { [] }

  public func setAttribute(_ handle: Handle, _ attribute: ExtendedAttribute) throws(DiskError) {
    throw BucketDisk.readOnly(.setAttribute)
  }

  public func setAttribute(_ name: FileName, in folder: Handle, _ attribute: ExtendedAttribute)
    throws(DiskError)
  {
    throw BucketDisk.readOnly(.setAttribute, name)
  }

  public func removeAttribute(_ handle: Handle, named name: [UInt8]) throws(DiskError) {
    throw BucketDisk.readOnly(.setAttribute)
  }
}
