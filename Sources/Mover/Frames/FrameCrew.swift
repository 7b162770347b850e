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

  /// The program that unpacks what is not unpacked here.
  let decoder: DecoderProgram
  private let members: [Member]

  init(size: Int, _ decoder: DecoderProgram) {
    self.decoder = decoder
    members = (0..<size).map { _ in Member(decoder) }
  }

  /// Runs `body` for each number below `count`, each once and in any order, by as many threads as
  /// there are members, but no more than there is work for. No new one is begun once `isOver`.
  func forEach(
    _ count: Int, until isOver: @Sendable () -> Bool = { false },
    _ body: @Sendable (Int, inout ChunkWorker) -> Void
  ) {
    let members = members
    let next = Atomic<Int>(0)
    runWorkers(count: max(1, min(members.count, count)), name: "farmio frame") { index in
      while !isOver() {
        let number = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard number < count else { return }
        body(number, &members[index].worker)
      }
    }
  }

  /// The same for work on the frame at `path` that may fail: ends with one of the failures, or as
  /// interrupted.
  func forEach(
    _ count: Int, of path: FileName, _ cancellation: CancelToken?,
    _ body: @Sendable (Int, inout ChunkWorker) throws(FrameWorkError) -> Void
  ) throws(FrameWorkError) {
    let failure = Mutex<FrameWorkError?>(nil)
    let isOver: @Sendable () -> Bool = {
      cancellation?.isCancelled == true || failure.withLock { $0 != nil }
    }
    forEach(count, until: isOver) { number, worker in
      do throws(FrameWorkError) {
        try body(number, &worker)
      } catch {
        failure.withLock { $0 = $0 ?? error }
      }
    }
    if let failure = failure.withLock({ $0 }) { throw failure }
    if cancellation?.isCancelled == true {
      throw FrameWorkError(.interrupted, path, "interrupted")
    }
  }

  /// What `body` gives for each number below `count`, in order.
  func map<Value: Sendable>(count: Int, _ body: @Sendable (Int) -> Value) -> [Value] {
    let values = Mutex([Value?](repeating: nil, count: count))
    forEach(count) { number, _ in
      let value = body(number)
      values.withLock { $0[number] = value }
    }
    return values.withLock { $0.map { $0! } }
  }
}
