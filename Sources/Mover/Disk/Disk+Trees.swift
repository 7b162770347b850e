public import FrameEngine
import Glibc

/// Small steps on trees that several parts of Mover need.
extension Disk {
  /// Makes the folder at `path` and those above it, as far as they are missing.
  public func makeFolders(_ path: FileName, mode: UInt32 = 0o777) throws(DiskError) {
    let slash = UInt8(ascii: "/")
    var ends = path.bytes.indices.filter { $0 > 0 && path.bytes[$0] == slash }
    ends.append(path.bytes.count)
    for end in ends {
      let part = FileName(Array(path.bytes[..<end]))
      do throws(DiskError) {
        try makeFolder(part, in: .current, mode: mode)
      } catch {
        guard error.code == EEXIST else { throw error }
      }
    }
  }

  /// Removes a name that is not a folder; none of that name is no error.
  public func removeIfPresent(_ name: FileName, in folder: Handle) throws(DiskError) {
    do throws(DiskError) {
      try remove(name, in: folder, isFolder: false)
    } catch {
      guard error.code == ENOENT else { throw error }
    }
  }

  /// Removes a name and, if it is a folder, everything inside; returns the number of names. Never
  /// leaves the folder: links are removed, not followed. At most `Limits.treeDepth` levels.
  public func removeTree(_ name: FileName, in folder: Handle) throws(DiskError) -> Int {
    try removeTree(name, in: folder, depth: 0)
  }

  private func removeTree(
    _ name: FileName, in folder: Handle, depth: Int
  ) throws(DiskError) -> Int {
    guard depth <= Limits.treeDepth else {
      throw DiskError(.remove, code: ENAMETOOLONG, name: name)
    }
    let status = try status(of: name, in: folder)
    var count = 1
    if status.kind == .folder {
      let inner = try OpenFolder(name, in: folder, on: self)
      for entry in try entries(of: inner.handle) {
        count += try removeTree(entry.name, in: inner.handle, depth: depth + 1)
      }
    }
    try remove(name, in: folder, isFolder: status.kind == .folder)
    return count
  }
}
