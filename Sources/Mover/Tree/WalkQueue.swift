import FrameEngine
import Synchronization

/// What the threads of a scan have to do: folders to list, and the work that listed folders gave.
///
/// Folders are a stack, so that a tree of any size has few open at once. Work is taken from its
/// groups in turn, since a server makes the names of one folder one after the other, and it comes
/// before new folders once there is enough of it.
final class WalkQueue: Sendable {
  /// One thing to do, and whose account it is on.
  struct Task: Sendable {
    let body: @Sendable (WalkWorker) -> Void
    let account: FolderWork
  }

  private struct State {
    var folders: [Task] = []
    var ring: [WorkGroup] = []
    var turn = 0
    var workCount = 0
    var runningCount = 0
    var isStopped = false
  }

  private let condition: Condition<State>
  /// Work items that are enough to keep every thread busy while a folder is listed.
  private let enoughWork: Int

  init(threads: Int) {
    condition = Condition(State())
    enoughWork = threads * 4
  }

  /// Adds folders to be listed, in the order they shall come.
  func add(folders: [Task]) {
    if folders.isEmpty { return }
    // The stack gives the last first: reversed, the first name is the next one taken.
    condition.withLock { state in
      if !state.isStopped { state.folders.append(contentsOf: folders.reversed()) }
    }
    condition.broadcast()
  }

  /// Adds work to a group.
  func add(_ task: Task, to group: WorkGroup) {
    condition.withLock { state in
      if state.isStopped { return }
      if group.isEmpty { state.ring.append(group) }
      group.append(task)
      state.workCount += 1
    }
    condition.signal()
  }

  /// The next thing to do, waiting for it; `nil` when all is done or the walk was stopped. Every
  /// task is followed by `finish`.
  func next() -> Task? {
    condition.wait { state -> Task?? in
      if state.isStopped { return .some(nil) }
      if state.workCount < enoughWork, let folder = state.folders.popLast() {
        state.runningCount += 1
        return folder
      }
      if state.workCount > 0 {
        state.runningCount += 1
        return .some(WalkQueue.takeWork(&state))
      }
      return state.runningCount == 0 ? .some(nil) : nil
    }
  }

  /// A task is done, and what it added was added before.
  func finish() {
    let isAllDone = condition.withLock { state in
      state.runningCount -= 1
      return state.runningCount == 0 && state.folders.isEmpty && state.workCount == 0
    }
    if isAllDone { condition.broadcast() }
  }

  /// Drops everything that has not begun, and all that is added later.
  func stop() {
    // Handed out of the lock, since letting go of folders closes them.
    let dropped = condition.withLock { state -> ([Task], [[Task]]) in
      state.isStopped = true
      defer {
        state.folders = []
        state.ring = []
        state.workCount = 0
      }
      return (state.folders, state.ring.map { $0.removeAll() })
    }
    condition.broadcast()
    withExtendedLifetime(dropped) {}
  }

  private static func takeWork(_ state: inout State) -> Task {
    if state.turn >= state.ring.count { state.turn = 0 }
    let group = state.ring[state.turn]
    let task = group.takeFirst()
    state.workCount -= 1
    if group.isEmpty {
      state.ring.remove(at: state.turn)
    } else {
      state.turn += 1
    }
    return task
  }
}

/// Work that should not all run at once, such as the files of one folder or the parts of one file.
public final class WorkGroup: @unchecked Sendable {
  // Guarded by the lock of the queue.
  private var tasks: [WalkQueue.Task] = []
  private var first = 0

  /// A group without work.
  public init() {}

  fileprivate var isEmpty: Bool { first == tasks.count }

  fileprivate func append(_ task: WalkQueue.Task) { tasks.append(task) }

  fileprivate func takeFirst() -> WalkQueue.Task {
    let task = tasks[first]
    first += 1
    if first * 2 >= tasks.count {
      tasks.removeFirst(first)
      first = 0
    }
    return task
  }

  fileprivate func removeAll() -> [WalkQueue.Task] {
    defer {
      tasks = []
      first = 0
    }
    return tasks
  }
}

/// The account of a folder that a scan has entered: it is left when everything that was added to it
/// and every folder inside it is done.
public final class FolderWork: Sendable {
  private let parent: FolderWork?
  private let queue: WalkQueue
  private let group = WorkGroup()
  private let openCount = Atomic<Int>(1)
  private let whenDone = Mutex<(@Sendable (WalkWorker) -> Void)?>(nil)

  init(parent: FolderWork?, queue: WalkQueue) {
    self.parent = parent
    self.queue = queue
    parent?.open(1)
  }

  /// Adds work that any thread of the scan may do; work may add more. Items of one group are
  /// begun in the order they were added, in turn with other groups; without `group`, in that of
  /// the folder. An item should take 100 µs or more: a batch of small files, 1 MiB of a large one.
  public func add(
    to group: WorkGroup? = nil, _ body: @escaping @Sendable (WalkWorker) -> Void
  ) {
    open(1)
    queue.add(WalkQueue.Task(body: body, account: self), to: group ?? self.group)
  }

  /// Adds folders below this one.
  func add(folders: [@Sendable (WalkWorker) -> Void]) {
    open(folders.count)
    queue.add(folders: folders.map { WalkQueue.Task(body: $0, account: self) })
  }

  private func open(_ count: Int) { openCount.add(count, ordering: .relaxed) }

  /// What is called once, when all is done.
  func setCompletion(_ body: @escaping @Sendable (WalkWorker) -> Void) {
    whenDone.withLock { $0 = body }
  }

  /// One thing is done; leaves this folder, and those above it, if it was the last.
  func close(_ worker: WalkWorker) {
    var account: FolderWork? = self
    while let done = account {
      let left = done.openCount.subtract(1, ordering: .acquiringAndReleasing).newValue
      if left > 0 { return }
      done.whenDone.withLock { $0.take() }?(worker)
      account = done.parent
    }
  }
}
