import FrameEngine

/// Tells whether a file is the one that the parent snapshot stored, without reading it.
struct UnchangedRule: Sendable {
  /// The snapshot that files may be taken from.
  let parent: Snapshot?

  /// Clocks of file systems step: a file changed this shortly before it was read could change
  /// again within one step, and look the same.
  private static let settlingSeconds: Int64 = 2

  init(parent: Snapshot?) { self.parent = parent }

  /// Size, times and inode are the same, and the file had settled when the parent was made. The
  /// change time cannot be set by programs, and every change of data or metadata moves it.
  func holds(_ before: TreeEntry, _ status: FileStatus) -> Bool {
    guard let parent, before.kind == status.kind else { return false }
    guard before.modified == status.modified, before.changed == status.changed,
      before.inode == status.inode, before.linkCount == status.linkCount,
      before.kind != .regular || before.size == status.size,
      before.mode == status.mode, before.user == status.user, before.group == status.group
    else { return false }
    let newest = max(before.modified, before.changed)
    return newest.seconds < parent.record.time.seconds - UnchangedRule.settlingSeconds
  }
}
