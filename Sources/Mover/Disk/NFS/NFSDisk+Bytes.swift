// The contract of every call stands on `Disk`.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

import CNFS
import FrameEngine
import Glibc

// Bytes of open files.
extension NFSDisk {
  public func read(_ handle: Handle, at offset: Int64, into buffer: inout MutableRawSpan)
    throws(DiskError) -> Int
  {
    let file = try files.file(handle, .read)
    return try unsafe buffer.withUnsafeMutableBytes { bytes throws(DiskError) in
      let transfer = unsafe NFSReading(server, file.file, offset, bytes)
      return try transfer.finish("")
    }
  }

  public func write(_ handle: Handle, at offset: Int64, _ bytes: RawSpan) throws(DiskError) {
    let file = try files.file(handle, .write)
    try unsafe bytes.withUnsafeBytes { bytes throws(DiskError) in
      let transfer = try unsafe NFSWriting(self, file, offset, bytes)
      _ = try transfer.finish()
    }
  }

  public func setSize(_ handle: Handle, to byteCount: Int64) throws(DiskError) {
    let file = try files.file(handle, .setSize)
    // What was cut off must not be written again.
    try unsettled.settle(file.key, .setSize)
    var values = NFSValues()
    values.size = byteCount
    try server.perform(NFSCall(NFS3_SETATTR, file.file, values: values), .setSize)
  }

  public func reserve(_ handle: Handle, byteCount: Int64) throws(DiskError) {}

  public func nextData(_ handle: Handle, from offset: Int64, size: Int64) throws(DiskError)
    -> Range<Int64>?
  { offset < size ? offset..<size : nil }

  public func copyRange(
    from source: Handle, at offset: Int64, to target: Handle, at targetOffset: Int64,
    byteCount: Int
  ) throws(DiskError) -> Int { 0 }

  public func clone(_ source: Handle, to target: Handle) throws(DiskError) -> Bool { false }

  public func sync(_ handle: Handle) throws(DiskError) {
    try unsettled.settle(try files.file(handle, .sync).key, .sync)
  }

  public func syncFileSystem(_ handle: Handle) throws(DiskError) {
    _ = try files.file(handle, .sync)
    try unsettled.settleAll()
  }
}

/// A read that is under way: as many calls as the server's largest answer makes necessary.
@safe struct NFSReading {
  private let server: NFSServer
  private let file: farmio_nfs_file
  private let offset: Int64
  private let buffer: UnsafeMutableRawBufferPointer
  private let calls: [NFSCall]

  /// Starts to fill `buffer`, which must stay until `finish` has returned.
  @unsafe init(
    _ server: NFSServer, _ file: farmio_nfs_file, _ offset: Int64,
    _ buffer: UnsafeMutableRawBufferPointer
  ) {
    self.server = server
    self.file = file
    self.offset = offset
    unsafe self.buffer = buffer
    calls = stride(from: 0, to: buffer.count, by: server.sizes.read).map { start in
      let end = min(start + server.sizes.read, buffer.count)
      return unsafe NFSReading.call(file, offset + Int64(start), buffer, start..<end)
    }
    for call in calls { server.send(call) }
  }

