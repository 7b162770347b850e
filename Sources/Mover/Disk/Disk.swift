public import FrameEngine
import Glibc

/// The seam under everything that touches files: a real kernel, or one that a test makes up.
///
/// Calls block the calling thread and may be made from any thread. Names are bytes, relative to an
/// open folder, so that a tree of any depth is reached and no race can redirect a path. What a
/// conforming type must do:
///
/// - Reads and writes transfer the whole range asked for; a read stops early only at the end of
///   the file. EINTR and short transfers never reach the caller.
/// - Every failure throws `DiskError` with the kernel's cause and the name it was given.
/// - `sync` returns only once the file's data and size are durable, `sync` of a folder once its
///   names are. A failed `sync` is final for that handle: what it covered must be written anew.
/// - `rename` replaces atomically; `link` fails with EEXIST where the name is taken.
public protocol Disk: AnyObject, Sendable {
  /// Opens `name` in `folder`. Symbolic links in the last place are not followed.
  func open(_ name: FileName, in folder: Handle, _ access: Access) throws(DiskError) -> Handle
  /// Closes; NFS reports a full disk here.
  func close(_ handle: Handle) throws(DiskError)

  /// The status of `name` in `folder`, of the link itself if it is one.
  func status(of name: FileName, in folder: Handle) throws(DiskError) -> FileStatus
  /// The status of an open file.
  func status(of handle: Handle) throws(DiskError) -> FileStatus
  /// Every name in an open folder except `.` and `..`, in the kernel's order.
  func entries(of folder: Handle) throws(DiskError) -> [FolderEntry]

  /// Makes a folder; EEXIST if the name is taken.
  func makeFolder(_ name: FileName, in folder: Handle, mode: UInt32) throws(DiskError)
  /// Makes a symbolic link that holds `target`.
  func makeSymbolicLink(_ name: FileName, in folder: Handle, to target: [UInt8])
    throws(DiskError)
  /// What a symbolic link holds.
  func readSymbolicLink(_ name: FileName, in folder: Handle) throws(DiskError) -> [UInt8]
  /// Makes a device, FIFO or socket: `mode` includes the file type.
  func makeNode(_ name: FileName, in folder: Handle, mode: UInt32, device: UInt64)
    throws(DiskError)
  /// Gives the file `name` a second name; EEXIST if it is taken.
  func link(
    _ name: FileName, in folder: Handle, to newName: FileName, in newFolder: Handle
  ) throws(DiskError)
  /// Renames, replacing what has the new name.
  func rename(
    _ name: FileName, in folder: Handle, to newName: FileName, in newFolder: Handle
  ) throws(DiskError)
  /// Renames a file unless the new name is taken: EEXIST then, and nothing has changed. EOPNOTSUPP
  /// where that cannot be promised. For places without links; the file may become read-only.
  func renameIfAbsent(
    _ name: FileName, in folder: Handle, to newName: FileName, in newFolder: Handle
  ) throws(DiskError)
  /// Removes a name, or with `folder` true an empty folder.
  func remove(_ name: FileName, in folder: Handle, isFolder: Bool) throws(DiskError)

  /// Fills `buffer` from `offset`; returns fewer bytes only at the end of the file.
  func read(_ handle: Handle, at offset: Int64, into buffer: inout MutableRawSpan)
    throws(DiskError) -> Int
  /// Writes all of `bytes` at `offset`.
  func write(_ handle: Handle, at offset: Int64, _ bytes: RawSpan) throws(DiskError)
  /// Sets the size; what is new reads as zeros.
  func setSize(_ handle: Handle, to byteCount: Int64) throws(DiskError)
  /// Reserves space for `byteCount` bytes, changing no content; ENOSPC comes here rather than at a
  /// write. File systems that cannot reserve are no error.
  func reserve(_ handle: Handle, byteCount: Int64) throws(DiskError)
  /// The next range at or after `offset` that holds data, or `nil` if only a hole is left.
  func nextData(_ handle: Handle, from offset: Int64, size: Int64) throws(DiskError)
    -> Range<Int64>?
  /// Copies inside the kernel (server-side on NFSv4.2); returns the bytes copied, 0 if the two
  /// places cannot do so.
  func copyRange(
    from source: Handle, at offset: Int64, to target: Handle, at targetOffset: Int64,
    byteCount: Int
  ) throws(DiskError) -> Int
  /// Makes `target` share all of `source`'s blocks; `false` if the file system cannot.
  func clone(_ source: Handle, to target: Handle) throws(DiskError) -> Bool

