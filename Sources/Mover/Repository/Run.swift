import FrameEngine
import Synchronization

/// One process's work on a repository, under a lease that collectors respect.
///
/// The order of creation is the safety: the newest generation is read, the lease is created
/// holding it, and the collections are listed *again*. A collector lists leases only after its
/// tombstones exist, so either it sees this run and waits, or this run sees the tombstones and
/// borrows nothing from their packs.
///
/// A run that writes ends by its reference: a snapshot, or VOID; its lease goes only after that. A
/// run that only reads owns nothing in the repository: it ends when its lease goes.
final class Run: Sendable {
  let id: RunID
  let repository: Repository
  /// What was condemned, and not yet kept, when the lease stood.
  let condemned: Set<PackName>
  /// Numbers the packs and segments of the run, each once.
  let numbers = PackNumbers()
  private let clock: any Clock
  private let state: Mutex<State>

  private struct State: Sendable {
    var lease: LeaseRecord
    var hasLease: Bool
    var renewed: UInt64
    var isEnded = false
  }

  /// A lease is rewritten this often, in nanoseconds.
  static let renewalInterval: UInt64 = 60_000_000_000

  static func leaseName(_ run: RunID) -> String { "leases/\(run)" }

  /// Begins a run. Reading from a place that takes no writes needs no lease, since no collector
  /// can write there either: `readOnlyAllowed` permits that. Readers, and repairs, begin also where
  /// the records of a collection are damaged.
  init(
    _ repository: Repository, _ work: LeaseRecord.Work, host: Host, clock: any Clock,
    readOnlyAllowed: Bool = false, repairs: Bool = false
  ) throws(RepositoryError) {
    let id = repository.tuning.entropy.runID()
    let lease = LeaseRecord(
      work: work, host: host.name, machine: host.machine, process: host.process,
      processStart: host.processStart, started: clock.now(),
      generation: try repository.newestGeneration(), heartbeat: 0, pins: [])
    var hasLease = true
    do throws(RepositoryError) {
      try repository.replace(Run.leaseName(id), kind: .lease, body: lease.encoded)
    } catch {
      guard readOnlyAllowed, error.code == .storage else { throw error }
      hasLease = false
    }
    self.id = id
    self.repository = repository
    self.clock = clock
    condemned = try repository.condemnedPacks(readingOnly: readOnlyAllowed || repairs)
    state = Mutex(State(lease: lease, hasLease: hasLease, renewed: clock.monotonic()))
  }

  /// Makes what snapshots need safe from every collector until the run has ended, then checks that
  /// they still stand: only then may they be read.
  func pin(_ snapshots: [Snapshot]) throws(RepositoryError) {
    guard !snapshots.isEmpty else { return }
    let pages = snapshots.flatMap(\.record.pages)
    let (lease, hasLease) = state.withLock { state in
      state.lease.pins = Array(Set(state.lease.pins + pages)).sorted()
      state.lease.heartbeat += 1
      return (state.lease, state.hasLease)
    }
    if hasLease {
      try repository.replace(Run.leaseName(id), kind: .lease, body: lease.encoded)
    }
    for snapshot in snapshots { try checkStands(snapshot) }
  }

  private func checkStands(_ snapshot: Snapshot) throws(RepositoryError) {
    let isForgotten =
      try repository.record(Repository.forgottenName(snapshot.id), kind: .forgotten) != nil
    guard !isForgotten, try repository.committedSnapshot(snapshot.id) != nil else {
      throw RepositoryError(
        .noSnapshot, snapshot.id.short, "the snapshot was forgotten a moment ago")
    }
  }

  /// Takes back every pin, with the next writing of the lease.
  func unpin() { state.withLock { $0.lease.pins = [] } }

  /// Makes the lease say that the run knows nothing from before `generation`: for a collector that
  /// has dropped all it knew.
  func advance(to generation: UInt64) throws(RepositoryError) {
    let lease: LeaseRecord? = state.withLock { state in
      guard state.lease.generation < generation else { return nil }
      state.lease.generation = generation
      state.lease.heartbeat += 1
      return state.lease
    }
    guard let lease else { return }
    try repository.replace(Run.leaseName(id), kind: .lease, body: lease.encoded)
  }

  /// Shows that the run lives, at most once a minute; workers call it as they go. Fails if the run
  /// was fenced off.
  func renew() throws(RepositoryError) {
    let now = clock.monotonic()
    let due: LeaseRecord? = state.withLock { state in
      guard state.hasLease, !state.isEnded, now - state.renewed >= Run.renewalInterval else {
        return nil
      }
      state.renewed = now
      state.lease.heartbeat += 1
      return state.lease
    }
    guard let due else { return }
    try checkStanding()
    try repository.replace(Run.leaseName(id), kind: .lease, body: due.encoded)
  }

  /// Fails if the run was fenced off. Its lease goes then, and VOID stands; after a month even that
  /// may be swept, and the missing lease is all that tells a machine that slept so long.
  private func checkStanding() throws(RepositoryError) {
    if case .void(_, let reason) = try repository.reference(id) { throw fenced(reason) }
    guard try repository.record(Run.leaseName(id), kind: .lease) != nil else {
      throw fenced("its lease is gone")
    }
  }

  /// The commit point: creates the snapshot's reference. Packs and index must be durable.
  func commit(_ snapshot: SnapshotRecord) throws(RepositoryError) {
    let name = Repository.referenceName(id)
    let bytes = repository.encode(
      ReferenceRecord.snapshot(snapshot).encoded, kind: .reference, name: name)
    try checkStanding()
    let store = repository.store
    let isNew = try storing { () throws(StoreError) in
      // The copy alone commits nothing; it only mends a reference that exists.
      try store.put(Repository.referenceCopyName(id), bytes)
      return try store.putIfAbsent(name, bytes)
    }
    if !isNew, case .void(_, let reason) = try repository.reference(id) {
      try repository.delete(Repository.referenceCopyName(id))
      throw fenced(reason)
    }
    try end()
  }

  /// Ends a run that commits nothing. Ending twice is no error.
  func void(_ reason: String) throws(RepositoryError) {
    let (isEnded, lease) = state.withLock { ($0.isEnded, $0.lease) }
    guard !isEnded else { return }
    if lease.work.writesPacks {
      _ = try repository.create(
        Repository.referenceName(id), kind: .reference,
        body: ReferenceRecord.void(time: clock.now(), reason: reason).encoded)
    }
    try end()
  }

  private func end() throws(RepositoryError) {
    let hasLease = state.withLock { state in
      state.isEnded = true
      return state.hasLease
    }
    if hasLease { try repository.delete(Run.leaseName(id)) }
  }

  private func fenced(_ reason: String) -> RepositoryError {
    RepositoryError(
      .fenced, id.short, "this run was taken for dead and fenced off: \(reason)",
      remedy: "run the command again; what was stored already is used")
  }
}

extension LeaseRecord.Work {
  /// Whether such a run may own packs.
  var writesPacks: Bool {
    switch self {
    case .backup, .collect: true
    case .restore, .check, .look: false
    }
  }
}
