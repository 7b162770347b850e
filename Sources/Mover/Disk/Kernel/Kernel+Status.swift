import CLinux
import FrameEngine
import Glibc

extension Kernel {
  /// What `FileStatus` needs of statx: everything that plain stat gives, no creation time.
  private static let statusMask = UInt32(STATX_BASIC_STATS)

  /// The status of a name, of a link itself.
  static func status(of name: FileName, in folder: Handle) throws(DiskError) -> FileStatus {
    var answer = statx()
    try unsafe name.withCString { path throws(DiskError) in
      _ = try call(.status, name) {
        unsafe farmio_statx(
          folder.descriptor, path, AT_SYMLINK_NOFOLLOW, statusMask, &answer)
      }
    }
    return FileStatus(answer)
  }

  /// The status of an open file.
  static func status(of handle: Handle) throws(DiskError) -> FileStatus {
    var answer = statx()
    try call(.status) {
      unsafe farmio_statx(handle.descriptor, "", farmio_at_empty_path, statusMask, &answer)
    }
    return FileStatus(answer)
  }
}

extension FileStatus {
  /// The kernel's answer in our terms.
  init(_ answer: statx) {
    self.init(
      kind: FileKind(mode: UInt32(answer.stx_mode)),
      mode: UInt32(answer.stx_mode) & 0o7777,
      user: answer.stx_uid,
      group: answer.stx_gid,
      size: Int64(bitPattern: answer.stx_size),
      allocated: Int64(bitPattern: answer.stx_blocks) * 512,
      modified: Timestamp(answer.stx_mtime),
      changed: Timestamp(answer.stx_ctime),
      inode: answer.stx_ino,
      volume: farmio_device(answer.stx_dev_major, answer.stx_dev_minor),
      linkCount: answer.stx_nlink,
      device: farmio_device(answer.stx_rdev_major, answer.stx_rdev_minor))
  }
}

extension Timestamp {
  fileprivate init(_ time: statx_timestamp) {
    self.init(seconds: time.tv_sec, nanoseconds: time.tv_nsec)
  }
}

extension FileKind {
  /// The kind that a mode's type bits name. Linux has only these seven.
  init(mode: UInt32) {
    self =
      switch mode & S_IFMT {
      case S_IFDIR: .folder
      case S_IFLNK: .symbolicLink
      case S_IFIFO: .fifo
      case S_IFSOCK: .socket
      case S_IFCHR: .characterDevice
      case S_IFBLK: .blockDevice
      default: .regular
      }
  }

  /// The kind in a folder entry's type byte; `nil` where the file system leaves it open.
  init?(entryType: UInt8) {
    // The byte is the mode's type bits shifted down by twelve (DT_UNKNOWN is 0).
    if entryType == 0 { return nil }
    self.init(mode: UInt32(entryType) << 12)
  }
}
