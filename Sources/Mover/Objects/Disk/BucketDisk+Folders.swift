// The contract of every call stands on `Disk`.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

public import FrameEngine
import Glibc

// Names and folders.
extension BucketDisk {
  /// The key of a name, without a slash at its end; the root's is empty. Absolute names may begin
  /// with the bucket's address, as a person types it.
  func key(_ name: FileName, in folder: Handle, _ operation: DiskError.Operation)
    throws(DiskError) -> String
  {
    var path = name.bytes[...]
    var parts: [ArraySlice<UInt8>] = []
    let slash = UInt8(ascii: "/")
    if folder == .current {
      if path.starts(with: root.utf8) { path = path.dropFirst(root.utf8.count) }
    } else {
      guard case .folder(let above) = try node(folder, operation) else {
        throw DiskError(operation, code: ENOTDIR, name: name)
      }
      parts = Array(above.prefix.utf8).split(separator: slash)
    }
    for part in path.split(separator: slash) where !part.elementsEqual(".".utf8) {
      if part.elementsEqual("..".utf8) { _ = parts.popLast() } else { parts.append(part) }
    }
    guard let key = String(validating: parts.joined(separator: [slash]), as: UTF8.self) else {
      throw DiskError(operation, code: EILSEQ, name: name, detail: "keys of a bucket are UTF-8")
    }
    return key
  }

  /// The folder that a handle stands for, and the listing it has already.
  private func listing(_ folder: Handle, holding name: FileName) -> BucketFolder.Listing? {
    guard folder != .current, !name.bytes.contains(UInt8(ascii: "/")), name != ".", name != "..",
      case .folder(let above)? = try? node(folder, .open)
    else { return nil }
    return above.known
  }

  func openFolder(_ name: FileName, in folder: Handle) throws(DiskError) -> BucketFolder {
    let key = try key(name, in: folder, .open)
    let opened = BucketFolder(
      prefix: key.isEmpty ? "" : key + "/", on: root, room: smallObjects)
    // What an open folder lies in is there; how many others lie there is no matter.
    if key.isEmpty || name == ".." && folder != .current { return opened }
    if let listing = listing(folder, holding: name) {
      if listing.folders.contains(name) { return opened }
      throw DiskError(.open, code: listing.files[name] == nil ? ENOENT : ENOTDIR, name: name)
    }
    let contents: BucketFolder.Listing
    do throws(DiskError) { contents = try opened.contents(of: service) } catch {
      throw error.at(name)
    }
    guard contents.isEmpty else { return opened }
    let isFile = try calling(.open, name) { () throws(ServiceError) in
      try service.head(key) != nil
    }
    throw DiskError(.open, code: isFile ? ENOTDIR : ENOENT, name: name)
  }

  func openFile(_ name: FileName, in folder: Handle) throws(DiskError) -> ObjectInfo {
    if let listing = listing(folder, holding: name) {
      if let info = listing.files[name] { return info }
      throw DiskError(
        .open, code: listing.folders.contains(name) ? EISDIR : ENOENT, name: name)
    }
    let key = try key(name, in: folder, .open)
    guard !key.isEmpty else { throw DiskError(.open, code: EISDIR, name: name) }
    let info = try calling(.open, name) { () throws(ServiceError) in try service.head(key) }
    guard let info else { throw DiskError(.open, code: ENOENT, name: name) }
    return info
  }

  /// The bytes of an object in an open folder that came with its status.
  func takeBytes(_ name: FileName, in folder: Handle) -> [UInt8]? {
    guard smallObjects != nil, folder != .current,
      case .folder(let above)? = try? node(folder, .open)
    else { return nil }
    return above.takeBytes(name)
  }

  public func status(of name: FileName, in folder: Handle) throws(DiskError) -> FileStatus {
    let key = try key(name, in: folder, .status)
    if key.isEmpty { return folderStatus("") }
    if let listing = listing(folder, holding: name) {
      if listing.folders.contains(name) { return folderStatus(key + "/") }
      guard let info = listing.files[name] else {
        throw DiskError(.status, code: ENOENT, name: name)
      }
      guard asksForMetadata else { return fileStatus(info) }
      guard case .folder(let above) = try node(folder, .status) else {
        throw DiskError(.status, code: ENOTDIR, name: name)
      }
      let fetched = try calling(.status, name) { () throws(ServiceError) in
        try above.fetch(info, as: name, from: service)
      }
      let told = if let fetched { fetched } else { try asked(key, name) }
      above.note(told, as: name)
      return fileStatus(told)
    }
    do throws(DiskError) {
      return fileStatus(try asked(key, name))
    } catch {
      guard error.code == ENOENT else { throw error }
    }
    let contents = try BucketFolder(prefix: key + "/", on: root).contents(of: service)
    if contents.isEmpty { throw DiskError(.status, code: ENOENT, name: name) }
    return folderStatus(key + "/")
  }

  private func asked(_ key: String, _ name: FileName) throws(DiskError) -> ObjectInfo {
    let info = try calling(.status, name) { () throws(ServiceError) in try service.head(key) }
    guard let info else { throw DiskError(.status, code: ENOENT, name: name) }
    return info
  }

  public func status(of handle: Handle) throws(DiskError) -> FileStatus {
    switch try node(handle, .status) {
    case .folder(let folder): return folderStatus(folder.prefix)
    case .file(let info, _): return fileStatus(info)
    }
  }

  private func folderStatus(_ prefix: String) -> FileStatus {
    FileStatus(
      kind: .folder, mode: 0o755, user: geteuid(), group: getegid(), size: 0, allocated: 0,
      modified: started, changed: started, inode: BucketDisk.number(prefix), volume: volume,
      linkCount: 1, device: 0)
  }

  private func fileStatus(_ info: ObjectInfo) -> FileStatus {
    let told = ObjectStatus(metadata: info.metadata)
    let stored = info.stored ?? started
    let kind: FileKind = told.kind == .symbolicLink ? .symbolicLink : .regular
    return FileStatus(
      kind: kind, mode: told.mode ?? 0o644, user: told.user ?? geteuid(),
      group: told.group ?? getegid(), size: info.size, allocated: info.size,
      modified: told.modified ?? stored, changed: stored,
      inode: BucketDisk.number(info.key), volume: volume, linkCount: 1, device: 0)
  }

  public func entries(of folder: Handle) throws(DiskError) -> [FolderEntry] {
    guard case .folder(let opened) = try node(folder, .list) else {
      throw DiskError(.list, code: ENOTDIR)
    }
    let listing = try opened.contents(of: service)
    let inode = { (name: FileName) in
      BucketDisk.number(opened.prefix + String(decoding: name.bytes, as: UTF8.self))
    }
    // Of an object alone, only its metadata tells that it stands for a link.
    return listing.folders.map { FolderEntry(name: $0, kind: .folder, inode: inode($0)) }
      + listing.files.keys.map { name in
        FolderEntry(
          name: name, kind: asksForMetadata ? nil : .regular, inode: inode(name))
      }
  }

  public func readSymbolicLink(_ name: FileName, in folder: Handle) throws(DiskError) -> [UInt8] {
    let key = try key(name, in: folder, .readLink)
    if let bytes = takeBytes(name, in: folder) { return bytes }
    return try calling(.readLink, name) { () throws(ServiceError) in
      try service.get(key, limit: Int(PATH_MAX)).bytes
    }
  }
}
