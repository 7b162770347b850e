// The contract of every call stands on `Disk`.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

public import FrameEngine
import Glibc

// Bytes of open files, and what a share does not have of metadata.
extension SMBDisk {
  public func read(_ handle: Handle, at offset: Int64, into buffer: inout MutableRawSpan)
    throws(DiskError) -> Int
  {
    let file = try file(handle, .read)
    var done = 0
    while done < buffer.byteCount {
      var request = SMBRequest(.read)
      request.file = file.number
      request.offset = offset + Int64(done)
      request.byteCount = min(buffer.byteCount - done, SMBRequest.dataCapacity)
      let count = try unsafe buffer.withUnsafeMutableBytes { all throws(DiskError) in
        let target = unsafe UnsafeMutableRawBufferPointer(rebasing: all[done...])
        return try onFile(file, .read) { (connection) throws(SMBFault) in
          try unsafe connection.read(request, into: target)
        }
      }
      done += count
      if count < request.byteCount { break }
    }
    return done
  }

  public func write(_ handle: Handle, at offset: Int64, _ bytes: RawSpan) throws(DiskError) {
    let file = try file(handle, .write)
    guard file.isWritable else { throw DiskError(.write, code: EBADF) }
    for start in stride(from: 0, to: bytes.byteCount, by: SMBRequest.dataCapacity) {
      let part = bytes.extracting(start..<min(start + SMBRequest.dataCapacity, bytes.byteCount))
      var request = SMBRequest(.write)
      request.file = file.number
      request.offset = offset + Int64(start)
      request.byteCount = part.byteCount
      try onFile(file, .write) { (connection) throws(SMBFault) in
        try connection.setData(part)
        _ = try connection.ask(request)
      }
    }
  }

  public func setSize(_ handle: Handle, to byteCount: Int64) throws(DiskError) {
    let file = try file(handle, .setSize)
    var request = SMBRequest(.setSize)
    request.file = file.number
    request.offset = byteCount
    try onFile(file, .setSize) { (connection) throws(SMBFault) in
      _ = try connection.ask(request)
    }
  }

  /// Nothing is reserved: the protocol's way does not pass through the library.
  public func reserve(_ handle: Handle, byteCount: Int64) throws(DiskError) {
    _ = try file(handle, .reserve)
  }

  public func nextData(_ handle: Handle, from offset: Int64, size: Int64) throws(DiskError)
    -> Range<Int64>?
  {
    _ = try file(handle, .seek)
    return offset < size ? offset..<size : nil
  }

  public func copyRange(
    from source: Handle, at offset: Int64, to target: Handle, at targetOffset: Int64,
    byteCount: Int
  ) throws(DiskError) -> Int { 0 }

  public func clone(_ source: Handle, to target: Handle) throws(DiskError) -> Bool { false }

  /// Does nothing: see `SMBDisk`.
  public func sync(_ handle: Handle) throws(DiskError) {
    _ = try handles.entry(handle, .sync)
  }

  /// Does nothing: see `SMBDisk`.
  public func syncFileSystem(_ handle: Handle) throws(DiskError) {
    _ = try handles.entry(handle, .sync)
  }

  public func setMode(_ handle: Handle, _ mode: UInt32) throws(DiskError) {
    throw DiskError(.setMode, code: EOPNOTSUPP)
  }

  public func setOwner(_ name: FileName, in folder: Handle, user: UInt32, group: UInt32)
    throws(DiskError)
  {
    throw DiskError(.setOwner, code: EOPNOTSUPP, name: name)
  }

  public func setOwner(_ handle: Handle, user: UInt32, group: UInt32) throws(DiskError) {
    throw DiskError(.setOwner, code: EOPNOTSUPP)
  }

  public func setTimes(_ name: FileName, in folder: Handle, modified: Timestamp)
    throws(DiskError)
  {
    try setTime(at: try path(name, in: folder, .setTimes, orElse: ENOENT), modified, name)
  }

  /// Of a file that is written the time is set when it is closed, and shown until then.
  public func setTimes(_ handle: Handle, modified: Timestamp) throws(DiskError) {
    let entry = try handles.entry(handle, .setTimes)
    if entry.file?.isWritable == true {
      handles.setTime(handle, modified.inMicroseconds)
    } else {
      try setTime(at: entry.path, modified, "")
    }
  }

  public func attributes(of handle: Handle) throws(DiskError) -> [ExtendedAttribute] {
    _ = try handles.entry(handle, .attributes)
    return []
  }

  public func attributes(of name: FileName, in folder: Handle) throws(DiskError)
    -> [ExtendedAttribute]
  {
    _ = try path(name, in: folder, .attributes, orElse: ENOENT)
    return []
  }

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

  private func file(_ handle: Handle, _ operation: DiskError.Operation) throws(DiskError)
    -> SMBHandles.File
  {
    guard let file = try handles.entry(handle, operation).file else {
      throw DiskError(operation, code: EISDIR)
    }
    return file
  }
}

extension SMBDisk {
  /// Opens, reads from the start and closes in one request.
  func load(
    _ name: FileName, in folder: Handle, into buffer: UnsafeMutableRawBufferPointer
  ) throws(DiskError) -> Int {
    guard buffer.count <= SMBRequest.dataCapacity else {
      let file = try open(name, in: folder, .read())
      defer { abandon(file) }
      var span = unsafe MutableRawSpan(_unsafeBytes: buffer)
      return try read(file, at: 0, into: &span)
    }
    var request = SMBRequest(.load, try path(name, in: folder, .open, orElse: ENOENT))
    request.byteCount = buffer.count
    return try failing(.read, name) { () throws(SMBFault) in
      try patiently { () throws(SMBFault) in
        try pool.repeating { (connection, _) throws(SMBFault) in
          try unsafe connection.read(request, into: buffer)
        }
      }
    }
  }
}

extension SMBConnection {
  /// Asks for bytes and brings them to `target`, as many as came.
  fileprivate mutating func read(
    _ request: SMBRequest, into target: UnsafeMutableRawBufferPointer
  ) throws(SMBFault) -> Int {
    let count = try ask(request).value
    guard count <= request.byteCount, count <= target.count else { throw .refused(EPROTO) }
    withData(count) { bytes in
      var span = unsafe MutableRawSpan(_unsafeBytes: target)
      span.begin(with: bytes)
    }
    return count
  }
}

extension Timestamp {
  /// The time as the library passes it on.
  fileprivate var inMicroseconds: Timestamp {
    Timestamp(seconds: seconds, nanoseconds: nanoseconds - nanoseconds % 1_000)
  }
}
