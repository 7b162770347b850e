import FrameEngine

/// Which packs a collection condemns: a pure choice, from what is live in each.
struct CollectionPlan {
  /// Nothing in them is needed.
  private(set) var unused: [Int] = []
  /// What is needed in them is copied first.
  private(set) var rewritten: [Int] = []
  /// Stored bytes of all that is needed.
  private(set) var liveBytes: Int64 = 0

  /// Small packs are joined when there are at least this many.
  static let smallPackCount = 8

  /// Chooses among the packs whose owners have ended.
  init(
    _ known: KnownChunks, live: LiveRecords, ended: Set<RunID>, tolerance: Double
  ) throws(RepositoryError) {
    var candidates = [(number: Int, wasted: Int64, size: Int64)]()
    var wasted: Int64 = 0
    for (number, pack) in known.packs().enumerated() {
      let use = live.use(ofPack: number)
      liveBytes += use.storedBytes
      guard ended.contains(pack.name.run), !pack.isCondemned else { continue }
      if use.count == 0 {
        unused.append(number)
        continue
      }
      let lost = use.unusedBytes(ofPackOf: pack.byteCount)
      wasted += lost
      candidates.append((number, lost, pack.byteCount))
    }
    choose(
      candidates, wasted: wasted, tolerance: tolerance,
      smallBytes: Int64(known.repository.tuning.smallPackByteCount))
  }

  private mutating func choose(
    _ candidates: [(number: Int, wasted: Int64, size: Int64)], wasted: Int64,
    tolerance: Double, smallBytes: Int64
  ) {
    var rest = wasted
    let allowed = Int64(Double(liveBytes) * tolerance)
    // The emptiest first: they give back most for each byte copied.
    let byWaste = candidates.sorted {
      Double($0.wasted) / Double($0.size) > Double($1.wasted) / Double($1.size)
    }
    var chosen = Set<Int>()
    for candidate in byWaste where rest > allowed && candidate.wasted > 0 {
      chosen.insert(candidate.number)
      rest -= candidate.wasted
    }
    let small = candidates.filter { $0.size < smallBytes }
    if small.count >= CollectionPlan.smallPackCount { chosen.formUnion(small.map(\.number)) }
    rewritten = chosen.sorted()
  }
}
