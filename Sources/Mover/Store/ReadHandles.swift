import FrameEngine
import Glibc

/// A few open files of a store, so that many reads of one pack open it once.
///
/// Objects never change, so an open file stays right until its object is removed. On NFS a file
/// that another machine removed goes stale: it is opened anew, and is then missing.
final class ReadHandles: Sendable {
  private struct Entry {
    let file: FileName
    let handle: Handle
    /// Reads that use the handle now; it is closed only without them.
    var readers = 1
    /// Whether new reads may use it.
    var isCurrent = true
  }

  private let disk: any Disk
  private let root: Handle
  private let capacity: Int
  /// The handle used longest ago comes first.
  private let entries = Condition<[Entry]>([])

  init(disk: any Disk, root: Handle, capacity: Int) {
    self.disk = disk
    self.root = root
    self.capacity = capacity
  }

  /// Fills the buffer from an object's file; fewer bytes only at its end.
  func read(_ file: FileName, at offset: Int64, into buffer: inout MutableRawSpan)
    throws(DiskError) -> Int
  {
    do throws(DiskError) {
      return try readOnce(file, at: offset, into: &buffer)
    } catch {
      guard error.code == ESTALE else { throw error }
      forget(file)
      return try readOnce(file, at: offset, into: &buffer)
    }
  }

  private func readOnce(_ file: FileName, at offset: Int64, into buffer: inout MutableRawSpan)
    throws(DiskError) -> Int
  {
    let handle = try acquire(file)
    defer { release(handle) }
    return try disk.read(handle, at: offset, into: &buffer)
  }

  private func acquire(_ file: FileName) throws(DiskError) -> Handle {
    if let handle = reuse(file) { return handle }
    let handle = try disk.open(file, in: root, .read())
    entries.withLock { $0.append(Entry(file: file, handle: handle)) }
    return handle
  }

  private func reuse(_ file: FileName) -> Handle? {
    entries.withLock { entries in
      guard let index = entries.firstIndex(where: { $0.isCurrent && $0.file == file }) else {
        return nil
      }
      var entry = entries.remove(at: index)
      entry.readers += 1
      entries.append(entry)
      return entry.handle
    }
  }

  private func release(_ handle: Handle) {
    closeUnused { entries in
      guard let index = entries.firstIndex(where: { $0.handle == handle }) else { return }
      entries[index].readers -= 1
    }
  }

  /// Lets no later read use what is open of the file.
  func forget(_ file: FileName) {
    closeUnused { entries in
      for index in entries.indices where entries[index].file == file {
        entries[index].isCurrent = false
      }
    }
  }

  /// Closes every file; no read is under way.
  func closeAll() {
    closeUnused { entries in
      for index in entries.indices { entries[index].isCurrent = false }
    }
  }

  /// Changes the entries, then closes those that nobody may use again or that are too many.
  private func closeUnused(after change: (inout [Entry]) -> Void) {
    let unused = entries.withLock { entries in
      change(&entries)
      var excess = entries.count - capacity
      var unused: [Handle] = []
      entries.removeAll { entry in
        guard entry.readers == 0, !entry.isCurrent || excess > 0 else { return false }
        excess -= 1
        unused.append(entry.handle)
        return true
      }
      return unused
    }
    for handle in unused { disk.abandon(handle) }
  }
}
