// The contract of every call stands on `Store`.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

public import FrameEngine
import Glibc

/// A store in a folder of any mount: each object is a file of its name.
///
/// The write order, which every put keeps: temporary file in the object's own folder → data →
/// fsync → close → rename (or link, where the name must be free) → fsync of the folder. A folder's
/// own name is made durable before the first object in it. What `list` shows is durable, whoever
/// wrote it: it syncs the folders that it reads. Removals under one top folder are durable before
/// anything changes under another.
///
/// The folder holds plain files and folders only; symbolic links inside are not followed.
public final class FileStore: Store {
  /// The folder, as a person would type it.
  public let place: String
  let disk: any Disk
  let root: Handle
  let owner: TemporaryName.Owner
  /// Bytes that an upload collects before it writes them.
  let uploadCapacity: Int
  let folders: StoreFolders
  /// Whether large objects are written around the page cache, where nobody will look for them
  /// soon. Servers would make each write wait for their disk.
  private let allowsDirect: Bool
  /// Whether a server stands behind the folder.
  public var isRemote: Bool { !allowsDirect }
  /// The folder's device and inode.
  public let folder: FileIdentity?
  private let readers: ReadHandles

  /// A store in the open folder `root`, which it closes at its end. `place` names it in messages.
  public convenience init(disk: any Disk, root: Handle, place: String) {
    self.init(disk: disk, root: root, place: place, owner: .current, uploadCapacity: 1 << 20)
  }

  init(
    disk: any Disk, root: Handle, place: String, owner: TemporaryName.Owner, uploadCapacity: Int
  ) {
    self.uploadCapacity = uploadCapacity
    self.disk = disk
    self.root = root
    self.place = place
    self.owner = owner
    do throws(DiskError) {
      folder = FileIdentity(try disk.status(of: root))
    } catch {
      // Then it is in no tree that could be walked either.
      folder = nil
    }
    let system = disk.assumedFileSystem(of: root)
    allowsDirect = !system.isRemote
    folders = StoreFolders(disk: disk, root: root)
    // A file that is kept open would keep others from removing it.
    readers = ReadHandles(disk: disk, root: root, capacity: system.locksOpenFiles ? 0 : 32)
  }

  /// A store in the folder at `path`, which must exist. A link to a folder is followed.
  public convenience init(disk: any Disk, path: FileName) throws(StoreError) {
    do throws(DiskError) {
      let root = try disk.open(path.appending("."), in: .current, .folder)
      self.init(disk: disk, root: root, place: path.description)
    } catch {
      throw StoreError(error, "open", path.description)
    }
  }

  deinit {
    readers.closeAll()
    folders.syncRemovals()
    disk.abandon(root)
  }

  public func put(_ name: String, _ bytes: [UInt8]) throws(StoreError) {
    let upload = try makeFileUpload(name)
    try upload.append(unsafe bytes.span.bytes)
    try upload.finish()
  }

  public func putIfAbsent(_ name: String, _ bytes: [UInt8]) throws(StoreError) -> Bool {
    let upload = try makeFileUpload(name)
    try upload.append(unsafe bytes.span.bytes)
    return try upload.finishIfAbsent()
  }

  public func makeUpload(_ name: String) throws(StoreError) -> any Upload {
    try makeFileUpload(name, isLarge: true)
  }

  private func makeFileUpload(_ name: String, isLarge: Bool = false) throws(StoreError)
    -> FileUpload
  {
    let path = try path(of: name)
    return try failing("write", name) { () throws(DiskError) in
      try folders.prepare(path)
      readers.forget(path.file)
      return try FileUpload(store: self, path: path, direct: isLarge && allowsDirect)
    }
  }

