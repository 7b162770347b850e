// The contract of every call stands on `Disk`.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

public import FrameEngine
import Glibc

/// A share of an SMB server, reached without a mount. Absolute names, and names relative to
/// `Handle.current`, start at the share.
///
/// What it cannot keep of the contract of `Disk`, because libsmbclient or the protocol has it not:
///
/// - `sync` does nothing: the library has no flush. What was written and closed is with the server,
///   whose own matter it is when that reaches a disk.
/// - `rename` over an existing file removes that first: for a moment, or after a cut at the wrong one,
///   there is none of that name. `renameIfAbsent` is atomic.
/// - There are no links, devices, modes, owners or extended attributes. Times are kept to the
///   microsecond. A file that no one may write shows the mode 0444.
/// - Names that differ in case only are one. Names that the protocol forbids are EILSEQ.
/// - A file that any client has open cannot be removed or renamed: both are tried for some seconds.
/// - A connection that is lost takes its open files with it: ESTALE.
public final class SMBDisk: Disk {
  /// The share.
  public let address: SMBAddress
  let pool: SMBPool
  let handles = SMBHandles()
  let volume: UInt64
  let user = geteuid()
  let group = getegid()
  let threads: ThreadPool?
  let cancellation: CancelToken?
  private let proof = Condition<Bool?>(nil)

  /// Opens the share of `address` over `connections` connections, each a process of `program`; only
  /// the first is made at once. Throws what a person can act upon: a wrong password, no such share.
  public init(
    _ address: SMBAddress, as login: SMBLogin, program: SMBProgram, connections: Int = 4,
    cancellation: CancelToken? = nil
  ) throws(SMBFailure) {
    precondition((1...64).contains(connections), "a share takes 1 to 64 connections")
    self.address = address
    self.cancellation = cancellation
    pool = SMBPool(
      SMBPeer(program: program, address: address, login: login), count: connections,
      cancellation: cancellation)
    threads = connections > 1 ? ThreadPool(width: connections, name: "farmio smb") : nil
    volume = address.shareName.utf8.reduce(0xCBF2_9CE4_8422_2325) {
      ($0 ^ UInt64($1)) &* 0x100_0000_01B3
    }
    do throws(SMBFault) {
      _ = try pool.onAny { (connection) throws(SMBFault) in
        try connection.ask(SMBRequest(.status, ""))
      }
    } catch {
      throw SMBFailure(opening: address, as: login, error.code)
    }
  }

  /// The client programs that run now.
  var processIdentifiers: [Int32] { pool.processIdentifiers }

  public func open(_ name: FileName, in folder: Handle, _ access: Access) throws(DiskError)
    -> Handle
  {
    switch access {
    case .folder:
      let path = try path(name, in: folder, .open, orElse: ENOENT)
      guard try status(at: path, .open, name).isFolder else {
        throw DiskError(.open, code: ENOTDIR, name: name)
      }
      return handles.add(SMBHandles.Entry(path: path))
    case .read: return try openFile(name, in: folder, flags: 0)
    case .update: return try openFile(name, in: folder, flags: 1)
    case .create: return try openFile(name, in: folder, flags: 3)
    }
  }

  private func openFile(_ name: FileName, in folder: Handle, flags: UInt8) throws(DiskError)
    -> Handle
  {
    let isNew = flags & 2 != 0
    let path = try path(name, in: folder, .open, orElse: isNew ? EILSEQ : ENOENT)
    var request = SMBRequest(.open, path)
    request.flags = flags
    for attempt in 0... {
      let seat = pool.seatForFile()
      do throws(SMBFault) {
        let (number, generation) = try patiently { () throws(SMBFault) in
          try pool.on(seat) { (connection) throws(SMBFault) in
            // What is lost on the way may have made the file: it is not asked for twice.
            if isNew { try connection.refresh() }
            return (try connection.ask(request).value, connection.generation)
          }
        }
        let file = SMBHandles.File(
          seat: seat, generation: generation, number: Int32(truncatingIfNeeded: number),
          isWritable: flags & 1 != 0)
        return handles.add(SMBHandles.Entry(path: path, file: file))
      } catch {
        pool.release(seat)
        guard case .lost = error, !isNew, attempt < 4,
          pool.wait(.milliseconds(100 << (2 * attempt)))
        else { throw DiskError(.open, code: error.code, name: name) }
      }
    }
    fatalError("the loop ends by a return or a throw")
  }

