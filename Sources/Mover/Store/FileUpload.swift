import FrameEngine
import Glibc

/// An object of a `FileStore` that is being written, under a temporary name in its own folder.
///
/// One thread uses it. Letting go of it unfinished removes the temporary file.
final class FileUpload: Upload {
  private enum State {
    case writing
    /// The temporary name has become the object's.
    case renamed
    /// Nothing more can be done but to remove the temporary file.
    case ended
  }

  private let store: FileStore
  private let path: ObjectPath
  private let temporary: FileName
  private let file: Handle
  /// Whether the file is written around the page cache: in whole pages, the last one cut after.
  private let isDirect: Bool
  private var buffer: Buffer
  /// Bytes in the buffer, which go to the file at `written`.
  private var filled = 0
  private var written: Int64 = 0
  private var isOpen = true
  private var state = State.writing

  /// Makes the temporary file; the folder is there.
  init(store: FileStore, path: ObjectPath, direct: Bool) throws(DiskError) {
    self.store = store
    self.path = path
    isDirect = direct
    buffer = Buffer(capacity: store.uploadCapacity)
    temporary = path.folder.appending(TemporaryName(owner: store.owner).fileName)
    file = try store.disk.open(temporary, in: store.root, .create(mode: 0o666, direct: direct))
  }

  deinit {
    if isOpen { store.disk.abandon(file) }
    if state == .renamed { return }
    // What cannot be removed now is swept later by its name.
    do throws(DiskError) { try store.folders.removeTemporary(temporary) } catch { return }
  }

  func append(_ bytes: RawSpan) throws(StoreError) {
    try failing { () throws(DiskError) in
      var offset = 0
      while offset < bytes.byteCount {
        let rest = bytes.extracting(offset..<bytes.byteCount)
        offset += try appendStart(of: rest)
      }
    }
  }

  /// Appends what fits of a piece and returns how much that was. Large pieces go straight to the
  /// file, the rest by way of the buffer.
  private func appendStart(of bytes: RawSpan) throws(DiskError) -> Int {
    if filled == 0, bytes.byteCount >= buffer.capacity {
      let count = isDirect ? Buffer.directByteCount(bytes) : bytes.byteCount
      if count > 0 {
        try store.disk.write(file, at: written, bytes.extracting(0..<count))
        written += Int64(count)
        return count
      }
    }
    let count = min(bytes.byteCount, buffer.capacity - filled)
    buffer.copy(bytes.extracting(0..<count), to: filled)
    filled += count
    if filled == buffer.capacity { try flush() }
    return count
  }

  func finish() throws(StoreError) {
    try failing { () throws(DiskError) in
      let inode = try seal()
      try store.folders.settleRemovals(before: path)
      do throws(DiskError) {
        try store.disk.rename(temporary, in: store.root, to: path.file, in: store.root)
      } catch {
        // NFS may answer a resent rename with "no such file" though the first one worked.
        guard error.code == ENOENT, try isOurs(inode) else { throw error }
      }
      state = .renamed
      try store.folders.syncFolder(of: path)
    }
  }

  /// As `finish`, unless the object's name is taken: then `false`, and nothing has changed.
  func finishIfAbsent() throws(StoreError) -> Bool {
    try failing { () throws(DiskError) in
      let inode = try seal()
      state = .ended
      try store.folders.settleRemovals(before: path)
      do throws(DiskError) {
        try store.disk.link(temporary, in: store.root, to: path.file, in: store.root)
      } catch {
        // Whatever the answer was: if the name leads to our file, the link was made.
        guard try isOurs(inode) else {
          switch error.code {
          case EEXIST: return false
          case EPERM, EOPNOTSUPP, ENOSYS: return try renameToFreeName(inode)
          default: throw error
          }
        }
      }
      try store.folders.syncFolder(of: path)
      return true
    }
  }
}

extension FileUpload {
  /// Stands in for a link where there are none and a rename can be told not to replace.
  private func renameToFreeName(_ inode: UInt64) throws(DiskError) -> Bool {
    do throws(DiskError) {
      try store.disk.renameIfAbsent(temporary, in: store.root, to: path.file, in: store.root)
    } catch {
      if error.code == EOPNOTSUPP { return try copyToNewFile() }
      // The answer may have been lost after the rename was made.
      guard try isOurs(inode) else {
        if error.code == EEXIST { return false }
        throw error
      }
    }
    state = .renamed
    try store.folders.syncFolder(of: path)
    return true
  }

  /// Stands in for both on mounts that know neither (FAT, some FUSE and SMB servers): the name is
  /// made exclusively, so that still only one writer gets it, and then filled. A reader may meet
  /// it unfilled, as a short object.
  private func copyToNewFile() throws(DiskError) -> Bool {
    let disk = store.disk
    let target: Handle
    do throws(DiskError) {
      target = try disk.open(path.file, in: store.root, .create(mode: 0o666))
    } catch {
      if error.code == EEXIST { return false }
      throw error
    }
    do throws(DiskError) {
      defer { disk.abandon(target) }
      let source = try disk.open(temporary, in: store.root, .read())
      defer { disk.abandon(source) }
      for offset in stride(from: 0, to: written, by: Int64.Stride(buffer.capacity)) {
        let count = Int(min(written - offset, Int64(buffer.capacity)))
        try disk.write(target, at: offset, try disk.read(source, at: offset, count: count))
      }
      try disk.sync(target)
    } catch {
      try disk.remove(path.file, in: store.root, isFolder: false)
      throw error
    }
    try store.folders.syncFolder(of: path)
    return true
  }

  /// Writes out the rest, makes it durable and closes the file; returns its inode.
  private func seal() throws(DiskError) -> UInt64 {
    try flush()
    try store.disk.sync(file)
    let inode = try store.disk.status(of: file).inode
    isOpen = false
    try store.disk.close(file)
    return inode
  }

  /// Writes what the buffer holds. A direct write takes whole pages: the last one is filled with
  /// zeros, which are cut off again.
  private func flush() throws(DiskError) {
    if filled == 0 { return }
    let end = isDirect ? Buffer.roundedUpToPages(filled) : filled
    if end > filled { buffer.clear(filled..<end) }
    try buffer.withBytes(0..<end) { (bytes) throws(DiskError) in
      try store.disk.write(file, at: written, bytes)
    }
    written += Int64(filled)
    if end > filled { try store.disk.setSize(file, to: written) }
    filled = 0
  }

  private func isOurs(_ inode: UInt64) throws(DiskError) -> Bool {
    do throws(DiskError) {
      return try store.disk.status(of: path.file, in: store.root).inode == inode
    } catch {
      if error.isMissing { return false }
      throw error
    }
  }

  /// After a failure the file is never trusted again: the object must be written anew.
  private func failing<R>(_ body: () throws(DiskError) -> R) throws(StoreError) -> R {
    let name = String(decoding: path.file.bytes, as: UTF8.self)
    guard state == .writing else {
      throw StoreError(
        .failed, "write", store.description(of: name), "the upload has ended already")
    }
    do throws(DiskError) { return try body() } catch {
      if state == .writing { state = .ended }
      throw StoreError(error, "write", store.description(of: name))
    }
  }
}
