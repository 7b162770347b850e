import FrameEngine
import Synchronization

/// A folder on its way into a snapshot: its entries fill in as files and subfolders are stored.
final class BackupFolder: Sendable {
  let path: FileName
  /// For messages.
  let fullPath: FileName
  let name: FileName
  let status: FileStatus
  let attributes: [ExtendedAttribute]
  /// Open for as long as files in it are read.
  let open: OpenFolder?
  let parent: BackupFolder?
  /// Its place among the parent's entries.
  let slot: Int
  /// What the parent snapshot has here.
  let previous: PreviousFolder
  private let state: Mutex<[TreeEntry?]>

  init(
    path: FileName, fullPath: FileName, name: FileName, status: FileStatus,
    attributes: [ExtendedAttribute], open: OpenFolder?, parent: BackupFolder?, slot: Int,
    previous: PreviousFolder, entries: [TreeEntry?]
  ) {
    self.path = path
    self.fullPath = fullPath
    self.name = name
    self.status = status
    self.attributes = attributes
    self.open = open
    self.parent = parent
    self.slot = slot
    self.previous = previous
    state = Mutex(entries)
  }

  /// Stores one entry; it is there when the folder is left.
  func set(_ entry: TreeEntry, at slot: Int) {
    state.withLock { $0[slot] = entry }
  }

  /// The entries that were stored, in order.
  func takeEntries() -> [TreeEntry] {
    state.withLock { entries in
      defer { entries = [] }
      return entries.compactMap { $0 }
    }
  }
}

/// A folder of the parent snapshot.
struct PreviousFolder: Sendable {
  /// Its pages; `nil` if the parent snapshot has no such folder.
  let pages: [Digest]?
  let entries: [TreeEntry]

  static let none = PreviousFolder(pages: nil, entries: [])
}
