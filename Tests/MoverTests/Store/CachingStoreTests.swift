import FrameEngine
import Synchronization
import Testing

@testable import Mover

@Suite struct CachingStoreTests {
  private let base = MemoryStore()
  private let calls = CallCounter()
  private let folder: TemporaryFolder
  private let content: [UInt8]
  private static let name = "packs/ab/cd-1"

  init() throws {
    folder = try TemporaryFolder(in: "/dev/shm")
    var generator = SeededGenerator(seed: 3)
    content = (0..<3_300_000).map { _ in UInt8.random(in: 0...255, using: &generator) }
    try base.put(CachingStoreTests.name, content)
  }

  private func makeCache(_ name: FileName = "cache") -> BlockCache {
    BlockCache(
      disk: ThreadDisk(), path: folder.path.appending(name), byteLimit: 0,
      clock: VirtualClock(seconds: 4_000_000_000)
    ) { Issue.record("\($0)") }
  }

  private func makeStore(_ cache: BlockCache) -> CachingStore {
    let counted = HookedStore(base) { [calls] (verb, name) throws(StoreError) in
      try calls.count(verb, name)
    }
    return CachingStore(counted, cache: cache, repository: RunID(words: (7, 8)))
  }

  private func read(
    _ store: any Store, _ offset: Int, _ count: Int, of name: String = CachingStoreTests.name
  ) throws(StoreError) -> [UInt8] {
    var buffer = [UInt8](repeating: 0, count: count)
    var span = buffer.mutableSpan
    var target = unsafe span.mutableBytes
    let got = try store.read(name, at: Int64(offset), into: &target)
    return Array(buffer[..<got])
  }

  @Test func readsLikeThePlaceAndAsksItOnce() throws {
    let store = makeStore(makeCache())
    var generator = SeededGenerator(seed: 4)
    for _ in 0..<200 {
      let offset = Int.random(in: 0...content.count + 10, using: &generator)
      let count = Int.random(in: 0...2_000_000, using: &generator)
      let start = min(offset, content.count)
      let expected = Array(content[start..<min(content.count, start + count)])
      #expect(try read(store, offset, count) == expected)
    }
    #expect(calls.total(of: "read") <= 4, "four blocks, each asked for once")
    let before = calls.total(of: "read")
    let second = makeStore(makeCache())
    #expect(try read(second, 0, 4_000_000) == content)
    #expect(calls.total(of: "read") == before, "another process needs nothing of the place")
  }

  @Test func fetchesNeighboursTogether() throws {
    #expect(try read(makeStore(makeCache()), 10, 3_000_000) == Array(content[10..<3_000_010]))
    #expect(calls.total(of: "read") == 1)
  }

  @Test func fetchesOnceForManyThreads() throws {
    let stores = [makeStore(makeCache()), makeStore(makeCache("other"))]
    let wrong = Atomic<Int>(0)
    runWorkers(count: 16) { worker in
      var generator = SeededGenerator(seed: UInt64(worker))
      for _ in 0..<20 {
        let offset = Int.random(in: 0..<content.count, using: &generator)
        let count = min(content.count - offset, 300_000)
        let got = try? read(stores[worker % 2], offset, count)
        if got != Array(content[offset..<offset + count]) { wrong.add(1, ordering: .relaxed) }
      }
    }
    #expect(wrong.load(ordering: .relaxed) == 0)
    #expect(calls.total(of: "read") <= 8, "four blocks for each of the two stores")
  }

  /// Two processes' caches over one folder, one of which damages what the other reads.
  @Test func sharesAFolderWithOthers() throws {
    let wrong = Atomic<Int>(0)
    let stores = (0..<4).map { _ in makeStore(makeCache()) }
    runWorkers(count: 4) { worker in
      var generator = SeededGenerator(seed: UInt64(worker))
      for _ in 0..<60 {
        let offset = Int.random(in: 0..<content.count, using: &generator)
        let count = min(content.count - offset, 100_000)
        let got = try? read(stores[worker], offset, count)
        if got != Array(content[offset..<offset + count]) { wrong.add(1, ordering: .relaxed) }
        if worker == 0 {
          _ = stores[0].distrust(CachingStoreTests.name, Int64(offset)..<Int64(offset + count))
        }
      }
    }
    #expect(wrong.load(ordering: .relaxed) == 0)
  }

  @Test func tellsFailuresAndForgetsThem() throws {
    let store = makeStore(makeCache())
    calls.fail(next: 1)
    #expect(throws: StoreError.self) { try read(store, 0, 100) }
    #expect(try read(store, 0, 100) == Array(content[..<100]))
    #expect(throws: StoreError.self) { try read(store, 0, 100, of: "packs/ab/missing-1") }
  }

  @Test func fetchesAgainWhatIsDistrusted() throws {
    let store = makeStore(makeCache())
    #expect(!store.distrust(CachingStoreTests.name, 0..<100))
    base.damage(CachingStoreTests.name) { $0[50] ^= 1 }
    #expect(try read(store, 0, 100) != Array(content[..<100]))
    base.damage(CachingStoreTests.name) { $0[50] ^= 1 }
    #expect(try read(store, 0, 100) != Array(content[..<100]), "it is cached")
    #expect(store.distrust(CachingStoreTests.name, 0..<100))
    #expect(try read(store, 0, 100) == Array(content[..<100]))
  }

  @Test(arguments: [0, 1, CacheBlock.byteCount - 1, CacheBlock.byteCount, 2 * CacheBlock.byteCount])
  func keepsWholeObjects(count: Int) throws {
    let store = makeStore(makeCache())
    let part = Array(content[..<count])
    try base.put("index/a-1", part)
    // What was read in pieces may not know where the object ends.
    _ = try read(store, 0, 10, of: "index/a-1")
    #expect(try store.get("index/a-1", limit: count) == part)
    #expect(try store.get("index/a-1", limit: count) == part)
    // A short block is the last one, so a read of it knows; nothing of an empty object is kept.
    let isKnown = count % CacheBlock.byteCount != 0
    #expect(calls.total(of: "get") == (count == 0 ? 2 : isKnown ? 0 : 1))
    if count > 0 {
      #expect(throws: StoreError.self) { try store.get("index/a-1", limit: count - 1) }
    }
    #expect(try store.get("index/none", limit: 10) == nil)
  }

  @Test func keepsNothingThatMayChange() throws {
    let store = makeStore(makeCache())
    for name in ["config", "refs/a", "leases/a", "gc/1", "copies/config", "copies/refs/a"] {
      try store.put(name, [1])
      #expect(try store.get(name, limit: 10) == [1])
      try base.put(name, [2])
      #expect(try store.get(name, limit: 10) == [2])
      #expect(try read(store, 0, 10, of: name) == [2])
    }
    #expect(try store.size(CachingStoreTests.name) == Int64(content.count))
    #expect(try store.list("packs/").map(\.name) == [CachingStoreTests.name])
  }
}

/// Counts calls, and fails as many as it is told to.
private final class CallCounter: Sendable {
  private let state = Mutex((counts: [String: Int](), failures: 0))

  func count(_ verb: String, _ name: String) throws(StoreError) {
    let fails = state.withLock { state in
      state.counts[verb, default: 0] += 1
      guard state.failures > 0 else { return false }
      state.failures -= 1
      return true
    }
    if fails { throw StoreError(.failed, verb, name, "ordered by the test") }
  }

  func fail(next count: Int) { state.withLock { $0.failures = count } }
  func total(of verb: String) -> Int { state.withLock { $0.counts[verb] ?? 0 } }
}
