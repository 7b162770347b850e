// The contract of every call stands on `Disk`.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

public import FrameEngine
import Glibc

// Making, renaming and removing names. What was asked on a connection that was lost may have been
// done: asked again, its traces are the answer.
extension SMBDisk {
  public func makeFolder(_ name: FileName, in folder: Handle, mode: UInt32) throws(DiskError) {
    let path = try path(name, in: folder, .makeFolder, orElse: EILSEQ)
    try failing(.makeFolder, name) { () throws(SMBFault) in
      try pool.repeating { (connection, isFirst) throws(SMBFault) in
        try connection.ask(SMBRequest(.makeFolder, path), unlessDone: EEXIST, isFirst)
      }
    }
  }

  public func rename(
    _ name: FileName, in folder: Handle, to newName: FileName, in newFolder: Handle
  ) throws(DiskError) {
    let path = try path(name, in: folder, .rename, orElse: ENOENT)
    let newPath = try self.path(newName, in: newFolder, .rename, orElse: EILSEQ)
    try failing(.rename, newName) { () throws(SMBFault) in
      try patiently { () throws(SMBFault) in
        try pool.repeating { (connection, isFirst) throws(SMBFault) in
          do throws(SMBFault) {
            _ = try connection.ask(SMBRequest(.rename, path, newPath))
          } catch {
            // The library says of every obstacle that the new name is taken.
            guard try !connection.hasRenamed(path, to: newPath, isFirst, error) else { return }
            throw try connection.obstacle(at: newPath, to: error)
          }
        }
      }
    }
    handles.move(path, to: newPath)
  }

  public func renameIfAbsent(
    _ name: FileName, in folder: Handle, to newName: FileName, in newFolder: Handle
  ) throws(DiskError) {
    let path = try path(name, in: folder, .rename, orElse: ENOENT)
    let newPath = try self.path(newName, in: newFolder, .rename, orElse: EILSEQ)
    guard try isProved({ () throws(DiskError) in try proveReadOnlyStays(beside: newPath, newName) })
    else { throw DiskError(.rename, code: EOPNOTSUPP, name: newName) }
    try failing(.rename, newName) { () throws(SMBFault) in
      try pool.onAny { (connection) throws(SMBFault) in
        try connection.refresh()
        // The server stops at a file that is read-only, as those are which were made like this; it
        // would replace one that another program wrote.
        guard try !connection.holds(newPath) else { throw SMBFault.refused(EEXIST) }
        _ = try connection.ask(SMBRequest(.renameIfAbsent, path, newPath))
      }
    }
    handles.move(path, to: newPath)
  }

  public func remove(_ name: FileName, in folder: Handle, isFolder: Bool) throws(DiskError) {
    let path = try path(name, in: folder, .remove, orElse: ENOENT)
    let request = SMBRequest(isFolder ? .removeFolder : .removeFile, path)
    try failing(.remove, name) { () throws(SMBFault) in
      try patiently { () throws(SMBFault) in
        try pool.repeating { (connection, isFirst) throws(SMBFault) in
          do throws(SMBFault) {
            try connection.ask(request, unlessDone: ENOENT, isFirst)
          } catch {
            guard !isFolder, case .refused(let code) = error, code == EINVAL || code == EACCES,
              try connection.makeWritable(path)
            else { throw error }
            _ = try connection.ask(request)
          }
        }
      }
    }
  }

  public func makeSymbolicLink(_ name: FileName, in folder: Handle, to target: [UInt8])
    throws(DiskError)
  {
    throw DiskError(.makeLink, code: EOPNOTSUPP, name: name)
  }

  public func readSymbolicLink(_ name: FileName, in folder: Handle) throws(DiskError) -> [UInt8] {
    throw DiskError(.readLink, code: EINVAL, name: name)
  }

  public func makeNode(_ name: FileName, in folder: Handle, mode: UInt32, device: UInt64)
    throws(DiskError)
  {
    throw DiskError(.makeNode, code: EOPNOTSUPP, name: name)
  }

