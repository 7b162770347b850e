import Synchronization
import Testing

@testable import Mover

@Suite struct ThreadsTests {
  @Test func everyWorkerRunsOnceAndIsAwaited() {
    let seen = Condition(Set<Int>())
    runWorkers(count: 9) { index in
      seen.withLock { seen in
        #expect(!seen.contains(index))
        seen.insert(index)
      }
    }
    #expect(seen.withLock { $0 } == Set(0..<9))
  }

  @Test func aPoolRunsEveryNumberOnceForEachOfManyCallers() {
    let pool = ThreadPool(width: 4, name: "test")
    let sums = Condition([Int: Int]())
    runWorkers(count: 6) { caller in
      for _ in 0..<50 {
        let sum = Sum()
        pool.run(count: 100) { sum.value.add($0, ordering: .relaxed) }
        let value = sum.value.load(ordering: .relaxed)
        sums.withLock { $0[value, default: 0] += 1 }
      }
    }
    #expect(sums.withLock { $0 } == [4_950: 300])
    pool.run(count: 0) { _ in Issue.record("there is no work") }
  }

  @Test func whatComesInAnyOrderGoesOnInItsOwn() {
    var order = Reordering<String>()
    #expect(order.add("b", 1).isEmpty && order.add("d", 3).isEmpty && order.next == 0)
    #expect(order.add("a", 0).map(\.element) == ["a", "b"])
    #expect(order.add("c", 2).map(\.number) == [2, 3] && order.next == 4)
  }

  @Test func aThreadMustBeJoined() async {
    await #expect(processExitsWith: .failure) {
      _ = WorkerThread("lost") {}
    }
  }
}

private final class Sum: Sendable {
  let value = Atomic<Int>(0)
}
