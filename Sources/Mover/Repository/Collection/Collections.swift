import FrameEngine

/// Generations of collection: `gc/N` condemns packs, `gc/N.result` says what became of them.
extension Repository {
  static func tombstoneName(_ generation: UInt64) -> String { "gc/\(generation)" }
  static func verdictName(_ generation: UInt64) -> String { "gc/\(generation).result" }

  /// The generations there are, and which of them have a verdict. Ascending.
  func generations() throws(RepositoryError) -> [(generation: UInt64, hasVerdict: Bool)] {
    var tombstones = Set<UInt64>()
    var verdicts = Set<UInt64>()
    for object in try list("gc/") {
      let name = object.name.dropFirst("gc/".count)
      if let generation = UInt64(name) {
        tombstones.insert(generation)
      } else if name.hasSuffix(".result"), let generation = UInt64(name.dropLast(7)) {
        verdicts.insert(generation)
      }
    }
    return tombstones.union(verdicts).sorted().map { ($0, verdicts.contains($0)) }
  }

  /// The number of the newest generation; 0 if there was none yet.
  func newestGeneration() throws(RepositoryError) -> UInt64 {
    try generations().last?.generation ?? 0
  }

  func tombstones(_ generation: UInt64) throws(RepositoryError) -> TombstoneRecord? {
    let name = Repository.tombstoneName(generation)
    guard let body = try record(name, kind: .tombstones) else { return nil }
    return try parsing(name) { () throws(FormatError) in
      try TombstoneRecord(decoding: body.rawBytes)
    }
  }

  func verdict(_ generation: UInt64) throws(RepositoryError) -> VerdictRecord? {
    let name = Repository.verdictName(generation)
    guard let body = try record(name, kind: .verdict) else { return nil }
    return try parsing(name) { () throws(FormatError) in
      try VerdictRecord(decoding: body.rawBytes)
    }
  }

  /// A generation's verdict; `nil` also where it is damaged.
  func readableVerdict(_ generation: UInt64) throws(RepositoryError) -> VerdictRecord? {
    do throws(RepositoryError) { return try verdict(generation) } catch {
      guard error.isDamage else { throw error }
      return nil
    }
  }

  /// Every pack that nothing may be borrowed from: condemned, and its verdict is missing, or
  /// damaged, or says delete. Whoever only reads goes on where tombstones are damaged.
  func condemnedPacks(readingOnly: Bool = false) throws(RepositoryError) -> Set<PackName> {
    var condemned = Set<PackName>()
    for (generation, hasVerdict) in try generations() {
      do throws(RepositoryError) {
        if hasVerdict, let verdict = try readableVerdict(generation) {
          condemned.formUnion(verdict.deleted)
        } else if let tombstones = try tombstones(generation) {
          condemned.formUnion(tombstones.condemned)
        }
      } catch {
        guard readingOnly, error.isDamage else { throw error }
      }
    }
    return condemned
  }

  /// Every pack that a standing verdict deletes. A damaged one stops collectors; for whoever only
  /// reads it deletes nothing.
  func deletedPacks(readingOnly: Bool = false) throws(RepositoryError) -> Set<PackName> {
    var deleted = Set<PackName>()
    for (generation, hasVerdict) in try generations() where hasVerdict {
      let verdict = readingOnly ? try readableVerdict(generation) : try verdict(generation)
      if let verdict { deleted.formUnion(verdict.deleted) }
    }
    return deleted
  }
}
