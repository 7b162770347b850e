import FrameEngine
import Synchronization

/// A run that reads snapshots for as long as it takes: hours, or weeks.
///
/// It holds a lease with the snapshots' pins. A collection that begins meanwhile waits for every run
/// that may count on condemned packs; so whenever there is a new generation this run forgets what
/// it knew, loads what is there now, and says so in its lease. From then on it counts on nothing
/// that the collection removes: what its pins need is kept, or stands in new packs already.
final class ReadingRun: Sendable {
  let repository: Repository
  let snapshots: [Snapshot]
  private let host: Host
  private let clock: any Clock
  private let state: Mutex<State>

  private struct State {
    var run: Run
    var known: KnownChunks
    var generation: UInt64
  }

  /// Begins a run over `snapshots`.
  init(
    _ repository: Repository, _ snapshots: [Snapshot], host: Host, clock: any Clock
  ) throws(RepositoryError) {
    self.repository = repository
    self.snapshots = snapshots
    self.host = host
    self.clock = clock
    state = Mutex(try ReadingRun.begin(repository, snapshots, host, clock))
  }

  private static func begin(
    _ repository: Repository, _ snapshots: [Snapshot], _ host: Host, _ clock: any Clock
  ) throws(RepositoryError) -> State {
    // Read before the lease stands: never newer than what the run knows.
    let generation = try repository.newestGeneration()
    let run = try Run(repository, .look, host: host, clock: clock, readOnlyAllowed: true)
    do throws(RepositoryError) {
      try run.pin(snapshots)
      let known = try KnownChunks(repository, avoiding: run.condemned, forReading: true)
      return State(run: run, known: known, generation: generation)
    } catch {
      // The first failure is the one to tell; a reader's lease is found dead by a collection.
      try? run.void("the run could not begin")
      throw error
    }
  }

  /// Every record that the repository holds, as this run sees it now.
  var known: KnownChunks { state.withLock { $0.known } }

  /// Shows that the run lives, and follows a collection that has begun. To be called by one thread,
  /// every few seconds: a collection waits meanwhile. A run that was fenced off begins anew, if its
  /// snapshots still stand.
  func tend() throws(RepositoryError) {
    let (run, seen) = state.withLock { ($0.run, $0.generation) }
    do throws(RepositoryError) {
      try run.renew()
      let newest = try repository.newestGeneration()
      guard newest > seen else { return }
      let condemned = try repository.condemnedPacks(readingOnly: true)
      let known = try KnownChunks(repository, avoiding: condemned, forReading: true)
      state.withLock { state in
        state.known = known
        state.generation = newest
      }
      try run.advance(to: newest)
    } catch {
      guard error.code == .fenced else { throw error }
      let fresh = try ReadingRun.begin(repository, snapshots, host, clock)
      state.withLock { $0 = fresh }
    }
  }

  /// Gives the lease back.
  func end() throws(RepositoryError) { try state.withLock { $0.run }.void("the mount ended") }
}
