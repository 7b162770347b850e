import FrameEngine

/// Threads that share the chunks of one frame after the other, each with decoders and memory of its
/// own. One frame at a time.
final class FrameCrew: @unchecked Sendable {
  /// What one thread works with.
  private final class Member {
    var worker: ChunkWorker

    init(_ decoder: DecoderProgram) { worker = ChunkWorker(decoder) }
  }

  private let members: [Member]

  init(size: Int, _ decoder: DecoderProgram) {
    members = (0..<size).map { _ in Member(decoder) }
  }

  /// Has all slices of `frame` looked at, by no more threads than there are slices.
  func run(_ frame: FrameLook, _ memory: FrameBytes, _ cancellation: CancelToken?) {
    let count = max(1, min(members.count, frame.sliceCount))
    runWorkers(count: count, name: "farmio frame") { index in
      frame.run(&self.members[index].worker, memory, cancellation)
    }
  }

  /// Runs `body` with the worker of the calling thread's own.
  func withWorker<R, E: Error>(_ body: (inout ChunkWorker) throws(E) -> R) throws(E) -> R {
    try body(&members[0].worker)
  }
}
