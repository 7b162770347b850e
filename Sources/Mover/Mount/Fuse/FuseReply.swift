import CFuse
import FrameEngine
import Glibc

/// The one answer to a request of the kernel.
///
/// A reply that the kernel does not take any more, because whoever asked is gone, is no failure.
@safe struct FuseReply {
  private let request: fuse_req_t
  /// What is asked.
  let mount: Mount

  @unsafe init(_ request: fuse_req_t?) {
    unsafe self.request = request!
    mount = unsafe Unmanaged<Mount>.fromOpaque(fuse_req_userdata(request!)!)
      .takeUnretainedValue()
  }

  /// Runs `body`, which replies; a fault is replied for it.
  func answer(_ body: (Mount) throws(MountFault) -> Void) {
    do throws(MountFault) { try body(mount) } catch { fault(error.code) }
  }

  /// An error number; 0 for a request that has no other answer.
  func fault(_ code: Int32) { unsafe _ = fuse_reply_err(request, code) }

  /// A request that is not answered.
  func nothing() { unsafe fuse_reply_none(request) }

  // MARK: Names

  /// A node that was counted as told of.
  func entry(_ node: MountNode, in mount: Mount) {
    var entry = fuse_entry_param(node)
    if unsafe fuse_reply_entry(request, &entry) != 0 { mount.forget(node.id, count: 1) }
  }

  /// There is no such name, and never will be.
  func noEntry() {
    var entry = fuse_entry_param()
    entry.entry_timeout = FuseOperations.validity
    unsafe _ = fuse_reply_entry(request, &entry)
  }

  func attributes(_ node: MountNode) {
    var attributes = stat(node.status)
    unsafe _ = fuse_reply_attr(request, &attributes, FuseOperations.validity)
  }

  func link(_ target: [UInt8]) {
    unsafe FileName(target).withCString { unsafe _ = fuse_reply_readlink(request, $0) }
  }

  /// Entries of a folder, `.` and `..` first, as many as fit into `count` bytes.
  func entries(of listing: MountListing, from start: Int, upTo count: Int, withAttributes: Bool) {
    let folder = listing.folder
    var buffer = [CChar](repeating: 0, count: count)
    var used = 0
    var position = start
    while position < listing.entries.count + 2 {
      let size: Int
      if position < 2 {
        let node = position == 0 ? folder : folder.parent ?? folder
        size = add(
          position == 0 ? "." : "..", fuse_entry_param(bare: node.status), next: position + 1,
          &buffer[used...], withAttributes)
      } else {
        size = add(
          listing.entries[position - 2], in: folder, next: position + 1, &buffer[used...],
          withAttributes)
      }
      guard size > 0 else { break }
      used += size
      position += 1
    }
    unsafe _ = fuse_reply_buf(request, buffer, used)
  }

  /// Adds an entry; 0 if it does not fit.
  private func add(
    _ entry: TreeEntry, in folder: MountNode, next: Int, _ buffer: inout ArraySlice<CChar>,
    _ withAttributes: Bool
  ) -> Int {
    guard withAttributes else {
      var status = entry.status
      status.inode = mount.id(of: entry, in: folder)
      return add(entry.name, fuse_entry_param(bare: status), next: next, &buffer, false)
    }
    let node = mount.remember(entry, in: folder)
    let size = add(entry.name, fuse_entry_param(node), next: next, &buffer, true)
    if size == 0 { mount.forget(node.id, count: 1) }
    return size
  }

  private func add(
    _ name: FileName, _ entry: fuse_entry_param, next: Int, _ buffer: inout ArraySlice<CChar>,
    _ withAttributes: Bool
  ) -> Int {
    var entry = entry
    let room = buffer.count
    let size = unsafe buffer.withUnsafeMutableBufferPointer { target in
      unsafe name.withCString { name in
        unsafe withAttributes
          ? fuse_add_direntry_plus(request, target.baseAddress, room, name, &entry, off_t(next))
          : fuse_add_direntry(request, target.baseAddress, room, name, &entry.attr, off_t(next))
      }
    }
    return size <= room ? size : 0
  }

  // MARK: Files

  /// A handle that stands for `object` until it is closed.
  @unsafe func opened(_ object: some FuseHandle, _ info: UnsafeMutablePointer<fuse_file_info>) {
    let reference = unsafe Unmanaged.passRetained(object)
    unsafe info.pointee.fh = UInt64(UInt(bitPattern: reference.toOpaque()))
    unsafe farmio_fuse_keep(info)
    // Whoever wanted the handle is gone: no release comes.
    if unsafe fuse_reply_open(request, info) != 0 { unsafe reference.release() }
  }

  /// Up to `count` bytes that `fill` puts into a buffer.
  func bytes(
    upTo count: Int, _ fill: (inout MutableRawSpan) throws(MountFault) -> Int
  ) throws(MountFault) {
    var buffer = Buffer(capacity: max(count, 1))
    let got = try buffer.withMutableBytes(count, fill)
    buffer.withBytes(0..<got) { bytes in
      unsafe bytes.withUnsafeBytes {
        unsafe _ = fuse_reply_buf(
          request, $0.baseAddress?.assumingMemoryBound(to: CChar.self), got)
      }
    }
  }

  func position(_ offset: Int64) { unsafe _ = fuse_reply_lseek(request, off_t(offset)) }

  /// An attribute's value, or its size where `count` is 0.
  func value(_ bytes: [UInt8], upTo count: Int) throws(MountFault) {
    if count == 0 {
      unsafe _ = fuse_reply_xattr(request, bytes.count)
      return
    }
    guard bytes.count <= count else { throw MountFault(ERANGE) }
    unsafe bytes.withUnsafeBytes {
      unsafe _ = fuse_reply_buf(
        request, $0.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count)
    }
  }

  /// A file system that is full, since nothing can be added.
  func fileSystem() {
    var status = statvfs()
    status.f_bsize = 4096
    status.f_frsize = 4096
    status.f_namemax = UInt(Limits.nameBytes)
    unsafe _ = fuse_reply_statfs(request, &status)
  }
}

extension fuse_entry_param {
  /// A node that the kernel may keep for ever.
  init(_ node: MountNode) {
    self.init(bare: node.status)
    ino = node.id
    attr_timeout = FuseOperations.validity
    entry_timeout = FuseOperations.validity
  }

  /// A status alone.
  init(bare status: FileStatus) {
    self.init()
    attr = stat(status)
  }
}

extension stat {
  init(_ status: FileStatus) {
    self.init()
    st_ino = ino_t(status.inode)
    st_mode = status.kind.typeBits | status.mode
    st_nlink = nlink_t(status.linkCount)
    st_uid = status.user
    st_gid = status.group
    st_rdev = dev_t(status.device)
    st_size = Int(status.size)
    st_blksize = 128 << 10
    st_blocks = Int((status.allocated + 511) / 512)
    st_mtim = timespec(status.modified)
    st_atim = st_mtim
    st_ctim = timespec(status.changed)
  }
}

extension timespec {
  init(_ time: Timestamp) {
    self.init(tv_sec: Int(time.seconds), tv_nsec: Int(time.nanoseconds))
  }
}
