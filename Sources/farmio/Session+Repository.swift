import FrameEngine
import Mover

/// Opening what commands work on.
extension Session {
  /// The files of this machine.
  func makeDisk() throws(CommandError) -> any Disk {
    do throws(DiskError) {
      return try LocalDisk.open(cancellation: interrupt.token)
    } catch {
      throw CommandError(error)
    }
  }

  /// Threads, where `FARMIO_THREADS` says how many.
  var threads: Int? {
    environment["FARMIO_THREADS"].flatMap { Int(argument: $0) }.flatMap {
      (1...1024).contains($0) ? $0 : nil
    }
  }

  /// The same session, whose disks and stores work on after a wish to stop.
  var uninterrupted: Session {
    Session(
      invocation: invocation, report: report, environment: environment, interrupt: Interrupt())
  }

  /// What a command does with a repository, as far as the cache is concerned.
  enum Use {
    /// It writes, or must see the place itself.
    case direct
    /// It only reads: through the cache, if that was asked for.
    case reading
    /// It only reads, the same again and again: through the cache.
    case mounted
  }

  /// The repository that the command line names, unlocked.
  func openRepository(_ use: Use = .direct) throws(CommandError) -> Repository {
    let place = invocation.repository
    // Whoever ends a mount wants it to give its lease back, not to drop everything.
    let owner = use == .mounted ? uninterrupted : self
    var store = try owner.store(at: place, makingFolder: false)
    if use != .direct { store = try cached(store, always: use == .mounted) }
    return try openRepository(at: store, place)
  }

  /// The repository in a store, unlocked.
  func openRepository(at store: any Store, _ place: FileName) throws(CommandError) -> Repository {
    let lock = try working { () throws(RepositoryError) in try Repository.lock(at: store) }
    let key = try key(to: lock, of: place)
    return try working { () throws(RepositoryError) in try Repository.open(at: store, key: key) }
  }

  /// What opens a repository that is locked like this.
  private func key(
    to lock: ConfigRecord.Secret?, of place: FileName
  ) throws(CommandError) -> RepositoryKey {
    guard let lock else { return .none }
    if case .open = lock {
      // Whoever can write the place could have put an open repository there, to be handed what was
      // meant to be encrypted.
      guard !secrets.isGiven else {
        throw CommandError(
          at: place, "", "it is not encrypted, and a passphrase or key was given",
          remedy: "Leave the passphrase out if this is the right repository.")
      }
      return .none
    }
    return RepositoryKey(try secrets.secret(for: place))
  }

  /// The snapshots that can be read; each that cannot is warned of.
  func listing(of repository: Repository) throws(CommandError) -> SnapshotListing {
    let listing = try working { () throws(RepositoryError) in try repository.snapshotListing() }
    for lost in listing.lost {
      report.warning("\(lost.fault); \(lost.fault.remedy)")
    }
    return listing
  }

  /// The snapshot that a command line names.
  func snapshot(
    _ name: SnapshotName, of repository: Repository
  ) throws(CommandError) -> Snapshot {
    try snapshots([name], of: repository)[0]
  }

  /// The snapshots that a command line names.
  func snapshots(
    _ names: [SnapshotName], of repository: Repository
  ) throws(CommandError) -> [Snapshot] {
    let listing = try listing(of: repository)
    return try working { () throws(RepositoryError) in
      try listing.snapshots(named: names.map(\.text))
    }
  }

  /// The snapshot, and the path inside it, that a command line names.
  func place(
    _ reference: SnapshotReference, of repository: Repository
  ) throws(CommandError) -> SnapshotPath {
    SnapshotPath(
      try snapshot(reference.snapshot, of: repository), reference.subpath ?? "")
  }

  /// Looks into the repository until the person asks to stop.
  func inspector(of repository: Repository) -> Inspector {
    Inspector(
      repository, host: .current(), clock: SystemClock(), cancellation: interrupt.token
    ) { [report] in report.warning($0.description) }
  }
}

/// Runs work on a repository, its failure told as a command's.
func working<T>(_ body: () throws(RepositoryError) -> T) throws(CommandError) -> T {
  do throws(RepositoryError) { return try body() } catch { throw CommandError(error) }
}

extension RepositoryKey {
  init(_ secret: Secret) {
    switch secret {
    case .passphrase(let bytes): self = .passphrase(bytes)
    case .key(let bytes): self = .keyFile(bytes)
    }
  }
}

extension CommandError {
  /// A failure of the repository, with the exit status that the contract gives it.
  init(_ error: RepositoryError) {
    if error.code == .interrupted {
      self = .interrupted
      return
    }
    let status: ExitStatus =
      switch error.code {
      case .damaged: .notWell
      case .noSnapshot, .noPath: .usage
      default: .failed
      }
    self.init(
      status, at: FileName(error.object), "", error.reason,
      remedy: error.remedy.isEmpty ? nil : error.remedy.capitalizingFirst + ".")
  }
}

extension String {
  var capitalizingFirst: String { prefix(1).uppercased() + dropFirst() }
}
