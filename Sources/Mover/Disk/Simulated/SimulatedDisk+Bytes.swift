// The contract of every call stands on `Disk`.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

import FrameEngine
import Glibc

// Bytes of open files.
extension SimulatedDisk {
  public func read(_ handle: Handle, at offset: Int64, into buffer: inout MutableRawSpan)
    throws(DiskError) -> Int
  {
    let wanted = buffer.byteCount
    let bytes = try perform(.read) { state throws(SimulatedFiles.Refusal) in
      let live = try state.files.file(try state.inode(handle)).content.live
      return Array(live.dropFirst(Int(offset)).prefix(wanted))
    }
    unsafe buffer.withUnsafeMutableBytes { unsafe $0.copyBytes(from: bytes) }
    return bytes.count
  }

  public func write(_ handle: Handle, at offset: Int64, _ bytes: RawSpan) throws(DiskError) {
    let copy = unsafe bytes.withUnsafeBytes { unsafe Array($0) }
    try changeContent(handle, .write) { $0.write(copy, at: Int(offset)) }
  }

  public func setSize(_ handle: Handle, to byteCount: Int64) throws(DiskError) {
    try changeContent(handle, .setSize) { $0.resize(to: Int(byteCount)) }
  }

  public func reserve(_ handle: Handle, byteCount: Int64) throws(DiskError) {
    try perform(.reserve) { state throws(SimulatedFiles.Refusal) in
      _ = try state.files.file(try state.inode(handle))
    }
  }

  /// The made-up disk knows no holes.
  public func nextData(_ handle: Handle, from offset: Int64, size: Int64) throws(DiskError)
    -> Range<Int64>?
  {
    offset < size ? offset..<size : nil
  }

  public func copyRange(
    from source: Handle, at offset: Int64, to target: Handle, at targetOffset: Int64,
    byteCount: Int
  ) throws(DiskError) -> Int {
    try perform(.copy) { state throws(SimulatedFiles.Refusal) in
      let live = try state.files.file(try state.inode(source)).content.live
      let bytes = Array(live.dropFirst(Int(offset)).prefix(byteCount))
      let inode = try state.inode(target)
      _ = try state.files.file(inode)
      state.files.nodes[inode]?.content.write(bytes, at: Int(targetOffset))
      return bytes.count
    }
  }

  public func clone(_ source: Handle, to target: Handle) throws(DiskError) -> Bool { false }

  public func sync(_ handle: Handle) throws(DiskError) {
    try perform(.sync) { state throws(SimulatedFiles.Refusal) in
      let inode = try state.inode(handle)
      state.syncCount += 1
      if state.ignoredSyncs.contains(try state.files[inode].kind) { return }
      if state.failingSyncs.contains(state.syncCount) {
        state.files.nodes[inode]?.content.failSync()
        throw .init(code: EIO)
      }
      try state.files.sync(inode)
    }
  }

  public func syncFileSystem(_ handle: Handle) throws(DiskError) {
    try perform(.sync) { state throws(SimulatedFiles.Refusal) in
      _ = try state.inode(handle)
      state.files.syncAll()
    }
  }

  private func changeContent(
    _ handle: Handle, _ operation: DiskError.Operation,
    _ body: (inout SimulatedContent) -> Void
  ) throws(DiskError) {
    try perform(operation) { state throws(SimulatedFiles.Refusal) in
      let inode = try state.inode(handle)
      _ = try state.files.file(inode)
      let now = state.files.tick()
      state.files.nodes[inode]?.modified = now
      state.files.nodes[inode]?.changed = now
      state.files.changeContent(of: inode, body)
    }
  }
}

extension SimulatedFiles {
  /// The node of a file that has bytes; EISDIR for a folder.
  fileprivate func file(_ inode: UInt64) throws(Refusal) -> SimulatedNode {
    let node = try self[inode]
    if node.kind == .folder { throw Refusal(code: EISDIR) }
    return node
  }

  /// Changes bytes in place.
  fileprivate mutating func changeContent(
    of inode: UInt64, _ body: (inout SimulatedContent) -> Void
  ) {
    guard let index = nodes.index(forKey: inode) else { return }
    body(&nodes.values[index].content)
  }
}