  public func close(_ handle: Handle) throws(DiskError) {
    guard let entry = handles.remove(handle) else { throw DiskError(.close, code: EBADF) }
    guard let file = entry.file else { return }
    defer { pool.release(file.seat) }
    try failing(.close) { () throws(SMBFault) in
      try pool.on(file.seat) { (connection) throws(SMBFault) in
        guard connection.isServing(file) else {
          // Of a file that was only read nothing is lost.
          if file.isWritable { throw .lost(ESTALE) }
          return
        }
        var request = SMBRequest(.close)
        request.file = file.number
        _ = try connection.ask(request)
      }
    }
    if let time = file.time { try setTime(at: entry.path, time, "") }
  }

  public func status(of name: FileName, in folder: Handle) throws(DiskError) -> FileStatus {
    if let listed = handles.takeListed(name, in: folder) { return described(listed) }
    let path = try path(name, in: folder, .status, orElse: ENOENT)
    return described(try status(at: path, .status, name))
  }

  public func status(of handle: Handle) throws(DiskError) -> FileStatus {
    let entry = try handles.entry(handle, .status)
    guard let file = entry.file else { return described(try status(at: entry.path, .status, "")) }
    var request = SMBRequest(.fileStatus)
    request.file = file.number
    let reply = try onFile(file, .status) { (connection) throws(SMBFault) in
      try connection.ask(request)
    }
    var status = described(reply.status)
    if let time = file.time { status.modified = time }
    return status
  }

  public func entries(of folder: Handle) throws(DiskError) -> [FolderEntry] {
    let path = try handles.entry(folder, .list).path
    let found = try failing(.list) { () throws(SMBFault) in
      try pool.repeating { (connection, _) throws(SMBFault) in
        var listing = SMBListing()
        var reply = try connection.ask(SMBRequest(.list, path))
        while reply.value > 0 {
          try connection.withData(reply.value) { (bytes) throws(SMBFault) in
            try listing.add(bytes)
          }
          reply = try connection.ask(SMBRequest(.listMore))
        }
        return listing
      }
    }
    handles.setListed(folder, found.statuses)
    return found.entries
  }

  public func fileSystem(of handle: Handle) throws(DiskError) -> FileSystem {
    _ = try handles.entry(handle, .fileSystem)
    return .smb
  }

  public func makeLane() throws(DiskError) -> any Lane { SMBLane(disk: self) }
}

extension SMBDisk {
  /// The path in the share of a name in a folder.
  func path(
    _ name: FileName, in folder: Handle, _ operation: DiskError.Operation, orElse code: Int32
  ) throws(DiskError) -> FileName {
    let folder = try handles.entry(folder, operation, name).path
    return try SMBName.path(of: name, below: folder, operation, orElse: code)
  }

  /// Runs `body` on the connection that a file is open on.
  func onFile<R>(
    _ file: SMBHandles.File, _ operation: DiskError.Operation,
    _ body: (inout SMBConnection) throws(SMBFault) -> sending R
  ) throws(DiskError) -> R {
    try failing(operation) { () throws(SMBFault) in
      try pool.on(file.seat) { (connection) throws(SMBFault) in
        guard connection.isServing(file) else { throw .lost(ESTALE) }
        return try body(&connection)
      }
    }
  }

