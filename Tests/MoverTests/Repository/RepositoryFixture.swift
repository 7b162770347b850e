import FrameEngine

@testable import Mover

/// A repository in memory and a folder for trees, with small packs, for round trips.
struct RepositoryFixture {
  let store: MemoryStore
  let repository: Repository
  let folder: TemporaryFolder
  let disk = ThreadDisk()
  /// Far ahead of the files' own times: each counts as settled.
  let clock = VirtualClock(seconds: 4_000_000_000)
  var threads = 2
  /// What is backed up.
  var source: FileName { folder.path.appending("source") }

  init(packByteCount: Int = 150_000, key: RepositoryKey = .none, chunkClass: ChunkClass? = nil)
    throws
  {
    store = MemoryStore()
    repository = try Repository.create(
      at: store, chunkClass: chunkClass, key: key, clock: clock,
      tuning: RepositoryTuning(packByteCount: packByteCount, cachedRecords: 20))
    folder = try TemporaryFolder(in: "/dev/shm")
  }

  func backUp(
    readsAll: Bool = false, disk: (any Disk)? = nil, into repository: Repository? = nil
  ) throws(RepositoryError) -> Backup.Outcome {
    clock.advance(seconds: 60)
    var options = Backup.Options()
    options.paths = [source]
    options.threads = threads
    options.readsAll = readsAll
    return try Backup(
      into: repository ?? self.repository, from: disk ?? self.disk, host: .unseen("host"),
      clock: clock,
      cancellation: CancelToken(), progress: ProgressCounters()
    ).run(options)
  }

  func restore(
    _ snapshot: Snapshot, to name: FileName, deletesExtra: Bool = false,
    from repository: Repository? = nil
  ) throws(RepositoryError) -> Restore.Outcome {
    var options = Restore.Options()
    options.target = folder.path.appending(name)
    options.threads = threads
    options.deletesExtra = deletesExtra
    return try Restore(
      from: repository ?? self.repository, to: disk, host: .unseen("host"), clock: clock,
      cancellation: CancelToken(), progress: ProgressCounters()
    ).run(snapshot, options)
  }

  /// The tree that was backed up.
  func sourceImage() throws -> TreeImage { try TreeImage(of: source, on: disk) }

  /// The same tree where it was restored to.
  func image(at target: FileName) throws -> TreeImage {
    try TreeImage(of: folder.path.appending(target).appending("source"), on: disk)
  }

  /// The names of packs of one kind.
  func packs(_ kind: PackHeader.Kind) throws -> [String] {
    let known = try KnownChunks(repository, avoiding: [], forReading: true)
    return known.packs().filter { $0.kind == kind }.map(\.name.object)
  }
}
