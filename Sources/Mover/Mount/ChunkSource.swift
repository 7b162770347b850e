import FrameEngine
import Synchronization

/// Chunks of a repository in memory: decoded, proved, fetched when they are asked for or ahead of
/// it, and each by one thread however many ask.
final class ChunkSource: Sendable {
  /// What was done so far.
  struct Counts: Hashable, Sendable {
    /// Chunks that were fetched and decoded.
    var fetched = 0
    /// Those of them that nobody had asked for yet.
    var ahead = 0
  }

  /// Bytes of chunks that are kept.
  let memoryLimit: Int
  private let run: ReadingRun
  private let state: Mutex<State>
  private let queue = Condition(Queue())
  private let workers = Mutex<[WorkerThread]>([])
  private let fetchers = Mutex<[ChunkFetcher]>([])

  private struct State {
    var memory: RecentlyUsed<Digest, [UInt8]>
    var flights: [Digest: ChunkFlight] = [:]
    var counts = Counts()
  }

  private struct Queue {
    var flights: [ChunkFlight] = []
    var isClosed = false
  }

  /// Plain bytes that a flight ahead fetches at least, if there is so much: small enough for
  /// several threads to share the way ahead, large enough for a request.
  static let flightByteCount = 1 << 20
  /// Flights that wait for a thread; more are not worth the waiting.
  private static let queueLimit = 64

  /// A source that keeps up to `memoryLimit` bytes of chunks.
  init(_ run: ReadingRun, memoryLimit: Int) {
    self.run = run
    self.memoryLimit = memoryLimit
    state = Mutex(State(memory: RecentlyUsed(costLimit: memoryLimit)))
  }

  /// Begins to read ahead with `threads` threads; without, nothing is fetched before it is wanted.
  /// `close` must be called at the end.
  func begin(threads: Int) {
    let started = (0..<threads).map { _ in
      WorkerThread("farmio ahead") { [self] in
        while let flight = nextInQueue() { fetch(flight) }
      }
    }
    workers.withLock { $0 += started }
  }

  private func nextInQueue() -> ChunkFlight? {
    queue.wait { queue -> ChunkFlight?? in
      if queue.isClosed { return .some(nil) }
      return queue.flights.isEmpty ? nil : queue.flights.removeFirst()
    }
  }

  /// Ends reading ahead. Whoever still reads fetches himself.
  func close() {
    queue.withLock { queue in
      queue.isClosed = true
      queue.flights = []
    }
    queue.broadcast()
    let ended = workers.withLock { workers in
      defer { workers = [] }
      return workers
    }
    for worker in ended { worker.join() }
  }

  var counts: Counts { state.withLock { $0.counts } }

  /// The contents of chunks, by name.
  func contents(of chunks: [Digest]) throws(RepositoryError) -> [Digest: [UInt8]] {
    var found = [Digest: [UInt8]]()
    var waiting = [(chunk: Digest, flight: ChunkFlight)]()
    let own = state.withLock { state -> ChunkFlight? in
      var missing = [Digest]()
      for chunk in chunks where found[chunk] == nil {
        if let content = state.memory[chunk] {
          found[chunk] = content
        } else if let flight = state.flights[chunk] {
          waiting.append((chunk, flight))
        } else if !missing.contains(chunk) {
          missing.append(chunk)
        }
      }
      guard !missing.isEmpty else { return nil }
      return take(missing, &state)
    }
    if let own {
      fetch(own)
      for chunk in own.chunks { found[chunk] = try own.content(of: chunk) }
    }
    for (chunk, flight) in waiting {
      // Still in the queue: whoever waits may as well fetch.
      fetch(flight)
      found[chunk] = try flight.content(of: chunk)
    }
    return found
  }

  /// Begins to fetch chunks that will be wanted, with the bytes of each, and does not wait.
  func prepare(_ chunks: [(chunk: Digest, byteCount: Int)]) {
    let room = queue.withLock { queue in
      queue.isClosed ? 0 : ChunkSource.queueLimit - queue.flights.count
    }
    let flights = state.withLock { state -> [ChunkFlight] in
      var flights = [ChunkFlight]()
      var group = [Digest]()
      var bytes = 0
      for (chunk, byteCount) in chunks
      where !state.memory.has(chunk) && state.flights[chunk] == nil && !group.contains(chunk) {
        guard flights.count < room else { return flights }
        group.append(chunk)
        bytes += byteCount
        guard bytes >= ChunkSource.flightByteCount else { continue }
        flights.append(take(group, &state))
        (group, bytes) = ([], 0)
      }
      if !group.isEmpty { flights.append(take(group, &state)) }
      state.counts.ahead += flights.reduce(0) { $0 + $1.chunks.count }
      return flights
    }
    guard !flights.isEmpty else { return }
    queue.withLock { $0.flights += flights }
    queue.broadcast()
  }

  private func take(_ chunks: [Digest], _ state: inout State) -> ChunkFlight {
    let flight = ChunkFlight(chunks)
    for chunk in chunks { state.flights[chunk] = flight }
    return flight
  }

  /// Fetches a flight, unless another thread does so already.
  private func fetch(_ flight: ChunkFlight) {
    guard flight.start() else { return }
    let fetcher = fetchers.withLock { $0.popLast() } ?? ChunkFetcher(run)
    let end = fetcher.fetch(flight) { (chunk, content) in
      state.withLock { state in
        state.memory.insert(content, for: chunk, cost: content.count)
        state.counts.fetched += 1
      }
    }
    fetchers.withLock { $0.append(fetcher) }
    settle(flight, end)
  }

  private func settle(_ flight: ChunkFlight, _ end: RepositoryError) {
    state.withLock { state in
      for chunk in flight.chunks where state.flights[chunk] === flight {
        state.flights[chunk] = nil
      }
    }
    flight.end(end)
  }
}