  public func link(
    _ name: FileName, in folder: Handle, to newName: FileName, in newFolder: Handle
  ) throws(DiskError) {
    throw DiskError(.link, code: EOPNOTSUPP, name: newName)
  }
}

extension SMBDisk {
  /// Whether a rename really stops at a file that is read-only, seen on two files that are made and
  /// removed: a server may be told to remove such files all the same ("delete readonly" of Samba).
  private func proveReadOnlyStays(beside path: FileName, _ name: FileName) throws(DiskError)
    -> Bool
  {
    let folder = FileName(
      Array(path.bytes[..<(path.bytes.lastIndex(of: UInt8(ascii: "/")) ?? 0)]))
    let first = folder.appending(TemporaryName(owner: .current).fileName)
    let second = folder.appending(TemporaryName(owner: .current).fileName)
    defer {
      for file in [first, second] {
        do throws(DiskError) { try remove(file, in: .current, isFolder: false) } catch {
          // It is named like an unfinished file: the next sweep removes it.
        }
      }
    }
    for file in [first, second] {
      try close(try open(file, in: .current, .create(mode: 0o666)))
    }
    return try failing(.rename, name) { () throws(SMBFault) in
      try pool.onAny { (connection) throws(SMBFault) in
        do throws(SMBFault) {
          var request = SMBRequest(.setReadOnly, second)
          request.mode = 1
          _ = try connection.ask(request)
          _ = try connection.ask(SMBRequest(.renameIfAbsent, first, second))
          return false
        } catch {
          switch error {
          case .refused(EEXIST): return true
          case .refused(EOPNOTSUPP): return false
          default: throw error
          }
        }
      }
    }
  }
}

extension SMBConnection {
  /// Asks; being told `code` is success where the request may have been done before.
  fileprivate mutating func ask(
    _ request: SMBRequest, unlessDone code: Int32, _ isFirst: Bool
  ) throws(SMBFault) {
    do throws(SMBFault) {
      _ = try ask(request)
    } catch {
      guard case .refused(code) = error, !isFirst else { throw error }
    }
  }

  /// Whether an earlier try, whose answer was lost, made the rename.
  fileprivate mutating func hasRenamed(
    _ path: FileName, to newPath: FileName, _ isFirst: Bool, _ fault: SMBFault
  ) throws(SMBFault) -> Bool {
    guard !isFirst, case .refused(ENOENT) = fault else { return false }
    do throws(SMBFault) {
      _ = try ask(SMBRequest(.status, newPath))
      return true
    } catch {
      guard case .refused = error else { throw error }
      return false
    }
  }

  /// Whether anything has a name.
  fileprivate mutating func holds(_ path: FileName) throws(SMBFault) -> Bool {
    do throws(SMBFault) {
      _ = try ask(SMBRequest(.status, path))
      return true
    } catch {
      guard case .refused(ENOENT) = error else { throw error }
      return false
    }
  }

  /// What really keeps a rename from replacing what has the name, where that can be told; a file that
  /// is read-only is made writable, and counts as one that somebody has open.
  fileprivate mutating func obstacle(at path: FileName, to fault: SMBFault) throws(SMBFault)
    -> SMBFault
  {
    guard case .refused(EEXIST) = fault else { return fault }
    _ = try makeWritable(path)
    return .refused(EBUSY)
  }

  /// Makes a file writable that is not; `false` if there is none.
  fileprivate mutating func makeWritable(_ path: FileName) throws(SMBFault) -> Bool {
    let status: SMBStatus
    do throws(SMBFault) {
      status = try ask(SMBRequest(.status, path)).status
    } catch {
      guard case .refused = error else { throw error }
      return false
    }
    guard !status.isFolder, status.isReadOnly else { return false }
    _ = try ask(SMBRequest(.setReadOnly, path))
    return true
  }
}
