import FrameEngine
import Glibc

/// Why the kernel's request cannot be answered: an error number.
struct MountFault: Error, Hashable {
  let code: Int32

  init(_ code: Int32) { self.code = code }
}

/// A file or folder of a mounted snapshot that the kernel has asked about.
final class MountNode: Sendable {
  /// The number by which kernel and program know it.
  let id: UInt64
  /// `nil` for the top of the mount.
  let parent: MountNode?
  let entry: TreeEntry
  /// The number of the snapshot it is of, so that equal files of two snapshots are two files.
  let snapshot: Int

  init(_ entry: TreeEntry, id: UInt64, in parent: MountNode?, snapshot: Int) {
    self.id = id
    self.parent = parent
    self.entry = entry
    self.snapshot = snapshot
  }

  /// The path below the mount.
  var path: FileName {
    var names = [entry.name]
    var above = parent
    while let folder = above, folder.parent != nil {
      names.append(folder.entry.name)
      above = folder.parent
    }
    return names.reversed().reduce(FileName("")) { $0.appending($1) }
  }

  /// The status that the file had, with this node's number.
  var status: FileStatus {
    var status = entry.status
    status.inode = id
    status.linkCount = max(1, entry.linkCount)
    switch entry.content {
    case .segments(let segments):
      status.allocated = segments.reduce(0) { $0 + ($1.isHole ? 0 : $1.count) }
    case .link(let target):
      status.size = Int64(target.count)
      status.allocated = 0
    default: break
    }
    return status
  }
}

extension MountNode {
  /// The number of the top: what the kernel begins with.
  static let topID: UInt64 = 1

  /// The number of an entry of a folder: the same whenever it is asked for. The names of a file with
  /// several are one file; everything else is told apart by where it is.
  static func id(of entry: TreeEntry, in folder: UInt64, snapshot: Int) -> UInt64 {
    var writer = ByteWriter(capacity: 64)
    if entry.linkCount > 1, entry.kind != .folder {
      writer.append(UInt8(1))
      writer.append(UInt64(snapshot))
      writer.append(entry.volume)
      writer.append(entry.inode)
      // A number that was given to another file while the backup ran is another file.
      writer.append(UInt64(bitPattern: entry.size))
      writer.append(UInt64(bitPattern: entry.changed.seconds))
      writer.append(entry.changed.nanoseconds)
    } else {
      writer.append(UInt8(0))
      writer.append(folder)
      writer.append(contentsOf: entry.name.bytes)
    }
    let id = BLAKE3.hash(writer.bytes.rawBytes).words.0
    return id > topID ? id : id + 2
  }
}

/// A folder's entries, by name.
final class MountListing: Sendable {
  let folder: MountNode
  let entries: [TreeEntry]

  init(_ entries: [TreeEntry], of folder: MountNode) {
    self.entries = entries
    self.folder = folder
  }

  func entry(named name: FileName) -> TreeEntry? {
    var low = 0
    var high = entries.count
    while low < high {
      let middle = (low + high) / 2
      if entries[middle].name < name { low = middle + 1 } else { high = middle }
    }
    return low < entries.count && entries[low].name == name ? entries[low] : nil
  }
}
