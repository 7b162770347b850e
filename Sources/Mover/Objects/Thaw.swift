import FrameEngine
import Synchronization

/// Asks for all archived objects below a prefix, and waits for them if told to.
///
/// Made to be repeated: what is readable stays so for longer, what is underway is left alone.
public struct Thaw: Sendable {
  /// What a thaw found and did.
  public struct Summary: Sendable {
    /// Objects below the prefix.
    public var objects = 0
    /// Those of them in an archive class.
    public var archived = 0
    /// Bytes of those.
    public var archivedBytes: Int64 = 0
    /// Those that cannot be read yet, in the order of their names.
    public var waiting: [String] = []
    /// Those that could not be asked for, and why.
    public var failures: [StoreError] = []

    /// Nothing found.
    public init() {}
  }

  private let service: any ArchiveService
  private let clock: any Clock
  private let cancellation: CancelToken

  /// Requests in flight.
  private static let width = 16

  /// A thaw at a service, until `cancellation` is set.
  package init(_ service: any ArchiveService, clock: any Clock, cancellation: CancelToken) {
    self.service = service
    self.clock = clock
    self.cancellation = cancellation
  }

  /// Asks for every archived object whose key begins with `prefix`; without an order, only counts
  /// them. Throws if the listing fails; what fails for one object is told in the summary.
  package func request(_ prefix: String, _ order: ThawOrder?) throws(StoreError) -> Summary {
    var summary = Summary()
    let objects = try failing("list", prefix) { () throws(ServiceError) in
      try service.all(prefix)
    }
    summary.objects = objects.count
    let archived = objects.filter { service.isArchived($0) }
    summary.archived = archived.count
    summary.archivedBytes = archived.reduce(0) { $0 + $1.size }
    guard let order else { return summary }
    let results = try each(archived.map(\.key)) { key throws(StoreError) in
      try failing("ask for", key) { () throws(ServiceError) in
        try service.requestThaw(key, order)
      }
    }
    summary.failures = results.failures
    summary.waiting = results.states.filter { $0.state != .readable }.map(\.key)
    return summary
  }

  /// Waits until all that `summary` waits for can be read, looking again after each `pause`;
  /// `progress` gets the number left after each look.
  package func wait(
    _ summary: inout Summary, pause: Duration, progress: (Int) -> Void
  ) throws(StoreError) {
    while !summary.waiting.isEmpty {
      let results = try each(summary.waiting) { key throws(StoreError) in
        try failing("ask for", key) { () throws(ServiceError) in try service.thawState(key) }
      }
      summary.failures += results.failures
      summary.waiting = results.states.filter { $0.state != .readable }.map(\.key)
      progress(summary.waiting.count)
      if summary.waiting.isEmpty { return }
      try sleep(pause)
    }
  }

  private func sleep(_ pause: Duration) throws(StoreError) {
    var left = pause
    let slice = Duration.milliseconds(100)
    while left > .zero {
      try verifyWanted()
      clock.sleep(nanoseconds: UInt64(min(left, slice) / .nanoseconds(1)))
      left -= slice
    }
    try verifyWanted()
  }

  private func verifyWanted() throws(StoreError) {
    if cancellation.isCancelled {
      throw StoreError(.interrupted, "wait for", service.address, "interrupted")
    }
  }

  private struct Results: Sendable {
    var states: [(key: String, state: ThawState)] = []
    var failures: [StoreError] = []
  }

  /// Runs `body` on every key, several at once.
  private func each(
    _ keys: [String], _ body: @Sendable (String) throws(StoreError) -> ThawState
  ) throws(StoreError) -> Results {
    let next = Atomic<Int>(0)
    let shared = Mutex(Results())
    runWorkers(count: max(1, min(Thaw.width, keys.count))) { _ in
      while !cancellation.isCancelled {
        let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard index < keys.count else { return }
        do throws(StoreError) {
          let state = try body(keys[index])
          shared.withLock { $0.states.append((keys[index], state)) }
        } catch {
          shared.withLock { $0.failures.append(error) }
        }
      }
    }
    try verifyWanted()
    var results = shared.withLock { $0 }
    results.states.sort { $0.key < $1.key }
    results.failures.sort { $0.object < $1.object }
    return results
  }

  private func failing<Result>(
    _ operation: String, _ key: String, _ body: () throws(ServiceError) -> Result
  ) throws(StoreError) -> Result {
    do throws(ServiceError) { return try body() } catch {
      throw StoreError(
        error, operation, service.address + key, remedy: service.remedy(for: error))
    }
  }
}
