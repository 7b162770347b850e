import FrameEngine
import Glibc
import Synchronization

/// Snapshots as a file system that is read-only: what the kernel asks, answered.
///
/// Names, metadata and bytes come from the repository when they are asked for; what is read from
/// front to back is fetched ahead. Every byte is proved, so a read gives what was backed up or
/// fails: EIO, and a line to `log` that names the file and the cause. `MountPoint` puts it in a
/// folder. A lease keeps what the snapshots need from collectors; `tend` must be called every few
/// seconds, and `close` at the end.
public final class Mount: Sendable {
  /// How to mount.
  public struct Options: Sendable {
    /// Bytes of decoded chunks that are kept in memory.
    public var memoryLimit = 256 << 20
    /// Threads that fetch ahead.
    public var threadsAhead = 8

    /// The usual ways.
    public init() {}
  }

  let top: MountNode
  private let run: ReadingRun
  private let source: ChunkSource
  private let clock: any Clock
  private let log: @Sendable (String) -> Void
  /// The folders of the snapshots where the top holds all of them; empty where it is one's own.
  private let shelf: [TreeEntry]
  private let state: Mutex<State>
  private let readers = Mutex<[PooledTreeReader]>([])

  private struct State: Sendable {
    var nodes: [UInt64: Known] = [:]
    var listings = RecentlyUsed<UInt64, MountListing>(costLimit: Mount.listingLimit)
    /// When a line was logged last.
    var logged: [String: UInt64] = [:]
  }

  /// A node, and how many times the kernel was told of it.
  private struct Known: Sendable {
    let node: MountNode
    var count: UInt64
  }

  /// Entries of folders that are kept in memory.
  private static let listingLimit = 100_000
  /// The same line is logged again after this many nanoseconds.
  private static let logInterval: UInt64 = 60_000_000_000
  private static let logLimit = 1000

  /// One path of one snapshot; it must be a folder.
  public convenience init(
    _ repository: Repository, at place: SnapshotPath, _ options: Options, host: Host,
    clock: any Clock, log: @escaping @Sendable (String) -> Void
  ) throws(RepositoryError) {
    try self.init(
      repository, [place.snapshot], shelf: [], options, host: host, clock: clock, log: log
    ) { (trees) throws(RepositoryError) in
      var entry = try trees.entry(at: place)
      guard entry.kind == .folder else {
        throw RepositoryError(
          .noPath, place.path.description, "it is not a folder",
          remedy: "mount the folder that it is in")
      }
      if place.path.bytes.isEmpty { entry = .snapshot(place.snapshot, named: "") }
      entry.name = ""
      return entry
    }
  }

  /// Every snapshot of `listing`, each in a folder of its short ID, and `latest`, a link to the
  /// newest one.
  public convenience init(
    _ repository: Repository, all listing: SnapshotListing, _ options: Options, host: Host,
    clock: any Clock, log: @escaping @Sendable (String) -> Void
  ) throws(RepositoryError) {
    try self.init(
      repository, listing.snapshots, shelf: TreeEntry.shelved(listing.snapshots), options,
      host: host, clock: clock, log: log
    ) { _ in .shelf(made: clock.now()) }
  }

  private init(
    _ repository: Repository, _ snapshots: [Snapshot], shelf: [TreeEntry], _ options: Options,
    host: Host, clock: any Clock, log: @escaping @Sendable (String) -> Void,
    top: (inout TreeReader) throws(RepositoryError) -> TreeEntry
  ) throws(RepositoryError) {
    let run = try ReadingRun(repository, snapshots, host: host, clock: clock)
    do throws(RepositoryError) {
      var trees = TreeReader(repository, known: run.known)
      self.top = MountNode(try top(&trees), id: MountNode.topID, in: nil, snapshot: 0)
    } catch {
      // The first failure is the one to tell; a reader's lease is found dead by a collection.
      try? run.end()
      throw error
    }
    self.run = run
    self.shelf = shelf
    self.clock = clock
    self.log = log
    state = Mutex(State())
    source = ChunkSource(run, memoryLimit: options.memoryLimit)
    source.begin(threads: options.threadsAhead)
  }

  /// Shows that the mount lives, and follows collections. Failures are logged: the next call tries
  /// again.
  public func tend() {
    do throws(RepositoryError) { try run.tend() } catch {
      tell("cannot renew the lease: \(error)")
    }
  }

