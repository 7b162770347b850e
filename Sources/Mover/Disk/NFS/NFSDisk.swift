// The contract of every call stands on `Disk`.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

import CNFS
public import FrameEngine
import Glibc

/// An export of an NFS server, reached without a mount: version 3 over TCP by libnfs (RFC 1813).
///
/// - Absolute names and `Handle.current` start at the export's root. Names of several parts are
///   walked here; relative links on the way are followed.
/// - Identity is AUTH_SYS: the numbers of this process's user, group and first 16 groups.
/// - Version 3 has no extended attributes, no holes to ask for, no server-side copies: there are
///   none, all of a file is data, and callers copy.
/// - Writes are UNSTABLE and kept here until COMMIT has answered for them, so that a restart of the
///   server in between costs nothing: they are written again.
/// - Every change of names is on stable storage when the server answers (RFC 1813, 4.8), so `sync`
///   of a folder has nothing to do.
/// - A call whose answer was lost with its connection is sent again. Where that makes an answer
///   ambiguous, a look at the server decides: see `NFSDisk+Names`.
public final class NFSDisk: Disk {
  let server: NFSServer
  let files = NFSFiles()
  let unsettled: NFSUnsettled
  /// The permission bits that the process takes from what it makes: servers do not know them.
  let umask = SystemFile.umask

  /// Mounts the export at `address`. A cancelled `cancellation` ends the waiting for a server that
  /// went away.
  public convenience init(_ address: NFSAddress, cancellation: CancelToken? = nil)
    throws(NFSFailure)
  {
    try self.init(address, limits: NFSLimits(), cancellation: cancellation)
  }

  init(
    _ address: NFSAddress, limits: NFSLimits, width: Int = 4, cancellation: CancelToken? = nil
  ) throws(NFSFailure) {
    server = try NFSServer(address, limits: limits, width: width, cancellation: cancellation)
    unsettled = NFSUnsettled(server)
  }

  /// The file that relative names start from.
  func start(_ folder: Handle, _ name: FileName, _ operation: DiskError.Operation)
    throws(DiskError) -> farmio_nfs_file
  {
    if folder == .current || name.bytes.first == UInt8(ascii: "/") { return server.root }
    let open = try files.file(folder, operation)
    guard open.kind == .folder else { throw DiskError(operation, code: ENOTDIR, name: name) }
    return open.file
  }

  public func open(_ name: FileName, in folder: Handle, _ access: Access) throws(DiskError)
    -> Handle
  {
    let start = try start(folder, name, .open)
    if case .create(let mode, _) = access { return try create(name, from: start, mode: mode) }
    let node = try server.node(at: name, from: start, .open)
    switch (node.kind, access) {
    case (.symbolicLink, .folder): throw DiskError(.open, code: ENOTDIR, name: name)
    case (.symbolicLink, _): throw DiskError(.open, code: ELOOP, name: name)
    case (.folder, .update): throw DiskError(.open, code: EISDIR, name: name)
    case (.folder, _): break
    case (_, .folder): throw DiskError(.open, code: ENOTDIR, name: name)
    default: break
    }
    return try files.add(NFSOpenFile(node.file, node.kind), name)
  }

  public func close(_ handle: Handle) throws(DiskError) { try files.remove(handle) }

  public func status(of name: FileName, in folder: Handle) throws(DiskError) -> FileStatus {
    let node = try server.node(at: name, from: try start(folder, name, .status), .status)
    return server.status(node.attributes)
  }

  public func status(of handle: Handle) throws(DiskError) -> FileStatus {
    let open = try files.file(handle, .status)
    return server.status(try server.attributes(of: open.file, .status))
  }

  public func entries(of folder: Handle) throws(DiskError) -> [FolderEntry] {
    let open = try files.file(folder, .list)
    guard open.kind == .folder else { throw DiskError(.list, code: ENOTDIR) }
    var entries: [FolderEntry] = []
    var cookie: UInt64 = 0
    var verifier: UInt64 = 0
    while true {
      let call = NFSCall(
        NFS3_READDIRPLUS, open.file, offset: Int64(bitPattern: cookie),
        count: NFSDisk.listingBytes, verifier: verifier)
      let reply = try server.perform(call, .list)
      for entry in call.entries where entry.name != [0x2E] && entry.name != [0x2E, 0x2E] {
        entries.append(try entry.checked())
      }
      verifier = reply.verifier
      if reply.isEnd { return entries }
      // A listing that never ends is an attack or a loop in the server.
      guard let last = call.entries.last, entries.count < NFSDisk.entryLimit else {
        throw DiskError(.list, code: EBADMSG)
      }
      cookie = last.cookie
    }
  }

  /// Bytes of one part of a listing.
  private static let listingBytes = 64 << 10
  /// Names of one folder.
  private static let entryLimit = 1 << 24

  public func fileSystem(of handle: Handle) throws(DiskError) -> FileSystem {
    _ = try files.file(handle, .fileSystem)
    return FileSystem(magic: 0x6969, isRemote: true)
  }

  public func makeLane() throws(DiskError) -> any Lane { NFSLane(self) }
}

extension NFSEntry {
  /// The entry; EBADMSG for a name that no folder can hold, which could lead out of it.
  fileprivate func checked() throws(DiskError) -> FolderEntry {
    guard (1...Limits.nameBytes).contains(name.count), !name.contains(UInt8(ascii: "/")) else {
      throw DiskError(.list, code: EBADMSG, name: FileName(name))
    }
    return FolderEntry(name: FileName(name), kind: FileKind(nfsType: type), inode: inode)
  }
}
