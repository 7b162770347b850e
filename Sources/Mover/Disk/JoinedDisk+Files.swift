// The contract of every call stands on `Disk`.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

public import FrameEngine

// Bytes and metadata of open files: each call goes to the disk of its handle.
extension JoinedDisk {
  public func read(_ handle: Handle, at offset: Int64, into buffer: inout MutableRawSpan)
    throws(DiskError) -> Int
  {
    let (disk, inner) = self[handle]
    return try disk.read(inner, at: offset, into: &buffer)
  }

  public func write(_ handle: Handle, at offset: Int64, _ bytes: RawSpan) throws(DiskError) {
    let (disk, inner) = self[handle]
    try disk.write(inner, at: offset, bytes)
  }

  public func setSize(_ handle: Handle, to byteCount: Int64) throws(DiskError) {
    let (disk, inner) = self[handle]
    try disk.setSize(inner, to: byteCount)
  }

  public func reserve(_ handle: Handle, byteCount: Int64) throws(DiskError) {
    let (disk, inner) = self[handle]
    try disk.reserve(inner, byteCount: byteCount)
  }

  public func nextData(_ handle: Handle, from offset: Int64, size: Int64) throws(DiskError)
    -> Range<Int64>?
  {
    let (disk, inner) = self[handle]
    return try disk.nextData(inner, from: offset, size: size)
  }

  public func copyRange(
    from source: Handle, at offset: Int64, to target: Handle, at targetOffset: Int64,
    byteCount: Int
  ) throws(DiskError) -> Int {
    let (from, to) = (self[source], self[target])
    guard from.disk === to.disk else { return 0 }
    return try to.disk.copyRange(
      from: from.inner, at: offset, to: to.inner, at: targetOffset, byteCount: byteCount)
  }

  public func clone(_ source: Handle, to target: Handle) throws(DiskError) -> Bool {
    let (from, to) = (self[source], self[target])
    guard from.disk === to.disk else { return false }
    return try to.disk.clone(from.inner, to: to.inner)
  }

  public func cachedByteCount(of handle: Handle) throws(DiskError) -> Int64? {
    let (disk, inner) = self[handle]
    return try disk.cachedByteCount(of: inner)
  }

  public func startWriting(_ handle: Handle) {
    let (disk, inner) = self[handle]
    disk.startWriting(inner)
  }

  public func sync(_ handle: Handle) throws(DiskError) {
    let (disk, inner) = self[handle]
    try disk.sync(inner)
  }

  public func syncFileSystem(_ handle: Handle) throws(DiskError) {
    let (disk, inner) = self[handle]
    try disk.syncFileSystem(inner)
  }

  public func setMode(_ handle: Handle, _ mode: UInt32) throws(DiskError) {
    let (disk, inner) = self[handle]
    try disk.setMode(inner, mode)
  }

  public func setOwner(_ name: FileName, in folder: Handle, user: UInt32, group: UInt32)
    throws(DiskError)
  {
    try routed(name, folder) { (disk, name, folder) throws(DiskError) in
      try disk.setOwner(name, in: folder, user: user, group: group)
    }
  }

  public func setOwner(_ handle: Handle, user: UInt32, group: UInt32) throws(DiskError) {
    let (disk, inner) = self[handle]
    try disk.setOwner(inner, user: user, group: group)
  }

  public func setTimes(_ name: FileName, in folder: Handle, modified: Timestamp)
    throws(DiskError)
  {
    try routed(name, folder) { (disk, name, folder) throws(DiskError) in
      try disk.setTimes(name, in: folder, modified: modified)
    }
  }

  public func setTimes(_ handle: Handle, modified: Timestamp) throws(DiskError) {
    let (disk, inner) = self[handle]
    try disk.setTimes(inner, modified: modified)
  }

  public func attributes(of handle: Handle) throws(DiskError) -> [ExtendedAttribute] {
    let (disk, inner) = self[handle]
    return try disk.attributes(of: inner)
  }

  public func attributes(of name: FileName, in folder: Handle) throws(DiskError)
    -> [ExtendedAttribute]
  {
    try routed(name, folder) { (disk, name, folder) throws(DiskError) in
      try disk.attributes(of: name, in: folder)
    }
  }

  public func setAttribute(_ handle: Handle, _ attribute: ExtendedAttribute) throws(DiskError) {
    let (disk, inner) = self[handle]
    try disk.setAttribute(inner, attribute)
  }

  public func setAttribute(_ name: FileName, in folder: Handle, _ attribute: ExtendedAttribute)
    throws(DiskError)
  {
    try routed(name, folder) { (disk, name, folder) throws(DiskError) in
      try disk.setAttribute(name, in: folder, attribute)
    }
  }

  public func removeAttribute(_ handle: Handle, named name: [UInt8]) throws(DiskError) {
    let (disk, inner) = self[handle]
    try disk.removeAttribute(inner, named: name)
  }
}
