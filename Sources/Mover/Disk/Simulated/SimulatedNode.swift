import FrameEngine

/// A file, folder, link or device of a made-up disk. Metadata counts as durable at once: the model
/// is about names and data.
struct SimulatedNode {
  var kind: FileKind
  var mode: UInt32
  var user: UInt32 = 0
  var group: UInt32 = 0
  var modified: Timestamp
  var changed: Timestamp
  var linkCount: UInt32 = 1
  /// What a device file stands for.
  var device: UInt64 = 0
  /// What a symbolic link holds.
  var target: [UInt8] = []
  var attributes: [ExtendedAttribute] = []
  /// A regular file's bytes.
  var content = SimulatedContent()
  /// A folder's names as programs see them.
  var names: [FileName: UInt64] = [:]
  /// A folder's names that surely are on the disk.
  var durableNames: [FileName: UInt64] = [:]

  init(kind: FileKind, mode: UInt32, time: Timestamp) {
    self.kind = kind
    self.mode = mode
    modified = time
    changed = time
  }

  func status(inode: UInt64) -> FileStatus {
    let size = kind == .symbolicLink ? target.count : content.live.count
    return FileStatus(
      kind: kind, mode: mode, user: user, group: group, size: Int64(size),
      allocated: Int64((size + 511) / 512 * 512), modified: modified, changed: changed,
      inode: inode, volume: 1, linkCount: linkCount, device: device)
  }
}