  /// Ends reading ahead and gives the lease back.
  public func close() throws(RepositoryError) {
    source.close()
    try run.end()
  }

  /// What was fetched so far.
  var counts: ChunkSource.Counts { source.counts }

  private func tell(_ line: String) {
    let now = clock.monotonic()
    let isNew = state.withLock { state in
      if let last = state.logged[line], now - last < Mount.logInterval { return false }
      if state.logged.count >= Mount.logLimit { state.logged = [:] }
      state.logged[line] = now
      return true
    }
    if isNew { log(line) }
  }

  /// A failure of the repository as the kernel is told of it.
  private func fault(_ error: RepositoryError, at node: MountNode) -> MountFault {
    let path = node.path
    tell("\(path.bytes.isEmpty ? "the top" : path.description): cannot be read: \(error)")
    return MountFault(EIO)
  }
}

// MARK: Names

extension Mount {
  /// A node that the kernel was told of.
  func node(_ id: UInt64) throws(MountFault) -> MountNode {
    if id == MountNode.topID { return top }
    guard let known = state.withLock({ $0.nodes[id] }) else { throw MountFault(ESTALE) }
    return known.node
  }

  /// The node of a name, counted as told of.
  func look(up name: FileName, in folder: MountNode) throws(MountFault) -> MountNode {
    guard let entry = try listing(of: folder).entry(named: name) else { throw MountFault(ENOENT) }
    return remember(entry, in: folder)
  }

  /// The node of an entry, counted as told of.
  func remember(_ entry: TreeEntry, in folder: MountNode) -> MountNode {
    let snapshot = snapshotNumber(of: entry, in: folder)
    var id = id(of: entry, in: folder)
    return state.withLock { state in
      while true {
        guard let known = state.nodes[id] else { break }
        if known.node.stands(for: entry, in: folder) {
          state.nodes[id]?.count += 1
          return known.node
        }
        // Two files whose hashes meet.
        id = max(id &+ 1, MountNode.topID + 1)
      }
      let node = MountNode(entry, id: id, in: folder, snapshot: snapshot)
      state.nodes[id] = Known(node: node, count: 1)
      return node
    }
  }

  /// The number that the node of an entry has, or would have.
  func id(of entry: TreeEntry, in folder: MountNode) -> UInt64 {
    MountNode.id(of: entry, in: folder.id, snapshot: snapshotNumber(of: entry, in: folder))
  }

  private func snapshotNumber(of entry: TreeEntry, in folder: MountNode) -> Int {
    folder === top ? shelf.firstIndex { $0.name == entry.name } ?? 0 : folder.snapshot
  }

  /// The kernel forgets what it was told `count` times.
  func forget(_ id: UInt64, count: UInt64) {
    state.withLock { state in
      guard let known = state.nodes[id] else { return }
      if known.count <= count { state.nodes[id] = nil } else { state.nodes[id]?.count -= count }
    }
  }

  /// How many nodes the kernel may ask about.
  var nodeCount: Int { state.withLock { $0.nodes.count } }

  /// What is in a folder.
  func listing(of folder: MountNode) throws(MountFault) -> MountListing {
    guard case .folder(let pages) = folder.entry.content else { throw MountFault(ENOTDIR) }
    if let listing = state.withLock({ $0.listings[folder.id] }), listing.folder === folder {
      return listing
    }
    let entries: [TreeEntry]
    if folder === top, !shelf.isEmpty {
      entries = shelf
    } else {
      do throws(RepositoryError) {
        entries = try withTrees { (trees) throws(RepositoryError) in
          try trees.entries(of: pages)
        }
      } catch {
        throw fault(error, at: folder)
      }
    }
    let listing = MountListing(entries, of: folder)
    let cost = min(entries.count + 1, Mount.listingLimit)
    state.withLock { $0.listings.insert(listing, for: folder.id, cost: cost) }
    return listing
  }

  /// What a symbolic link holds.
  func target(of node: MountNode) throws(MountFault) -> [UInt8] {
    guard case .link(let target) = node.entry.content else { throw MountFault(EINVAL) }
    return target
  }

