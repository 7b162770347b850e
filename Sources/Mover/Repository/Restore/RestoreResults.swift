import FrameEngine
import Synchronization

/// What a restore has done, counted from any thread.
final class RestoreResults: Sendable {
  private let state = Mutex(Restore.Outcome())
  private static let noteLimit = 1000

  func outcome() -> Restore.Outcome {
    var outcome = state.withLock { $0 }
    outcome.failures.sort { $0.path < $1.path }
    return outcome
  }

  /// Whether nothing failed so far.
  var isClean: Bool { state.withLock { $0.failures.isEmpty } }

  /// What failed so far, by path.
  var failedPaths: [FileName: Restore.Failure] {
    state.withLock { state in
      Dictionary(state.failures.map { ($0.path, $0) }, uniquingKeysWith: { first, _ in first })
    }
  }

  func countFile(_ bytes: Int64) {
    state.withLock { state in
      state.files += 1
      state.bytes += bytes
    }
  }

  func countUnchanged(_ bytes: Int64) {
    state.withLock { state in
      state.unchangedFiles += 1
      state.unchangedBytes += bytes
    }
  }

  func countCopiedLink() { state.withLock { $0.copiedLinks += 1 } }
  func countFolder() { state.withLock { $0.folders += 1 } }
  func countOther() { state.withLock { $0.others += 1 } }
  func countDeleted(_ count: Int) { state.withLock { $0.deleted += count } }

  func fail(_ path: FileName, _ reason: String, isDamage: Bool) {
    state.withLock {
      $0.failures.append(Restore.Failure(path: path, reason: reason, isDamage: isDamage))
    }
  }

  func note(_ text: String) {
    state.withLock { state in
      if state.notes.count < RestoreResults.noteLimit { state.notes.append(text) }
    }
  }

  func note(_ notes: [MetadataNote], at path: FileName) {
    for item in notes { note("\(path): \(item.piece.rawValue) not set: \(item.cause.cause)") }
  }
}
