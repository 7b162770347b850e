import FrameEngine

/// A file under a temporary name that grows at its end, and gets its own name when it is whole and
/// durable. Without `finish` it goes away with its owner.
public struct UnfinishedFile: ~Copyable {
  private let disk: any Disk
  private let folder: OpenFolder
  private let path: FileName
  private let temporary: FileName
  private let handle: Handle
  private var byteCount: Int64 = 0
  private var isOpen = true
  private var isPublished = false

  init(_ path: FileName, in folder: OpenFolder, on disk: any Disk) throws(DiskError) {
    self.disk = disk
    self.folder = folder
    self.path = path
    temporary = TemporaryName(owner: .current).fileName
    handle = try disk.open(temporary, in: folder.handle, .create(mode: 0o666))
  }

  deinit {
    if isOpen { disk.abandon(handle) }
    guard !isPublished else { return }
    // Whatever went wrong is told by who met it; what stays here is swept by the next writer.
    do throws(DiskError) { try disk.removeIfPresent(temporary, in: folder.handle) } catch { return }
  }

  /// Takes room for so many bytes, where the disk can promise it.
  mutating func reserve(_ byteCount: Int) throws(DiskError) {
    do throws(DiskError) {
      try disk.reserve(handle, byteCount: Int64(byteCount))
    } catch {
      throw error.at(path)
    }
  }

  /// Adds bytes at the end.
  public mutating func append(_ bytes: RawSpan) throws(DiskError) {
    do throws(DiskError) {
      try disk.write(handle, at: byteCount, bytes)
      byteCount += Int64(bytes.byteCount)
    } catch {
      throw error.at(path)
    }
  }

  /// Adds the bytes of an array.
  public mutating func append(_ bytes: [UInt8]) throws(DiskError) { try append(bytes.rawBytes) }

  /// Makes the file durable and gives it its name, in place of what has that name; returns its
  /// bytes.
  @discardableResult
  public mutating func finish() throws(DiskError) -> Int {
    do throws(DiskError) {
      try disk.sync(handle)
      isOpen = false
      try disk.close(handle)
      try disk.rename(temporary, in: folder.handle, to: path.lastName, in: folder.handle)
      isPublished = true
      try disk.sync(folder.handle)
    } catch {
      throw error.at(path)
    }
    return Int(byteCount)
  }
}
