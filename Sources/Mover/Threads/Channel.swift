/// A queue of bounded length between threads: senders wait while it is full, receivers while it is
/// empty. The bound is the only back-pressure a pipeline needs.
///
/// An element should be a batch (≥ 1 MiB or ≥ 64 items): handing one over may wake a thread, which
/// takes some 10 µs.
public final class Channel<Element: Sendable>: Sendable {
  private struct State {
    var elements: [Element] = []
    var first = 0
    var isClosed = false

    var count: Int { elements.count - first }

    /// Takes the oldest element; the array is compacted when half of it is gone.
    mutating func takeFirst() -> Element {
      let element = elements[first]
      first += 1
      if first * 2 >= elements.count {
        elements.removeFirst(first)
        first = 0
      }
      return element
    }
  }

  private let capacity: Int
  private let condition: Condition<State>

  /// A channel that holds at most `capacity` elements.
  public init(capacity: Int) {
    precondition(capacity > 0, "a channel holds at least one element")
    self.capacity = capacity
    condition = Condition(State())
  }

  /// Appends an element, waiting for room. `false` if the channel is closed: nobody will take it.
  @discardableResult
  public func send(_ element: Element) -> Bool {
    let wasSent = condition.wait { state -> Bool? in
      if state.isClosed { return false }
      if state.count == capacity { return nil }
      state.elements.append(element)
      return true
    }
    condition.broadcast()
    return wasSent
  }

  /// Takes the oldest element, waiting for one; `nil` once the channel is closed and empty.
  public func receive() -> Element? {
    let element = condition.wait { state -> Element?? in
      if state.count > 0 { return .some(state.takeFirst()) }
      return state.isClosed ? .some(nil) : nil
    }
    condition.broadcast()
    return element
  }

  /// Ends the channel: what it holds can still be received, nothing more can be sent.
  public func close() {
    condition.withLock { $0.isClosed = true }
    condition.broadcast()
  }

  /// Ends the channel and forgets what it holds, so that everyone who waits stops at once.
  public func cancel() {
    condition.withLock { state in
      state.isClosed = true
      state.elements.removeAll()
      state.first = 0
    }
    condition.broadcast()
  }
}
