import FrameEngine
import Synchronization

/// Chunks on their way into memory, fetched by one thread for all that wait.
final class ChunkFlight: Sendable {
  /// What is fetched.
  let chunks: [Digest]
  private let isStarted = Atomic<Bool>(false)
  private let outcome = Condition(Outcome())

  private struct Outcome {
    var contents: [Digest: [UInt8]] = [:]
    var faults: [Digest: RepositoryError] = [:]
    /// Ends every wait for what is in neither.
    var end: RepositoryError?
  }

  init(_ chunks: [Digest]) { self.chunks = chunks }

  /// `true` for the one caller who is to fetch.
  func start() -> Bool { !isStarted.exchange(true, ordering: .acquiringAndReleasing) }

  func deliver(_ content: [UInt8], of chunk: Digest) {
    outcome.withLock { $0.contents[chunk] = content }
    outcome.broadcast()
  }

  func fail(_ chunk: Digest, _ fault: RepositoryError) {
    outcome.withLock { $0.faults[chunk] = fault }
    outcome.broadcast()
  }

  /// Whether a chunk's fate is known.
  func isSettled(_ chunk: Digest) -> Bool {
    outcome.withLock { $0.contents[chunk] != nil || $0.faults[chunk] != nil }
  }

  /// Nothing more comes.
  func end(_ cause: RepositoryError) {
    outcome.withLock { $0.end = cause }
    outcome.broadcast()
  }

  /// Waits for one of the chunks.
  func content(of chunk: Digest) throws(RepositoryError) -> [UInt8] {
    let result = outcome.wait { outcome -> Result<[UInt8], RepositoryError>? in
      if let content = outcome.contents[chunk] { return .success(content) }
      return (outcome.faults[chunk] ?? outcome.end).map { .failure($0) }
    }
    return try result.get()
  }
}