  /// An extended attribute's value.
  func attribute(_ name: [UInt8], of node: MountNode) throws(MountFault) -> [UInt8] {
    guard let found = node.entry.attributes.first(where: { $0.name == name }) else {
      throw MountFault(ENODATA)
    }
    return found.value
  }

  /// Reads trees with a reader that no other thread uses meanwhile.
  private func withTrees<R>(
    _ body: (inout TreeReader) throws(RepositoryError) -> R
  ) throws(RepositoryError) -> R {
    while true {
      let known = run.known
      let pooled = readers.withLock { $0.popLast() }
      let reader =
        pooled.flatMap { $0.known === known ? $0 : nil } ?? PooledTreeReader(run.repository, known)
      do throws(RepositoryError) {
        let result = try body(&reader.trees)
        readers.withLock { $0.append(reader) }
        return result
      } catch {
        // A collection may have moved what it had condemned: then the run has followed it.
        guard error.code == .damaged, run.known !== known else { throw error }
      }
    }
  }
}

/// A reader of trees that waits for the next thread that needs one; used by one at a time.
private final class PooledTreeReader: @unchecked Sendable {
  let known: KnownChunks
  var trees: TreeReader

  init(_ repository: Repository, _ known: KnownChunks) {
    self.known = known
    trees = TreeReader(repository, known: known)
  }
}

// MARK: Bytes

extension Mount {
  /// Opens a regular file.
  func open(_ node: MountNode) throws(MountFault) -> OpenFile {
    guard node.entry.kind == .regular else {
      throw MountFault(node.entry.kind == .folder ? EISDIR : ENXIO)
    }
    do throws(RepositoryError) {
      let segments = try withTrees { (trees) throws(RepositoryError) in
        try trees.segments(of: node.entry)
      }
      return OpenFile(node, segments, source)
    } catch {
      throw fault(error, at: node)
    }
  }

  /// Fills `buffer` with a file's bytes from `offset`; fewer only at its end.
  func read(
    _ file: OpenFile, at offset: Int64, into buffer: inout MutableRawSpan
  ) throws(MountFault) -> Int {
    do throws(RepositoryError) {
      return try file.read(at: offset, into: &buffer)
    } catch {
      throw fault(error, at: file.node)
    }
  }
}

extension MountNode {
  /// Whether this is the node of an entry: the same name, or another name of the same file.
  fileprivate func stands(for entry: TreeEntry, in folder: MountNode) -> Bool {
    if self.entry.linkCount > 1, entry.linkCount > 1, entry.kind != .folder {
      return self.entry.inode == entry.inode && self.entry.volume == entry.volume
        && self.entry.size == entry.size && self.entry.changed == entry.changed
    }
    return self.entry.name == entry.name && parent?.id == folder.id
  }
}

// MARK: Folders that no backup made

extension TreeEntry {
  /// The folder that holds the snapshots.
  fileprivate static func shelf(made time: Timestamp) -> TreeEntry {
    TreeEntry.made("", .folder, mode: 0o755, time, content: .folder([]))
  }

  /// The top of a snapshot.
  fileprivate static func snapshot(_ snapshot: Snapshot, named name: FileName) -> TreeEntry {
    TreeEntry.made(
      name, .folder, mode: 0o755, snapshot.record.time,
      content: .folder(snapshot.record.pages))
  }

  /// What the folder of the snapshots holds, in the order of names.
  fileprivate static func shelved(_ snapshots: [Snapshot]) -> [TreeEntry] {
    let areUnique = Set(snapshots.map(\.id.short)).count == snapshots.count
    func name(_ snapshot: Snapshot) -> FileName {
      FileName(areUnique ? snapshot.id.short : snapshot.id.hex)
    }
    var entries = snapshots.map { TreeEntry.snapshot($0, named: name($0)) }
    if let last = snapshots.last {
      entries.append(
        TreeEntry.made(
          "latest", .symbolicLink, mode: 0o777, last.record.time,
          content: .link(name(last).bytes)))
    }
    return entries.sorted { $0.name < $1.name }
  }

  private static func made(
    _ name: FileName, _ kind: FileKind, mode: UInt32, _ time: Timestamp, content: Content
  ) -> TreeEntry {
    TreeEntry(
      name: name, kind: kind, mode: mode, user: getuid(), group: getgid(), modified: time,
      changed: time, inode: 0, volume: 0, linkCount: 1, size: 0, attributes: [], content: content)
  }
}
