package import FrameEngine
import Synchronization

/// A folder on its way into a snapshot: its entries fill in as files and subfolders are stored.
final class BackupFolder: Sendable {
  /// For messages.
  let fullPath: FileName
  let name: FileName
  let status: FileStatus
  let attributes: [ExtendedAttribute]
  /// Held open for as long as files in it are read.
  let open: OpenFolder?
  let parent: BackupFolder?
  /// Its place among the parent's entries.
  let slot: Int
  /// What the parent snapshot has here.
  let previous: PreviousFolder
  /// The names of its entries, sorted.
  let names: [FileName]
  private let entries: Mutex<[TreeEntry?]>

  init(
    fullPath: FileName, name: FileName, status: FileStatus, attributes: [ExtendedAttribute],
    open: OpenFolder?, parent: BackupFolder?, slot: Int, previous: PreviousFolder,
    names: [FileName]
  ) {
    self.fullPath = fullPath
    self.name = name
    self.status = status
    self.attributes = attributes
    self.open = open
    self.parent = parent
    self.slot = slot
    self.previous = previous
    self.names = names
    entries = Mutex(Array(repeating: nil, count: names.count))
  }

  /// The place of one of its names.
  func slot(of name: FileName) -> Int {
    var low = 0
    var high = names.count
    while low < high {
      let middle = (low + high) / 2
      if names[middle] < name { low = middle + 1 } else { high = middle }
    }
    precondition(names[low] == name, "a folder is left that was never listed")
    return low
  }

  /// Stores one entry; it is there when the folder is left.
  func set(_ entry: TreeEntry, at slot: Int) { entries.withLock { $0[slot] = entry } }

  /// The entries that were stored, in order. What could not be stored is not among them.
  func takeEntries() -> [TreeEntry] {
    entries.withLock { entries in
      defer { entries = [] }
      return entries.compactMap { $0 }
    }
  }
}

/// A folder of the parent snapshot.
struct PreviousFolder: Sendable {
  /// Its pages; `nil` if the parent snapshot has no such folder.
  let pages: [Digest]?
  /// Sorted by name.
  let entries: [TreeEntry]

  static let none = PreviousFolder(pages: nil, entries: [])

  func entry(named name: FileName) -> TreeEntry? { entries.first { $0.name == name } }
}

/// An entry to be stored, and its place in its folder.
struct SlottedEntry: Sendable {
  let slot: Int
  var entry: ScannedEntry

  /// Bytes of a regular file, 0 of other kinds.
  var dataBytes: Int64 { entry.status.kind == .regular ? entry.status.size : 0 }
}

extension TreeEntry {
  /// An entry with what a status says.
  init(
    _ name: FileName, _ status: FileStatus, attributes: [ExtendedAttribute], content: Content
  ) {
    self.init(
      name: name, kind: status.kind, mode: status.mode, user: status.user, group: status.group,
      modified: status.modified, changed: status.changed, inode: status.inode,
      volume: status.volume, linkCount: status.linkCount,
      size: status.kind == .regular ? status.size : 0, attributes: attributes, content: content)
  }
}

extension FileStatus {
  /// Of folders that a backup makes up.
  static let unknown = FileStatus(
    kind: .folder, mode: 0, user: 0, group: 0, size: 0, allocated: 0,
    modified: Timestamp(seconds: 0, nanoseconds: 0), changed: Timestamp(seconds: 0, nanoseconds: 0),
    inode: 0, volume: 0, linkCount: 0, device: 0)
}

extension FileName {
  /// The part behind the last slash.
  package var lastComponent: FileName {
    FileName(Array(bytes.split(separator: UInt8(ascii: "/")).last ?? []))
  }

  /// The folder a path lies in (`.` if it has none), and its last part.
  func splittingLast() -> (folder: FileName, name: FileName) {
    guard let slash = bytes.lastIndex(of: UInt8(ascii: "/")) else { return (".", self) }
    let folder = slash == 0 ? [UInt8(ascii: "/")] : Array(bytes[..<slash])
    return (FileName(folder), FileName(Array(bytes[(slash + 1)...])))
  }
}
