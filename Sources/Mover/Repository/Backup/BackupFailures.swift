import FrameEngine
import Synchronization

/// What a backup could not store, and what else a person should know.
final class BackupFailures: Sendable {
  private let state = Mutex(State())

  private struct State: Sendable {
    var failures: [ScanFailure] = []
    var notes: [String] = []
  }

  /// Notes beyond this many are counted, not kept.
  private static let noteLimit = 1000

  func add(_ failure: ScanFailure) { state.withLock { $0.failures.append(failure) } }

  func note(_ text: String) {
    state.withLock { state in
      if state.notes.count < BackupFailures.noteLimit { state.notes.append(text) }
    }
  }

  func all() -> [ScanFailure] {
    state.withLock { $0.failures }.sorted { $0.path < $1.path }
  }

  func notes() -> [String] { state.withLock { $0.notes } }

  /// `nil` where the repository is damaged, which is noted; other failures are thrown.
  func tolerating<T>(_ body: () throws(RepositoryError) -> T) throws(RepositoryError) -> T? {
    do throws(RepositoryError) {
      return try body()
    } catch {
      guard error.code == .damaged else { throw error }
      note("\(error.description); what it held is read and stored again")
      return nil
    }
  }
}

/// What a backup has seen and done.
final class BackupCounters: Sendable {
  let files = Atomic<UInt64>(0)
  let folders = Atomic<UInt64>(0)
  let others = Atomic<UInt64>(0)
  let bytes = Atomic<UInt64>(0)
  let unchangedFiles = Atomic<UInt64>(0)
  let readBytes = Atomic<UInt64>(0)

  func statistics() -> SnapshotRecord.Statistics {
    var statistics = SnapshotRecord.Statistics()
    statistics.files = files.load(ordering: .relaxed)
    statistics.folders = folders.load(ordering: .relaxed)
    statistics.others = others.load(ordering: .relaxed)
    statistics.bytes = bytes.load(ordering: .relaxed)
    statistics.unchangedFiles = unchangedFiles.load(ordering: .relaxed)
    statistics.readBytes = readBytes.load(ordering: .relaxed)
    return statistics
  }
}