  public func get(_ name: String, limit: Int) throws(StoreError) -> [UInt8]? {
    let path = try path(of: name)
    for attempt in 1...FileStore.staleTries {
      do throws(DiskError) {
        let file = try disk.open(path.file, in: root, .read())
        defer { disk.abandon(file) }
        let size = try disk.status(of: file).size
        if size <= limit { return try disk.read(file, at: 0, count: Int(size)) }
        break
      } catch {
        if error.isMissing { return nil }
        // A file that is replaced while it is open is gone at a server of NFS: the new one is there.
        if error.code == ESTALE, attempt < FileStore.staleTries { continue }
        throw StoreError(error, "read", description(of: name))
      }
    }
    throw StoreError(
      .limit, "read", description(of: name), "it is larger than \(limit) bytes")
  }

  /// How often an object is looked for that is replaced again and again.
  private static let staleTries = 20

  public func read(_ name: String, at offset: Int64, into buffer: inout MutableRawSpan)
    throws(StoreError) -> Int
  {
    let path = try path(of: name)
    do throws(DiskError) {
      return try readers.read(path.file, at: offset, into: &buffer)
    } catch {
      throw StoreError(error, "read", description(of: name))
    }
  }

  public func size(_ name: String) throws(StoreError) -> Int64? {
    let path = try path(of: name)
    do throws(DiskError) {
      let status = try disk.status(of: path.file, in: root)
      return status.kind == .regular ? status.size : nil
    } catch {
      if error.isMissing { return nil }
      throw StoreError(error, "look at", description(of: name))
    }
  }

  public func list(_ prefix: String) throws(StoreError) -> [StoredObject] {
    if !prefix.isEmpty { _ = try path(of: prefix + "x") }
    return try failing("list", prefix) { () throws(DiskError) in
      var listing = try StoreListing(disk: disk, root: root)
      return try listing.objects(under: prefix)
    }
  }

  public func delete(_ name: String) throws(StoreError) {
    let path = try path(of: name)
    try failing("delete", name) { () throws(DiskError) in
      readers.forget(path.file)
      try folders.remove(path)
    }
  }
}

extension FileStore {
  /// Removes temporary files that writers left behind when they were killed, and returns how many:
  /// those of a process of this machine that is gone, and any last written before `time`, which
  /// should be a day ago at least.
  public func removeAbandoned(writtenBefore time: Timestamp) throws(StoreError) -> Int {
    try failing("clean", "") { () throws(DiskError) in
      var listing = try StoreListing(disk: disk, root: root)
      var count = 0
      for file in try listing.temporaries() {
        guard let name = TemporaryName(file.name) else { continue }
        guard file.modified < time || name.owner.isDead(seenFrom: owner) else { continue }
        do throws(DiskError) {
          try folders.removeTemporary(file.path)
          count += 1
        } catch {
          // Whoever has it open, where that keeps it from being removed, is alive.
          guard error.code == EBUSY else { throw error }
        }
      }
      return count
    }
  }

  /// The object with its place, for messages.
  func description(of name: String) -> String {
    place.hasSuffix("/") ? place + name : "\(place)/\(name)"
  }

  private func path(of name: String) throws(StoreError) -> ObjectPath {
    guard let path = ObjectPath(name) else {
      throw StoreError(
        .failed, "use", description(of: name), "the name is not one that objects may have")
    }
    return path
  }

  private func failing<R>(
    _ operation: String, _ name: String, _ body: () throws(DiskError) -> R
  ) throws(StoreError) -> R {
    do throws(DiskError) { return try body() } catch {
      throw StoreError(error, operation, description(of: name))
    }
  }
}

extension StoreError {
  /// A disk's failure, told of an object.
  init(_ error: DiskError, _ operation: String, _ object: String) {
    let code: Code =
      switch error.code {
      case ENOENT, ENOTDIR: .missing
      case EACCES, EPERM, EROFS: .refused
      case ENOSPC, EDQUOT: .full
      case ECANCELED: .interrupted
      default: .failed
      }
    let tried = error.operation.rawValue
    self.init(code, operation, object, (tried == operation ? "" : "\(tried): ") + error.cause)
  }
}

extension DiskError {
  /// Whether the error says that there is no such file.
  var isMissing: Bool { code == ENOENT || code == ENOTDIR }
}
