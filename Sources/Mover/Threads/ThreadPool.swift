import Synchronization

/// A fixed set of threads that run numbered pieces of work, for callers on any thread.
public final class ThreadPool: Sendable {
  private struct State {
    var jobs: [Job] = []
    var isClosed = false
  }

  private let condition: Condition<State>
  private let threads: [WorkerThread]

  /// A pool of `width` threads called `name`; one of the width is each caller itself.
  public init(width: Int, name: String) {
    precondition(width > 1, "a pool of one thread is its caller")
    let condition = Condition(State())
    self.condition = condition
    threads = (1..<width).map { _ in
      WorkerThread(name) { ThreadPool.serve(condition) }
    }
  }

  deinit {
    condition.withLock { $0.isClosed = true }
    condition.broadcast()
    for thread in threads { thread.join() }
  }

  /// Runs `body` with every number below `count`, on up to `width` threads, and returns when all
  /// are done. `body` must be able to run on several threads at once.
  public func run(count: Int, _ body: @escaping @Sendable (Int) -> Void) {
    guard count > 0 else { return }
    let job = Job(count: count, body: body)
    condition.withLock { $0.jobs.append(job) }
    condition.broadcast()
    job.work()
    condition.withLock { state in state.jobs.removeAll { $0 === job } }
    job.waitUntilDone()
  }

  private static func serve(_ condition: Condition<State>) {
    while true {
      let job = condition.wait { state -> Job?? in
        if let job = state.jobs.first(where: { $0.hasMore }) { return .some(job) }
        return state.isClosed ? .some(nil) : nil
      }
      guard let job else { return }
      job.work()
    }
  }
}

/// One call of `run`: numbers to hand out, and a count of those that are still being worked on.
private final class Job: Sendable {
  private let count: Int
  private let body: @Sendable (Int) -> Void
  private let next = Atomic<Int>(0)
  private let doneCount = Atomic<Int>(0)
  private let isDone: Condition<Bool>

  init(count: Int, body: @escaping @Sendable (Int) -> Void) {
    self.count = count
    self.body = body
    isDone = Condition(false)
  }

  var hasMore: Bool { next.load(ordering: .relaxed) < count }

  /// Works on numbers until none is left.
  func work() {
    var own = 0
    while true {
      let index = next.add(1, ordering: .relaxed).oldValue
      guard index < count else { break }
      body(index)
      own += 1
    }
    guard own > 0 else { return }
    if doneCount.add(own, ordering: .acquiringAndReleasing).newValue == count {
      isDone.withLock { $0 = true }
      isDone.signal()
    }
  }

  func waitUntilDone() {
    isDone.wait { $0 ? () : nil }
  }
}