  private static func call(
    _ file: farmio_nfs_file, _ offset: Int64, _ buffer: UnsafeMutableRawBufferPointer,
    _ range: Range<Int>
  ) -> NFSCall {
    let part = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[range])
    return unsafe NFSCall(reading: file, at: offset, into: part)
  }

  /// Waits; returns the bytes that were read, fewer than asked for only at the end of the file.
  func finish(_ name: FileName) throws(DiskError) -> Int {
    var done = 0
    var isEnd = false
    var failure: DiskError?
    // Every call is waited for, also after a failure: they write into the caller's buffer.
    for (index, call) in calls.enumerated() {
      do throws(DiskError) {
        let reply = try server.result(of: call, .read, name)
        guard failure == nil, !isEnd else { continue }
        done = index * server.sizes.read + reply.count
        let wanted = unsafe min(server.sizes.read, buffer.count - index * server.sizes.read)
        if reply.count < wanted, !reply.isEnd {
          (done, isEnd) = try rest(from: done, to: index * server.sizes.read + wanted, name)
        } else {
          isEnd = reply.isEnd
        }
      } catch {
        failure = failure ?? error
      }
    }
    if let failure { throw failure }
    return done
  }

  /// Goes on where the server stopped early.
  private func rest(from start: Int, to end: Int, _ name: FileName) throws(DiskError)
    -> (done: Int, isEnd: Bool)
  {
    var done = start
    while done < end {
      let call = unsafe NFSReading.call(file, offset + Int64(done), buffer, done..<end)
      let reply = try server.perform(call, .read, name)
      done += reply.count
      if reply.isEnd { return (done, true) }
      // Nothing read and no end: it would go on for ever.
      if reply.count == 0 { throw DiskError(.read, code: EBADMSG, name: name) }
    }
    return (done, false)
  }
}

/// A write that is under way.
@safe struct NFSWriting {
  private let disk: NFSDisk
  private let file: NFSOpenFile
  private let offset: Int64
  private let bytes: UnsafeRawBufferPointer
  private let calls: [NFSCall]

  /// Starts to write `bytes`, which must stay until `finish` has returned.
  @unsafe init(
    _ disk: NFSDisk, _ file: NFSOpenFile, _ offset: Int64, _ bytes: UnsafeRawBufferPointer
  ) throws(DiskError) {
    try disk.unsettled.settle(
      file.key, ifOverlapping: offset..<offset + Int64(bytes.count))
    self.disk = disk
    self.file = file
    self.offset = offset
    unsafe self.bytes = bytes
    let most = disk.server.sizes.write
    calls = stride(from: 0, to: bytes.count, by: most).map { start in
      let end = min(start + most, bytes.count)
      return unsafe NFSWriting.call(file, offset + Int64(start), bytes, start..<end)
    }
    for call in calls { disk.server.send(call) }
  }

  private static func call(
    _ file: NFSOpenFile, _ offset: Int64, _ bytes: UnsafeRawBufferPointer, _ range: Range<Int>
  ) -> NFSCall {
    let part = unsafe UnsafeRawBufferPointer(rebasing: bytes[range])
    return unsafe NFSCall(writing: file.file, at: offset, from: part)
  }

  /// Waits until the server has all of it, and returns how much that is. It is durable after `sync`.
  func finish() throws(DiskError) -> Int {
    var failure: DiskError?
    let most = disk.server.sizes.write
    for (index, call) in calls.enumerated() {
      do throws(DiskError) {
        let reply = try disk.server.result(of: call, .write, "")
        let end = unsafe min(index * most + most, bytes.count)
        try take(reply, index * most..<end)
      } catch {
        failure = failure ?? error
      }
    }
    if let failure { throw failure }
    try disk.unsettled.settleIfMany()
    return unsafe bytes.count
  }

  /// Keeps what was written until it is durable, and writes what the server left out.
  private func take(_ reply: NFSReply, _ range: Range<Int>) throws(DiskError) {
    var reply = reply
    var range = range
    while true {
      guard (1...range.count).contains(reply.count) else {
        throw DiskError(.write, code: EBADMSG)
      }
      let written = range.lowerBound..<range.lowerBound + reply.count
      if !reply.isDurable {
        disk.unsettled.add(
          unsafe [UInt8](UnsafeRawBufferPointer(rebasing: bytes[written])),
          at: offset + Int64(written.lowerBound), of: file, verifier: reply.verifier)
      }
      range = written.upperBound..<range.upperBound
      if range.isEmpty { return }
      let call = unsafe NFSWriting.call(
        file, offset + Int64(range.lowerBound), bytes, range)
      reply = try disk.server.perform(call, .write)
    }
  }
}
