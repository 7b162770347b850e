public import FrameEngine

/// What a file has beside its bytes: what `restore` and `copy` bring back.
public struct FileMetadata: Hashable, Sendable {
  /// What kind of file it is.
  public var kind: FileKind
  /// Permission bits with set-user, set-group and sticky: 0o7777.
  public var mode: UInt32
  /// The owner's number.
  public var user: UInt32
  /// The group's number.
  public var group: UInt32
  /// When the contents last changed.
  public var modified: Timestamp
  /// Extended attributes, POSIX ACLs among them (`system.posix_acl_access`, `…_default`), sorted
  /// by name.
  public var attributes: [ExtendedAttribute]
  /// What a symbolic link holds; empty for other kinds.
  public var linkTarget: [UInt8]
  /// The device a device file stands for; 0 for other kinds.
  public var device: UInt64

  /// Metadata with the fields of `status`, and what a status does not hold.
  public init(
    _ status: FileStatus, attributes: [ExtendedAttribute] = [], linkTarget: [UInt8] = []
  ) {
    kind = status.kind
    mode = status.mode
    user = status.user
    group = status.group
    modified = status.modified
    self.attributes = attributes
    self.linkTarget = linkTarget
    device = status.kind.isDevice ? status.device : 0
  }

  /// Reads the metadata of an open file or folder whose status is known. One call where there are
  /// no attributes.
  public static func capture(_ handle: Handle, _ status: FileStatus, on disk: any Disk)
    throws(DiskError) -> FileMetadata
  {
    FileMetadata(status, attributes: try disk.attributes(of: handle))
  }

  /// Reads the metadata of `name`, of the link itself if it is one, whose status is known. For
  /// kinds that are not opened: links, FIFOs, sockets, devices.
  public static func capture(
    _ name: FileName, in folder: Handle, _ status: FileStatus, on disk: any Disk
  ) throws(DiskError) -> FileMetadata {
    FileMetadata(
      status,
      attributes: try disk.attributes(of: name, in: folder),
      linkTarget: status.kind == .symbolicLink
        ? try disk.readSymbolicLink(name, in: folder) : [])
  }
}

extension FileKind {
  /// Whether the kind is a character or block device.
  public var isDevice: Bool { self == .characterDevice || self == .blockDevice }

  /// The type bits of a mode, as makeNode takes them (S_IFMT).
  public var typeBits: UInt32 {
    switch self {
    case .regular: 0o100000
    case .folder: 0o040000
    case .symbolicLink: 0o120000
    case .fifo: 0o010000
    case .socket: 0o140000
    case .characterDevice: 0o020000
    case .blockDevice: 0o060000
    }
  }
}

/// What tells one file from every other on a machine: hard links are names of equal identity.
public struct FileIdentity: Hashable, Sendable {
  /// The device that the file lies on.
  public let volume: UInt64
  /// Its number there.
  public let inode: UInt64

  /// The identity of the file with this status.
  public init(_ status: FileStatus) {
    volume = status.volume
    inode = status.inode
  }
}

extension FileStatus {
  /// The identity to find the other names by; `nil` for folders and for files with one name.
  public var sharedIdentity: FileIdentity? {
    linkCount > 1 && kind != .folder ? FileIdentity(self) : nil
  }
}
