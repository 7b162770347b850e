/// The rules of collection as a small state machine, to be searched exhaustively: writers, two
/// collectors, a reader and a forgetter on up to two packs of one chunk each and two generations.
///
/// Pack 0 holds chunk A and belongs to snapshot 0, which stands at first. Pack 1 holds a second
/// copy of A, made by a collection that rewrites pack 0 before it condemns it. Every step is one
/// call on the store.
struct CollectionModel: Hashable {
  /// A rule that is left out, to see that the search misses it.
  enum Dropped: CaseIterable {
    case secondListing, pinCheck, borrowing, oneVerdict, createIfAbsent, waiting, pins
    case oneOpenGeneration, ignoringDoomed
  }

  struct Generation: Hashable {
    var condemned: UInt8 = 0
    var isOpen = false
    var verdict: UInt8?
  }

  struct Writer: Hashable {
    var step = 0
    var seen = 0
    var avoided: UInt8 = 0
    var borrowed: UInt8 = 0
    var hasLease = false
    var isVoid = false
    /// Its snapshot stands.
    var hasReference = false
    var hasEnded = false
  }

  struct Reader: Hashable {
    var step = 0
    var seen = 0
    var target = -1
    var hasLease = false
    var pins = false
  }

  struct Collector: Hashable {
    var step = 0
    var generation = 0
    var condemned: UInt8 = 0
    var references: UInt8 = 0
    var deleted: UInt8 = 0
    var runs = 0
  }

  /// Packs 0 and 1; bit masks everywhere else.
  var packs: UInt8 = 0b01
  /// Snapshot 0 stands at first.
  var standsFirst = true
  var generations = [Generation](repeating: Generation(), count: 3)
  var writers = [Writer](repeating: Writer(), count: 2)
  var reader = Reader()
  var collectors = [Collector](repeating: Collector(), count: 2)
  /// Whether pack 1 was ever written: a name is used once.
  var wasRewritten = false
}

extension CollectionModel {
  private var newest: Int { generations.lastIndex { $0.isOpen } ?? 0 }

  /// Packs that nobody may borrow from.
  private var condemned: UInt8 {
    generations.reduce(0) { $0 | ($1.isOpen ? $1.verdict ?? $1.condemned : 0) }
  }

  /// Packs that a verdict deletes.
  private var doomed: UInt8 {
    generations.reduce(0) { $0 | ($1.isOpen ? $1.verdict ?? 0 : 0) }
  }

  /// Whether a snapshot that stands needs chunk A.
  var needs: Bool { standsFirst || writers.contains { $0.hasReference } }

  /// What is wrong with the state, if anything.
  var violation: String? {
    if needs, packs == 0 { return "a snapshot lost its chunk" }
    if reader.step == 5, packs == 0 { return "a reader lost its chunk" }
    return nil
  }

  /// Every state that one step of one actor leads to.
  func successors(without dropped: Dropped?) -> [CollectionModel] {
    var next = [CollectionModel]()
    if standsFirst { next.append(with { $0.standsFirst = false }) }
    for writer in writers.indices where writers[writer].hasReference {
      next.append(with { $0.writers[writer].hasReference = false })
    }
    for writer in writers.indices { stepWriter(writer, dropped, &next) }
    stepReader(dropped, &next)
    for collector in 0..<2 { stepCollector(collector, dropped, &next) }
    return next
  }

  private func with(_ change: (inout CollectionModel) -> Void) -> CollectionModel {
    var copy = self
    change(&copy)
    return copy
  }

  // MARK: Runs

  private func stepWriter(
    _ number: Int, _ dropped: Dropped?, _ next: inout [CollectionModel]
  ) {
    let writer = writers[number]
    func move(_ change: (inout CollectionModel, inout Writer) -> Void) {
      next.append(
        with { state in
          var changed = state.writers[number]
          changed.step += 1
          change(&state, &changed)
          state.writers[number] = changed
        })
    }
    switch writer.step {
    case 0: move { state, writer in writer.seen = state.newest }
    case 1: move { _, writer in writer.hasLease = true }
    case 2:
      move { state, writer in
        writer.avoided =
          switch dropped {
          case .secondListing: state.condemned(upTo: writer.seen)
          case .borrowing: 0
          default: state.condemned
          }
      }
    case 3:
      // Borrows from any pack there is that was not condemned in the second listing.
      for pack in [UInt8(1), 2] where packs & pack != 0 && writer.avoided & pack == 0 {
        move { _, writer in writer.borrowed = pack }
      }
    case 4:
      // Commits, unless fenced off; or dies, and is fenced off some time later.
      move { state, writer in
        if !writer.isVoid || dropped == .createIfAbsent { writer.hasReference = true }
        writer.hasEnded = true
        writer.isVoid = writer.isVoid && dropped != .createIfAbsent
      }
      if !writer.isVoid {
        next.append(with { $0.writers[number].isVoid = true })
      }
    case 5: move { _, writer in writer.hasLease = false }
    default: break
    }
  }

  private func condemned(upTo generation: Int) -> UInt8 {
    generations[...generation].reduce(0) { $0 | ($1.isOpen ? $1.verdict ?? $1.condemned : 0) }
  }