  /// How many of the file's bytes the page cache holds, where the kernel tells (Linux 6.5);
  /// reading these around the cache would be the slow way.
  func cachedByteCount(of handle: Handle) throws(DiskError) -> Int64?

  /// Starts bringing what was written to the disk and does not wait: work that goes on meanwhile
  /// hides the time that a later `sync` would take. A hint; only `sync` tells what became of it.
  func startWriting(_ handle: Handle)
  /// Makes data and size of a file, or the names of a folder, durable.
  func sync(_ handle: Handle) throws(DiskError)
  /// Makes everything written to the handle's file system durable.
  func syncFileSystem(_ handle: Handle) throws(DiskError)

  /// Sets permission bits, with set-user, set-group and sticky.
  func setMode(_ handle: Handle, _ mode: UInt32) throws(DiskError)
  /// Sets owner and group of `name`, of the link itself if it is one.
  func setOwner(_ name: FileName, in folder: Handle, user: UInt32, group: UInt32)
    throws(DiskError)
  /// Sets owner and group of an open file.
  func setOwner(_ handle: Handle, user: UInt32, group: UInt32) throws(DiskError)
  /// Sets the modification time (access time too) of `name`, of the link itself if it is one.
  func setTimes(_ name: FileName, in folder: Handle, modified: Timestamp) throws(DiskError)
  /// Sets the modification time (access time too) of an open file.
  func setTimes(_ handle: Handle, modified: Timestamp) throws(DiskError)
  /// All extended attributes, ACLs among them, sorted by name. A file system without them: none.
  func attributes(of handle: Handle) throws(DiskError) -> [ExtendedAttribute]
  /// The same for `name`, of the link itself if it is one.
  func attributes(of name: FileName, in folder: Handle) throws(DiskError) -> [ExtendedAttribute]
  /// Sets one extended attribute.
  func setAttribute(_ handle: Handle, _ attribute: ExtendedAttribute) throws(DiskError)
  /// Sets one extended attribute of `name`, of the link itself if it is one.
  func setAttribute(_ name: FileName, in folder: Handle, _ attribute: ExtendedAttribute)
    throws(DiskError)
  /// Removes one extended attribute; ENODATA if there is none of this name.
  func removeAttribute(_ handle: Handle, named name: [UInt8]) throws(DiskError)

  /// What kind of file system an open file lies on.
  func fileSystem(of handle: Handle) throws(DiskError) -> FileSystem

  /// A lane for batches of bulk operations, to be used by one thread.
  func makeLane() throws(DiskError) -> any Lane
}

extension Disk {
  /// Disks with links need nothing else.
  public func renameIfAbsent(
    _ name: FileName, in folder: Handle, to newName: FileName, in newFolder: Handle
  ) throws(DiskError) {
    throw DiskError(.rename, code: EOPNOTSUPP, name: newName)
  }
  /// Disks without a page cache tell nothing.
  public func cachedByteCount(of handle: Handle) throws(DiskError) -> Int64? { nil }
  /// Disks without a page cache have nothing to start.
  public func startWriting(_ handle: Handle) {}
}

/// An open file or folder of a `Disk`. A plain value: whoever opened it closes it.
public struct Handle: Hashable, Sendable {
  /// The descriptor's number.
  public let descriptor: Int32

  /// A handle on an open descriptor.
  public init(_ descriptor: Int32) { self.descriptor = descriptor }

