import FrameEngine
import Mover
import Synchronization

/// A repository in a scratch folder, beside the tree `t` that is backed up into it.
struct ScratchRepository {
  let scratch: ScratchTree
  let repository: Repository
  let clock = SteppedClock()
  /// Of every backup and restore.
  var progress = ProgressCounters()
  var cancellation = CancelToken()
  let host = Host(name: "fs-01", user: "maya", machine: "", process: 1, processStart: 1)

  /// An empty repository and an empty tree.
  init(key: RepositoryKey = .none) throws {
    scratch = ScratchTree()
    scratch.run("mkdir t vault")
    let store = try FileStore(disk: ThreadDisk(), path: FileName(scratch("vault")))
    repository = try Repository.create(at: store, chunkClass: nil, key: key, clock: clock)
  }

  /// Runs a script in the tree.
  func change(_ script: String) { scratch.run("cd t\n\(script)") }

  func backup(_ name: String = "t", _ configure: (inout Backup.Options) -> Void = { _ in })
    throws -> Snapshot
  {
    try outcome(name, configure).snapshot
  }

  func outcome(_ name: String = "t", _ configure: (inout Backup.Options) -> Void = { _ in })
    throws -> Backup.Outcome
  {
    // What was written before the last backup counts as settled by now.
    clock.step(seconds: 10)
    return try backup.run(options(name, configure))
  }

  func preview(_ name: String = "t", _ configure: (inout Backup.Options) -> Void = { _ in })
    throws -> Backup.Forecast
  {
    try backup.preview(options(name, configure))
  }

  private func options(
    _ name: String, _ configure: (inout Backup.Options) -> Void
  ) -> Backup.Options {
    var options = Backup.Options()
    options.paths = [FileName(scratch(name))]
    options.threads = 2
    configure(&options)
    return options
  }

  private var backup: Backup {
    Backup(
      into: repository, from: ThreadDisk(), host: host, clock: clock, cancellation: cancellation,
      progress: progress)
  }

  func restore(
    _ snapshot: Snapshot, to name: String, onto disk: any Disk = ThreadDisk(),
    _ configure: (inout Restore.Options) -> Void = { _ in }
  ) throws -> Restore.Outcome {
    var options = Restore.Options()
    options.path = "t"
    options.target = FileName(scratch(name))
    configure(&options)
    let restore = Restore(
      from: repository, to: disk, host: host, clock: clock, cancellation: cancellation,
      progress: progress)
    return try restore.run(snapshot, options)
  }

  func collect(_ configure: (inout Collector.Options) -> Void = { _ in })
    throws -> Collector.Summary
  {
    var options = Collector.Options()
    options.patience = 0
    options.tolerance = 0
    configure(&options)
    return try Collector(
      repository, host: host, clock: clock, options: options, cancellation: CancelToken()
    ).collect()
  }

  var inspector: Inspector {
    Inspector(repository, host: host, clock: clock, cancellation: CancelToken())
  }

  /// Names of leases: none when nothing is at work.
  var leases: String { scratch.run("ls vault/leases 2>/dev/null || true") }
}

/// The machine's clock, and what a test adds to it.
final class SteppedClock: Clock {
  private let system = SystemClock()
  private let ahead = Atomic<Int64>(0)

  func step(seconds: Int64) { ahead.add(seconds, ordering: .relaxed) }

  func now() -> Timestamp {
    var time = system.now()
    time.seconds += ahead.load(ordering: .relaxed)
    return time
  }

  func monotonic() -> UInt64 { system.monotonic() }

  func sleep(nanoseconds: UInt64) { step(seconds: 1) }
}
