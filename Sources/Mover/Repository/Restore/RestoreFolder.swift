import FrameEngine
import Synchronization

/// A folder of the target, from the time its tree is read until its metadata is set.
final class RestoreFolder: Sendable {
  /// The path below the target; empty for the target itself.
  let path: FileName
  /// What the snapshot says of it; `nil` for the target, whose own metadata is not touched.
  let entry: TreeEntry?
  let parent: RestoreFolder?
  private let open: Mutex<OpenFolder?>
  private let passesOn = Mutex<Bool?>(nil)
  /// What a file looked like that was just made here with a mode.
  private let newFile = Mutex<(mode: UInt32, looks: FileMetadata.Current)?>(nil)

  init(path: FileName, entry: TreeEntry?, parent: RestoreFolder?, open: OpenFolder?) {
    self.path = path
    self.entry = entry
    self.parent = parent
    self.open = Mutex(open)
  }

  /// The open folder; opened again, from the nearest one above that is open, if it was let go.
  func opened(on disk: any Disk) throws(DiskError) -> OpenFolder {
    if let open = open.withLock({ $0 }) { return open }
    guard let parent, let entry else { preconditionFailure("the target is held open") }
    let above = try parent.opened(on: disk)
    let folder: OpenFolder
    do throws(DiskError) {
      folder = try OpenFolder(entry.name, in: above.handle, on: disk)
    } catch {
      throw error.at(path)
    }
    // Another thread may have been first. Its folder is the one that stays open: callers use the
    // handle of what they get without holding on to it.
    return open.withLock { kept in
      if let kept { return kept }
      kept = folder
      return folder
    }
  }

  /// Whether files made in the folder inherit an ACL from it. Asked once.
  func passesOnList(_ disk: any Disk) throws(DiskError) -> Bool {
    if let known = passesOn.withLock({ $0 }) { return known }
    let attributes = try disk.attributes(of: try opened(on: disk).handle)
    let answer = attributes.contains { $0.name == Array("system.posix_acl_default".utf8) }
    passesOn.withLock { $0 = answer }
    return answer
  }

  /// What a file looks like that this process made here with `mode`: as the one before, unless an
  /// ACL of the folder has a say. Saves asking for each.
  func looks(
    ofNew file: Handle, madeWith mode: UInt32, on disk: any Disk
  ) throws(DiskError) -> FileMetadata.Current {
    if let known = newFile.withLock({ $0 }), known.mode == mode { return known.looks }
    let looks = FileMetadata.Current(try disk.status(of: file))
    if try !passesOnList(disk) { newFile.withLock { $0 = (mode, looks) } }
    return looks
  }

  /// Lets the open folder go; whoever still uses it keeps it.
  func release() {
    guard parent != nil else { return }
    open.withLock { $0 = nil }
  }
}
