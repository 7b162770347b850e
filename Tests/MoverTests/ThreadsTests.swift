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

  @Test func aChannelHandsOnEveryElementInOrder() {
    let channel = Channel<Int>(capacity: 3)
    let received = Condition([Int]())
    runWorkers(count: 2) { index in
      if index == 0 {
        for number in 0..<1_000 { #expect(channel.send(number)) }
        channel.close()
        #expect(!channel.send(0))
      } else {
        while let number = channel.receive() { received.withLock { $0.append(number) } }
      }
    }
    #expect(received.withLock { $0 } == Array(0..<1_000))
  }

  @Test func manySendersAndReceiversLoseNothing() {
    let channel = Channel<Int>(capacity: 2)
    let sending = Condition(4)
    let sum = Sum()
    runWorkers(count: 8) { index in
      if index < 4 {
        for number in 0..<500 { channel.send(number) }
        let left = sending.withLock { left in
          left -= 1
          return left
        }
        if left == 0 { channel.close() }
      } else {
        while let number = channel.receive() { sum.value.add(number, ordering: .relaxed) }
      }
    }
    #expect(sum.value.load(ordering: .relaxed) == 4 * 499 * 500 / 2)
  }

  @Test func aCancelledChannelForgetsAndWakesEveryone() {
    let channel = Channel<Int>(capacity: 1)
    channel.send(1)
    runWorkers(count: 2) { index in
      if index == 0 { channel.cancel() } else { channel.send(2) }
    }
    #expect(channel.receive() == nil)
    #expect(!channel.send(3))
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
