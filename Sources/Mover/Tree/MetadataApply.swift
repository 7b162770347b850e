public import FrameEngine
import Glibc

/// Which metadata is brought over.
public struct MetadataPolicy: Hashable, Sendable {
  /// Owner and group. Programs without the right to give files away leave a note instead.
  public var owner = true
  /// Extended attributes and ACLs.
  public var attributes = true

  /// Everything is brought over.
  public init() {}
}

/// One piece of metadata that a target did not take. A note, not a failure: the data is whole.
public struct MetadataNote: Hashable, Sendable {
  /// The pieces that callers tell apart.
  public enum Piece: String, Hashable, Sendable {
    case owner, mode, times, attribute
  }

  /// What is missing.
  public let piece: Piece
  /// The cause, with the name of the attribute where it is one.
  public let cause: DiskError

  init(_ piece: Piece, _ cause: DiskError) {
    self.piece = piece
    self.cause = cause
  }
}

// The order of setting is fixed. The owner comes first, since changing it clears set-user bits and
// capabilities. Attributes come before the mode, which may take the right to write them away, and
// an ACL changes the mode. Times come last, since nothing else may touch the file after them; those
// of a folder only after everything in it is in place.
extension FileMetadata {
  /// What a target looks like before metadata is applied to it.
  public struct Current: Hashable, Sendable {
    /// Permission bits with set-user, set-group and sticky.
    public var mode: UInt32
    /// The owner.
    public var user: UInt32
    /// The owning group.
    public var group: UInt32

    /// What a caller knows without asking, as of a file it just made.
    public init(mode: UInt32, user: UInt32, group: UInt32) {
      self.mode = mode
      self.user = user
      self.group = group
    }

    /// What a status shows.
    public init(_ status: FileStatus) {
      self.init(mode: status.mode, user: status.user, group: status.group)
    }
  }

  /// The same, of a target whose status was just asked for.
  public func apply(
    to handle: Handle, current: FileStatus, on disk: any Disk,
    policy: MetadataPolicy = MetadataPolicy()
  ) throws(DiskError) -> [MetadataNote] {
    try apply(to: handle, current: Current(current), on: disk, policy: policy)
  }

  /// The same, of a target whose status was just asked for.
  public func apply(
    to name: FileName, in folder: Handle, current: FileStatus, on disk: any Disk,
    policy: MetadataPolicy = MetadataPolicy()
  ) throws(DiskError) -> [MetadataNote] {
    try apply(to: name, in: folder, current: Current(current), on: disk, policy: policy)
  }

  /// Sets what differs from `current`, the status of the open file or folder `handle`. Returns
  /// what the target does not take (not its owner, not supported there). Throws what says that the
  /// target itself fails (EIO, ENOSPC, EROFS).
  public func apply(
    to handle: Handle, current: Current, on disk: any Disk,
    policy: MetadataPolicy = MetadataPolicy()
  ) throws(DiskError) -> [MetadataNote] {
    var notes: [MetadataNote] = []
    var mode = mode
    if policy.owner, user != current.user || group != current.group {
      try note(.owner, &notes) { () throws(DiskError) in
        try setOwner(of: handle, current: current, on: disk)
      }
      // Somebody else's program must not run with the rights of whoever copied it.
      if !notes.isEmpty { mode &= ~0o6000 }
    }
    if policy.attributes {
      for attribute in attributes {
        try note(.attribute, &notes, of: attribute) { () throws(DiskError) in
          try disk.setAttribute(handle, attribute)
        }
      }
    }
    // Whatever came before may have changed the mode: owners clear bits, ACLs set them.
    let isTouched = user != current.user || group != current.group || !attributes.isEmpty
    if mode != current.mode || isTouched {
      try note(.mode, &notes) { () throws(DiskError) in try disk.setMode(handle, mode) }
    }
    try note(.times, &notes) { () throws(DiskError) in
      try disk.setTimes(handle, modified: modified)
    }
    return notes
  }

  /// The same for `name`, of the link itself if it is one: for kinds that are not opened. The mode
  /// of a symbolic link means nothing and is not set; that of another kind was given when it was
  /// made, and a umask that took bits from it leaves a note.
  public func apply(
    to name: FileName, in folder: Handle, current: Current, on disk: any Disk,
    policy: MetadataPolicy = MetadataPolicy()
  ) throws(DiskError) -> [MetadataNote] {
    var notes: [MetadataNote] = []
    if policy.owner, user != current.user || group != current.group {
      try note(.owner, &notes) { () throws(DiskError) in
        try disk.setOwner(name, in: folder, user: user, group: group)
      }
    }
    if policy.attributes {
      for attribute in attributes {
        try note(.attribute, &notes, of: attribute) { () throws(DiskError) in
          try disk.setAttribute(name, in: folder, attribute)
        }
      }
    }
    if kind != .symbolicLink, mode != current.mode {
      notes.append(MetadataNote(.mode, DiskError(.setMode, code: EOPNOTSUPP, name: name)))
    }
    try note(.times, &notes) { () throws(DiskError) in
      try disk.setTimes(name, in: folder, modified: modified)
    }
    return notes
  }

  /// Removes attributes and ACLs that `handle` has and this metadata has not: left by an older
  /// file of the name, or inherited from its folder. Those that belong to the file system or to a
  /// security policy stay. One call where there are none.
  public func removeExtraAttributes(
    of handle: Handle, on disk: any Disk
  ) throws(DiskError) -> [MetadataNote] {
    var notes: [MetadataNote] = []
    let wanted = Set(attributes.map(\.name))
    for extra in try disk.attributes(of: handle)
    where !wanted.contains(extra.name) && extra.isOwned {
      try note(.attribute, &notes, of: extra) { () throws(DiskError) in
        try disk.removeAttribute(handle, named: extra.name)
      }
    }
    return notes
  }

  /// Gives the file away; where only root may, at least to the right group.
  private func setOwner(of handle: Handle, current: Current, on disk: any Disk)
    throws(DiskError)
  {
    do throws(DiskError) {
      try disk.setOwner(handle, user: user, group: group)
    } catch {
      if error.code == EPERM, user != current.user, group != current.group {
        try disk.setOwner(handle, user: current.user, group: group)
      }
      throw error
    }
  }

  /// Runs `body`; turns a refusal into a note, and throws every other failure.
  private func note(
    _ piece: MetadataNote.Piece, _ notes: inout [MetadataNote],
    of attribute: ExtendedAttribute? = nil, _ body: () throws(DiskError) -> Void
  ) throws(DiskError) {
    do throws(DiskError) {
      try body()
    } catch {
      guard FileMetadata.isRefusal(error.code, of: piece) else { throw error }
      notes.append(MetadataNote(piece, attribute.map { error.at(FileName($0.name)) } ?? error))
    }
  }

  /// Whether a failure says that this place or this user cannot have the piece. File systems report
  /// an attribute that is too large as ENOSPC, E2BIG or ERANGE.
  private static func isRefusal(_ code: Int32, of piece: MetadataNote.Piece) -> Bool {
    switch code {
    case EPERM, EACCES, EOPNOTSUPP, ENOSYS, EINVAL: true
    case ENOSPC, EDQUOT, E2BIG, ERANGE: piece == .attribute
    default: false
    }
  }
}

extension ExtendedAttribute {
  /// Whether the attribute belongs to the file itself: set by its user, an ACL, or capabilities.
  fileprivate var isOwned: Bool {
    name.starts(with: Array("user.".utf8)) || name.starts(with: Array("system.posix_acl_".utf8))
      || name == Array("security.capability".utf8)
  }
}