  private func stepReader(_ dropped: Dropped?, _ next: inout [CollectionModel]) {
    func move(_ change: (inout CollectionModel, inout Reader) -> Void) {
      next.append(
        with { state in
          var changed = state.reader
          changed.step += 1
          change(&state, &changed)
          state.reader = changed
        })
    }
    switch reader.step {
    case 0: move { state, reader in reader.seen = state.newest }
    case 1: move { _, reader in reader.hasLease = true }
    case 2:
      for target in 0...writers.count where stands(target) {
        move { _, reader in reader.target = target }
      }
    case 3: move { _, reader in reader.pins = true }
    case 4:
      // Reads only what still stands after its pin does.
      if stands(reader.target) || dropped == .pinCheck { move { _, _ in } }
    case 5:
      move { _, reader in
        reader.hasLease = false
        reader.pins = false
      }
    default: break
    }
  }

  /// Whether the first snapshot, or that of a writer, stands.
  private func stands(_ target: Int) -> Bool {
    target == 0 ? standsFirst : writers[target - 1].hasReference
  }

  private func mustWait(for generation: Int) -> Bool {
    let isWriting = writers.contains {
      $0.hasLease && $0.seen < generation && !$0.isVoid && !$0.hasEnded
    }
    return isWriting || reader.hasLease && reader.seen < generation
  }

  // MARK: Collections

  private func stepCollector(
    _ number: Int, _ dropped: Dropped?, _ next: inout [CollectionModel]
  ) {
    let collector = collectors[number]
    func move(_ step: Int, _ change: (inout CollectionModel, inout Collector) -> Void) {
      next.append(
        with { state in
          var changed = state.collectors[number]
          changed.step = step
          change(&state, &changed)
          state.collectors[number] = changed
        })
    }
    switch collector.step {
    case 0 where collector.runs < 2:
      // C1: continues an open generation, or marks and chooses.
      let last = newest
      if last > 0, generations[last].verdict == nil, dropped != .oneOpenGeneration {
        move(3) { _, collector in collector.generation = last }
      } else if last < 2 {
        choose(last + 1, move)
      }
    case 1:
      // The copy stands before its source is condemned.
      move(2) { state, _ in
        state.packs |= 2
        state.wasRewritten = true
      }
    case 2:
      // C2. Whoever is second goes on with the first one's choice.
      move(3) { state, collector in
        let mine = Generation(condemned: collector.condemned, isOpen: true, verdict: nil)
        let wanted =
          dropped == .oneOpenGeneration ? min(2, state.newest + 1) : collector.generation
        collector.generation = wanted
        if !state.generations[wanted].isOpen || dropped == .createIfAbsent {
          state.generations[wanted] = mine
        }
      }
    case 3:
      // C3.
      if dropped == .waiting || !mustWait(for: collector.generation) { move(4) { _, _ in } }
    case 4: move(5) { state, collector in collector.references = state.needs ? 1 : 0 }
    case 5:
      // C4: references were listed, then pins.
      move(6) { state, collector in
        let pinned = state.reader.pins && dropped != .pins
        let isNeeded = collector.references == 1 || pinned
        let condemned = state.generations[collector.generation].condemned
        let kept = state.packs & ~state.condemned
        // Only the last copies are needed, and the first of those.
        let usable = dropped == .ignoringDoomed ? state.packs : state.packs & ~state.doomed
        let last = isNeeded && kept == 0 ? firstCopy(number, usable) & condemned : 0
        collector.deleted = condemned & ~last
      }
    case 6:
      // C5: the first verdict binds.
      move(7) { state, collector in
        if state.generations[collector.generation].verdict == nil || dropped == .oneVerdict {
          state.generations[collector.generation].verdict = collector.deleted
        }
        collector.deleted = state.generations[collector.generation].verdict ?? 0
      }
    case 7:
      // C6.
      move(0) { state, collector in
        state.packs &= ~collector.deleted
        let runs = collector.runs
        collector = Collector()
        collector.runs = runs + 1
      }
    default: break
    }
  }

  /// The copy that a collector's listing meets first: the two may see another order.
  private func firstCopy(_ collector: Int, _ usable: UInt8) -> UInt8 {
    let order: [UInt8] = collector == 0 ? [1, 2] : [2, 1]
    return order.first { usable & $0 != 0 } ?? 0
  }

  private func choose(
    _ generation: Int, _ move: (Int, (inout CollectionModel, inout Collector) -> Void) -> Void
  ) {
    let usable = packs & ~condemned
    if !needs, usable != 0 {
      move(2) { _, collector in
        collector.generation = generation
        collector.condemned = usable
      }
    }
    // Two copies: one is enough, either.
    if needs, usable == 3 {
      for pack in [UInt8(1), 2] {
        move(2) { _, collector in
          collector.generation = generation
          collector.condemned = pack
        }
      }
    }
    if needs, usable == 1, !wasRewritten {
      move(1) { _, collector in
        collector.generation = generation
        collector.condemned = 1
      }
    }
  }

  /// Searches every state that can be reached; the number of them, and the first violation.
  static func search(
    writers: Int, readers: Int, without dropped: Dropped? = nil
  ) -> (states: Int, violation: String?) {
    var start = CollectionModel()
    start.writers = [Writer](repeating: Writer(), count: writers)
    if readers == 0 { start.reader.step = 7 }
    var seen: Set<CollectionModel> = [start]
    var waiting = [start]
    while let state = waiting.popLast() {
      if let violation = state.violation { return (seen.count, violation) }
      for next in state.successors(without: dropped) where seen.insert(next).inserted {
        waiting.append(next)
      }
    }
    return (seen.count, nil)
  }
}
