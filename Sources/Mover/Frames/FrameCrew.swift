import FrameEngine
import Synchronization

/// Threads that share the chunks of one frame after the other, each with decoders and memory of its
/// own. One frame at a time.
final class FrameCrew: @unchecked Sendable {
  /// What one thread works with.
  private final class Member: @unchecked Sendable {
    var worker: ChunkWorker

    init(_ decoder: DecoderProgram) { worker = ChunkWorker(decoder) }
  }

  private let members: [Member]

  init(size: Int, _ decoder: DecoderProgram) {
    members = (0..<size).map { _ in Member(decoder) }
  }

  /// Threads at most.
  var size: Int { members.count }

  /// What `body` gives for each number below `count`, in order, by all threads.
  func map<Value: Sendable>(count: Int, _ body: @Sendable (Int) -> Value) -> [Value] {
    let next = Atomic<Int>(0)
    let values = Mutex([Value?](repeating: nil, count: count))
    run(upTo: count) { _ in
      while true {
        let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard index < count else { return }
        let value = body(index)
        values.withLock { $0[index] = value }
      }
    }
    return values.withLock { $0.map { $0! } }
  }

  /// Runs `body` on as many threads as there are members, but no more than there is work for.
  func run(upTo count: Int, _ body: @Sendable (inout ChunkWorker) -> Void) {
    let members = members
    runWorkers(count: max(1, min(members.count, count)), name: "farmio frame") { index in
      body(&members[index].worker)
    }
  }
}
