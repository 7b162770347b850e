import FrameEngine

/// Memory for parts on their way: so many buffers and no more, so that large files take no more
/// memory than this. A thread waits until one is free.
final class PartBudget: @unchecked Sendable {
  /// Memory of one part.
  final class Memory: @unchecked Sendable {
    // Used by the thread that holds it, and read by the network meanwhile.
    var buffer: Buffer
    var count = 0

    init(capacity: Int) { buffer = Buffer(capacity: capacity) }
  }

  private struct State {
    var idle: [Memory] = []
    var made = 0
  }

  /// Bytes of all buffers together, as far as two of them fit.
  private static let bytes = 64 << 20

  private let capacity: Int
  private let limit: Int
  private let state = Condition(State())

  /// A budget of buffers that hold `capacity` bytes each.
  init(capacity: Int) {
    self.capacity = capacity
    limit = max(2, PartBudget.bytes / capacity)
  }

  /// Runs `body` with memory that nobody else has.
  func with<R, E: Error>(_ body: (Memory) throws(E) -> R) throws(E) -> R {
    let memory = state.wait { state -> Memory? in
      if let memory = state.idle.popLast() { return memory }
      guard state.made < limit else { return nil }
      state.made += 1
      return Memory(capacity: capacity)
    }
    defer {
      state.withLock { $0.idle.append(memory) }
      state.signal()
    }
    return try body(memory)
  }
}
