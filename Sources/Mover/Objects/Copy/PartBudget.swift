import FrameEngine

/// Memory for what is on its way: so many bytes and no more, so that neither large files nor many
/// take more than this. A thread waits until enough is free.
final class PartBudget: @unchecked Sendable {
  /// Memory of one part, or of a small file.
  final class Memory: @unchecked Sendable {
    // Used by the thread that holds it, and read by the network meanwhile.
    var buffer: Buffer
    fileprivate let capacity: Int

    init(capacity: Int) {
      buffer = Buffer(capacity: capacity)
      self.capacity = capacity
    }
  }

  private struct State {
    var idle: [Memory] = []
    /// Of all there are, idle or not.
    var byteCount = 0
    var lentCount = 0
  }

  /// Bytes of all together, as far as two of them fit.
  static let limit = 64 << 20

  private let state = Condition(State())

  /// Runs `body` with memory for at least `count` bytes that nobody else has.
  func with<R, E: Error>(_ count: Int, _ body: (Memory) throws(E) -> R) throws(E) -> R {
    let capacity = PartBudget.capacity(count)
    let memory = state.wait { PartBudget.take(capacity, &$0) }
    defer {
      state.withLock { state in
        state.idle.append(memory)
        state.lentCount -= 1
      }
      // Those who wait want different sizes.
      state.broadcast()
    }
    return try body(memory)
  }

  private static func take(_ capacity: Int, _ state: inout State) -> Memory? {
    if let index = state.idle.lastIndex(where: { $0.capacity == capacity }) {
      state.lentCount += 1
      return state.idle.remove(at: index)
    }
    while state.byteCount + capacity > limit, let unused = state.idle.popLast() {
      state.byteCount -= unused.capacity
    }
    guard state.byteCount + capacity <= limit || state.lentCount < 2 else { return nil }
    state.byteCount += capacity
    state.lentCount += 1
    return Memory(capacity: capacity)
  }

  /// Few sizes, so that what one has used fits the next.
  private static func capacity(_ count: Int) -> Int {
    var capacity = 128 << 10
    while capacity < count, capacity < 16 << 20 { capacity *= 2 }
    let step = 1 << 20
    return capacity >= count ? capacity : (count + step - 1) / step * step
  }
}
