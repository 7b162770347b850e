import FrameEngine
import Synchronization
import Testing

@testable import Mover

struct MeteringStoreTests {
  @Test func `Counts requests by kind, and bytes both ways`() throws {
    let metered = MeteringStore(MemoryStore())
    let site = try Site { metered }
    try metered.put("a", [1, 2, 3])
    #expect(try metered.putIfAbsent("b", [4, 5]))
    #expect(try !metered.putIfAbsent("b", [4, 5, 6]))
    try site.upload("c", [UInt8](repeating: 7, count: 1000), step: 300).finish()
    #expect(try metered.get("a", limit: 10) == [1, 2, 3])
    #expect(try metered.get("none", limit: 10) == nil)
    #expect(try site.read("c", at: 900, count: 500).count == 100)
    #expect(try metered.size("c") == 1000)
    #expect(try metered.list("").count == 3)
    try metered.delete("a")
    _ = try metered.removeAbandoned(writtenBefore: Site.longAgo)
    let traffic = metered.traffic
    let kinds: [(StoreTraffic.Request, Int)] = [
      (.put, 1), (.create, 2), (.upload, 1), (.get, 2), (.read, 1), (.size, 1), (.list, 1),
      (.delete, 1), (.sweep, 1),
    ]
    for (kind, count) in kinds { #expect(traffic.requests(kind) == count, "\(kind)") }
    #expect(traffic.requests == 11)
    #expect(traffic.sentBytes == 3 + 2 + 3 + 1000)
    #expect(traffic.receivedBytes == 3 + 100)
  }

  @Test func `A request that fails was made, and brought nothing`() throws {
    let metered = MeteringStore(MemoryStore())
    let site = try Site { metered }
    #expect(throws: StoreError.self) { try site.read("none", at: 0, count: 10) }
    #expect(metered.traffic.requests == 1)
    #expect(metered.traffic.receivedBytes == 0)
  }
}

struct LimitingStoreTests {
  private struct Bench {
    let clock = VirtualClock(seconds: 1000)
    let token = CancelToken()
    let calls = Recorder()
    let site: Site

    init(_ rate: Int?) throws {
      let limiter = RateLimiter(
        RateTimetable(bytesPerSecond: rate), clock: clock, minuteOfWeek: { _ in 0 })
      let (calls, token) = (calls, token)
      let hooked = HookedStore(MemoryStore()) { verb, _ in calls.note(verb) }
      let store = LimitingStore(hooked, limiter, cancellation: token)
      site = try Site { store }
    }

    /// Seconds that `body` takes on the bench's clock.
    func seconds(_ body: () throws -> Void) throws -> Double {
      let begun = clock.monotonic()
      try body()
      return Double(clock.monotonic() - begun) / 1e9
    }
  }

  private final class Recorder: Sendable {
    private let verbs = Mutex<[String]>([])
    func note(_ verb: String) { verbs.withLock { $0.append(verb) } }
    func count(_ verb: String) -> Int { verbs.withLock { $0.count { $0 == verb } } }
  }

  private let content = [UInt8](repeating: 9, count: 1_000_000)

  @Test func `What is stored takes the time of its bytes`() throws {
    let bench = try Bench(400_000)
    let time = try bench.seconds { () throws in
      try bench.site.store.put("a", content)
      _ = try bench.site.store.putIfAbsent("b", content)
      try bench.site.upload("c", content, step: 300_000).finish()
      try bench.site.store.put("d", [1])
    }
    #expect((7.3...7.6).contains(time))
  }

  @Test func `What is read takes the time of its bytes, in requests of a quarter second`() throws {
    let bench = try Bench(400_000)
    try bench.site.store.put("a", content)
    let time = try bench.seconds { () throws in
      #expect(try bench.site.read("a", at: 0, count: content.count) == content)
      #expect(try bench.site.store.get("a", limit: 2_000_000) == content)
      #expect(try bench.site.read("a", at: 999_999, count: 5) == [9])
    }
    #expect((6.9...7.6).contains(time))
    #expect(bench.calls.count("read") == 10 + 1)
  }

  @Test func `Without a limit a read stays one request`() throws {
    let bench = try Bench(nil)
    try bench.site.store.put("a", content)
    let time = try bench.seconds { () throws in
      #expect(try bench.site.read("a", at: 0, count: content.count) == content)
    }
    #expect(time == 0)
    #expect(bench.calls.count("read") == 1)
  }

  @Test func `Whoever waits stops when asked to, and may still put things right`() throws {
    let bench = try Bench(1)
    try bench.site.store.put("a", content)
    let upload = try bench.site.store.makeUpload("b")
    bench.token.cancel()
    let time = try bench.seconds { () throws in
      let sent = #expect(throws: StoreError.self) { try upload.append(content.rawBytes) }
      let read = #expect(throws: StoreError.self) { try bench.site.read("a", at: 0, count: 9) }
      #expect(sent?.code == .interrupted && read?.code == .interrupted)
      try bench.site.store.put("lease", [1])
      #expect(try bench.site.store.get("lease", limit: 1) == [1])
    }
    #expect(time == 0)
    #expect(try bench.site.store.size("b") == nil)
  }
}
