import Synchronization

@testable import Mover

/// Lets one of several threads run at a time, and chooses at every pass, by a seed, which one goes
/// on: what happens then depends on the seed alone.
///
/// Some seeds switch at nearly every pass, others leave one actor on for long: what needs a whole
/// operation of one inside a gap of another is met by the latter only.
final class Turnstile: Sendable {
  private struct State {
    var generator: SeededGenerator
    /// Of 100 passes, so many leave the same actor on.
    var staying: UInt64
    /// Actors that have not ended.
    var living: [Int]
    /// Actors that are held back, and the pass at which each may go on.
    var parked: [Int: Int] = [:]
    /// Passes so far, and a running digest of what they were for.
    var passes = 0
    var trace: UInt64 = 0
  }

  private let state: Mutex<State>
  /// One gate an actor; open for at most one of them.
  private let gates: [Condition<Bool>]

  init(actors: Int, seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let staying: UInt64 = [0, 50, 90, 97, 99].randomElement(using: &generator)!
    state = Mutex(State(generator: generator, staying: staying, living: Array(0..<actors)))
    gates = (0..<actors).map { _ in Condition(false) }
  }

  /// Runs every actor on a thread of its own until all have ended.
  func run(_ body: @escaping @Sendable (Int) -> Void) {
    let threads = gates.indices.map { actor in
      WorkerThread("actor \(actor)") {
        self.wait(actor)
        body(actor)
        self.leave(actor)
      }
    }
    open(choose())
    for thread in threads { thread.join() }
  }

  /// Gives the turn back, and waits to get it again.
  func pass(_ actor: Int, for reason: String) {
    state.withLock { state in
      state.passes += 1
      for byte in reason.utf8 { state.trace = (state.trace ^ UInt64(byte)) &* 0x100_0000_01B3 }
      state.trace = (state.trace ^ UInt64(actor)) &* 0x100_0000_01B3
    }
    guard !stays(actor) else { return }
    let next = choose()
    guard next != actor else { return }
    open(next)
    wait(actor)
  }

  /// Holds an actor back for so many passes of others, as a machine that stalls.
  func park(_ actor: Int, passes: Int) {
    state.withLock { $0.parked[actor] = $0.passes + passes }
  }

  /// A number below `bound`, by the seed.
  func random(below bound: UInt64) -> UInt64 {
    state.withLock { $0.generator.next(upperBound: bound) }
  }

  var passes: Int { state.withLock { $0.passes } }
  /// The same for the same seed.
  var trace: UInt64 { state.withLock { $0.trace } }

  private func stays(_ actor: Int) -> Bool {
    state.withLock { state in
      state.generator.next(upperBound: 100) < state.staying && state.parked[actor] == nil
    }
  }

  private func choose() -> Int? {
    state.withLock { state in
      state.parked = state.parked.filter { $0.value > state.passes }
      let free = state.living.filter { state.parked[$0] == nil }
      return (free.isEmpty ? state.living : free).randomElement(using: &state.generator)
    }
  }

  private func leave(_ actor: Int) {
    state.withLock { state in state.living.removeAll { $0 == actor } }
    open(choose())
  }

  private func open(_ actor: Int?) {
    guard let actor else { return }
    gates[actor].withLock { $0 = true }
    gates[actor].signal()
  }

  private func wait(_ actor: Int) {
    gates[actor].wait { isOpen -> Void? in
      guard isOpen else { return nil }
      isOpen = false
      return ()
    }
  }
}