  /// The folder that relative paths start from (AT_FDCWD); absolute names ignore it.
  public static let current = Handle(-100)
}

/// How a file is opened.
public enum Access: Hashable, Sendable {
  /// For reading. `direct` bypasses the page cache: offsets, lengths and buffers must then be
  /// multiples of 4096.
  case read(direct: Bool = false)
  /// For reading and writing, as it is.
  case update(direct: Bool = false)
  /// Made new, for reading and writing; EEXIST if the name is taken.
  case create(mode: UInt32, direct: Bool = false)
  /// A folder, for its names and as the start of other names.
  case folder
}

/// What `statx` tells of a file.
public struct FileStatus: Hashable, Sendable {
  /// What kind of file it is.
  public var kind: FileKind
  /// Permission bits with set-user, set-group and sticky: 0o7777.
  public var mode: UInt32
  /// The owner's number.
  public var user: UInt32
  /// The owning group's number.
  public var group: UInt32
  /// Bytes.
  public var size: Int64
  /// Bytes that take space on the disk; fewer than `size` where the file has holes.
  public var allocated: Int64
  /// When the content last changed.
  public var modified: Timestamp
  /// When data or metadata last changed; cannot be set by programs.
  public var changed: Timestamp
  /// The file's number on its volume.
  public var inode: UInt64
  /// The device the file lies on.
  public var volume: UInt64
  /// The number of names.
  public var linkCount: UInt32
  /// The device that a device file stands for.
  public var device: UInt64

  /// A status with every field given.
  public init(
    kind: FileKind, mode: UInt32, user: UInt32, group: UInt32, size: Int64, allocated: Int64,
    modified: Timestamp, changed: Timestamp, inode: UInt64, volume: UInt64, linkCount: UInt32,
    device: UInt64
  ) {
    self.kind = kind
    self.mode = mode
    self.user = user
    self.group = group
    self.size = size
    self.allocated = allocated
    self.modified = modified
    self.changed = changed
    self.inode = inode
    self.volume = volume
    self.linkCount = linkCount
    self.device = device
  }
}

/// One name of a folder, as getdents64 gives it.
public struct FolderEntry: Hashable, Sendable {
  /// The name, without a path.
  public let name: FileName
  /// `nil` where the file system does not say without a `status` call.
  public let kind: FileKind?
  /// The file's number on its volume.
  public let inode: UInt64

  /// An entry with every field given.
  public init(name: FileName, kind: FileKind?, inode: UInt64) {
    self.name = name
    self.kind = kind
    self.inode = inode
  }
}

/// What a mount can do, by its file system type.
public struct FileSystem: Hashable, Sendable {
  /// The magic number that statfs gives.
  public var magic: UInt64
  /// Whether a server is behind it (NFS, SMB, FUSE, Lustre …): operations are slow, not the disk.
  public var isRemote: Bool
  /// Whether files have modes, owners and a time of their last change of metadata.
  public var holdsModes = true
  /// Whether a file that is open anywhere cannot be removed or replaced.
  public var locksOpenFiles = false
  /// Whether names that differ in case are two, as far as the kind of file system tells.
  public var isCaseSensitive = true
  /// Nanoseconds to which times are cut, as far as the kind of file system tells.
  public var timeStep: Int64 = 1
  /// Whether a name may be any bytes, and not only what SMB has characters for.
  public var takesAnyName = true

  /// A file system of the type `magic`.
  public init(magic: UInt64, isRemote: Bool) {
    self.magic = magic
    self.isRemote = isRemote
  }

  /// Whether a file can have this name at all.
  func holds(_ name: FileName) -> Bool { takesAnyName || SMBName.isAllowed(name.bytes) }

  /// A share that is reached without the kernel, under the number of its own SMB client.
  static let smb: FileSystem = {
    var system = FileSystem(magic: 0xFE53_4D42, isRemote: true)
    system.holdsModes = false
    system.locksOpenFiles = true
    system.isCaseSensitive = false
    system.timeStep = 1_000
    system.takesAnyName = false
    return system
  }()
}