  /// Runs `body`, for some seconds again while somebody has the file open, or just removes it.
  func patiently<R>(_ body: () throws(SMBFault) -> R) throws(SMBFault) -> R {
    var pause = Duration.milliseconds(2)
    for _ in 0..<24 {
      do throws(SMBFault) {
        return try body()
      } catch {
        guard case .refused(EBUSY) = error, pool.wait(pause) else { throw error }
        pause = min(pause * 2, .milliseconds(250))
      }
    }
    return try body()
  }

  /// Asks for the status of a path, again if the connection was lost.
  func status(at path: FileName, _ operation: DiskError.Operation, _ name: FileName)
    throws(DiskError) -> SMBStatus
  {
    try failing(operation, name) { () throws(SMBFault) in
      try patiently { () throws(SMBFault) in
        try pool.repeating { (connection, _) throws(SMBFault) in
          try connection.ask(SMBRequest(.status, path)).status
        }
      }
    }
  }

  func setTime(at path: FileName, _ time: Timestamp, _ name: FileName) throws(DiskError) {
    var request = SMBRequest(.setTime, path)
    request.time = time
    try failing(.setTimes, name) { () throws(SMBFault) in
      try pool.repeating { (connection, _) throws(SMBFault) in _ = try connection.ask(request) }
    }
  }

  /// Runs `body`, its failure told in the terms of `Disk`.
  func failing<R>(
    _ operation: DiskError.Operation, _ name: FileName = "", _ body: () throws(SMBFault) -> R
  ) throws(DiskError) -> R {
    do throws(SMBFault) {
      return try body()
    } catch {
      throw DiskError(operation, code: error.code, name: name)
    }
  }

  /// A server's answer as a status: what it does not know is as mount.cifs shows it.
  func described(_ status: SMBStatus) -> FileStatus {
    FileStatus(
      kind: status.isFolder ? .folder : .regular,
      mode: status.isFolder ? 0o755 : status.isReadOnly ? 0o444 : 0o644, user: user, group: group,
      size: status.size, allocated: status.size, modified: status.modified,
      changed: status.changed, inode: status.inode, volume: volume, linkCount: 1, device: 0)
  }

  /// Whether this share's server keeps what `renameIfAbsent` builds on; proved once by `body`.
  func isProved(_ body: () throws(DiskError) -> Bool) throws(DiskError) -> Bool {
    if let known = proof.withLock({ $0 }) { return known }
    let proved = try body()
    proof.withLock { $0 = proved }
    return proved
  }
}

extension SMBConnection {
  /// Whether a file is open on the program that runs now.
  fileprivate func isServing(_ file: SMBHandles.File) -> Bool {
    processIdentifier != nil && generation == file.generation
  }
}

extension SMBFailure {
  /// A share that could not be opened, by what the library said.
  init(opening address: SMBAddress, as login: SMBLogin, _ code: Int32) {
    share = address.shareName
    switch code {
    case EACCES, EPERM:
      switch login {
      case .account(let user, _, _):
        reason = "the server refuses the user '\(user)' with this password, or this share"
        remedy = "Check user name, password and domain in the file of credentials."
      case .ticket:
        reason = "the server refuses the Kerberos ticket, or this share"
        remedy = "Get a ticket (kinit), or name a file of credentials in FARMIO_SMB_CREDENTIALS."
      case .guest:
        reason = "the server lets no guest in"
        remedy = "Name a file with username= and password= in FARMIO_SMB_CREDENTIALS."
      }
    case ENOENT, ENODEV:
      reason = "the server has no share of this name"
      remedy = "List its shares: smbclient -L \(address.server)"
    case ECONNREFUSED, ETIMEDOUT, EHOSTUNREACH, EHOSTDOWN, ENETUNREACH, ECONNABORTED, ECONNRESET:
      reason = "the server does not answer: \(DiskError(.open, code: code).cause)"
      remedy = "Check its name and port, and that it serves SMB 2 or 3."
    default:
      reason = DiskError(.open, code: code).cause
      remedy = "Try the same share by smbclient, which tells more."
    }
  }
}
