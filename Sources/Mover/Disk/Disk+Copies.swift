import FrameEngine
import Glibc

/// Copying a whole file within a file system: where a link would do, were there any.
extension Disk {
  /// Copies the first `size` bytes of a file to a new name, durable before it returns; long runs of
  /// zeros become holes. `finish` is called with the filled file. Nothing is left of a copy that
  /// failed.
  func copyFile(
    _ name: FileName, in folder: Handle, to newName: FileName, in newFolder: Handle, size: Int64,
    _ finish: (Handle) throws(DiskError) -> Void
  ) throws(DiskError) {
    let source = try open(name, in: folder, .read())
    defer { closeCopied(source) }
    let target = try open(newName, in: newFolder, .create(mode: 0o600))
    do throws(DiskError) {
      try setSize(target, to: size)
      try fill(target, from: source, size: size)
      try finish(target)
      try sync(target)
    } catch {
      closeCopied(target)
      try removeIfPresent(newName, in: newFolder)
      throw error
    }
    try close(target)
  }

  private func fill(
    _ target: Handle, from source: Handle, size: Int64
  ) throws(DiskError) {
    var buffer = Buffer(capacity: 1 << 20)
    var offset: Int64 = 0
    while offset < size {
      let wanted = Int(min(size - offset, Int64(buffer.capacity)))
      var all = buffer.mutableBytes
      var part = all._mutatingExtracting(first: wanted)
      let count = try read(source, at: offset, into: &part)
      guard count == wanted else { throw DiskError(.read, code: EIO) }
      let bytes = buffer.bytes.extracting(first: count)
      if !bytes.isZero { try write(target, at: offset, bytes) }
      offset += Int64(count)
    }
  }

  /// Closes what was only read, or is given up.
  private func closeCopied(_ handle: Handle) {
    do throws(DiskError) { try close(handle) } catch {
      // Nothing was entrusted to it.
    }
  }
}

extension DiskError {
  /// Whether a link could not be made for the file system has none.
  var meansNoHardLinks: Bool {
    code == EPERM || code == EOPNOTSUPP || code == ENOSYS || code == EMLINK
  }
}

extension FileStatus {
  /// Whether this is a copy of `other`, as far as size and time tell.
  func isCopy(of other: FileStatus) -> Bool {
    kind == .regular && other.kind == .regular && size == other.size && modified == other.modified
  }
}
