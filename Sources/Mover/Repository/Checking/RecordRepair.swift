import FrameEngine

/// Mends small records that are damaged.
///
/// What comes in the place of one keeps at least what the record kept: a snapshot that its copy
/// does not bring back was none, a forgotten one stays forgotten, a run without a readable lease
/// can commit no more, and a verdict that nobody knows deletes nothing.
struct RecordRepair {
  let repository: Repository
  let run: Run
  let host: Host
  let clock: any Clock

  /// What a repair made of a reference.
  enum MendedReference {
    /// It is the snapshot's again, from the copy.
    case restored(SnapshotRecord)
    /// It had no copy, and so was no snapshot's, whose copy is written first: it is VOID now.
    case void
    /// Its copy is damaged too. Nothing was written: what the snapshot needs stays where it is.
    case lost
  }

  /// A reference, from its copy.
  func mendReference(_ id: RunID) throws(RepositoryError) -> MendedReference {
    let store = repository.store
    let name = Repository.referenceName(id)
    if let copy = try repository.copiedReference(id) {
      try storing { () throws(StoreError) in try store.put(name, copy.bytes) }
      return .restored(copy.record)
    }
    let size = try storing { () throws(StoreError) in
      try store.size(Repository.referenceCopyName(id))
    }
    guard size == nil else { return .lost }
    try repository.replace(name, kind: .reference, body: void)
    return .void
  }

  /// Any other record; `false` if it cannot be mended now.
  func mend(_ name: String, _ kind: RecordEnvelope.Kind) throws(RepositoryError) -> Bool {
    let (folder, base) = (name.prefix { $0 != "/" }, name.drop { $0 != "/" }.dropFirst())
    switch kind {
    case .reference: return false
    case .forgotten:
      try repository.replace(
        name, kind: .forgotten, body: ForgottenRecord(time: clock.now()).encoded)
    case .watch: try repository.delete(name)  // the silence counts anew
    case .lease:
      guard folder == "leases", let id = RunID(hex: base) else { return false }
      _ = try repository.create(Repository.referenceName(id), kind: .reference, body: void)
      try repository.delete(name)
    case .tombstones:
      guard let generation = UInt64(base) else { return false }
      try mendTombstones(generation)
    case .verdict:
      guard let generation = UInt64(base.dropLast(".result".count)) else { return false }
      return try mendVerdict(generation)
    }
    return true
  }

  private var void: [UInt8] {
    ReferenceRecord.void(time: clock.now(), reason: "its record was damaged").encoded
  }

  /// Without tombstones no verdict can be given: the generation ends by one that deletes nothing.
  private func mendTombstones(_ generation: UInt64) throws(RepositoryError) {
    _ = try repository.create(
      Repository.verdictName(generation), kind: .verdict,
      body: VerdictRecord(time: clock.now(), deleted: []).encoded)
    let tombstones = TombstoneRecord(
      collector: run.id, time: clock.now(),
      condemned: try repository.readableVerdict(generation)?.deleted ?? [])
    try repository.replace(
      Repository.tombstoneName(generation), kind: .tombstones, body: tombstones.encoded)
  }

  /// What is gone was to be deleted; what is there is kept. Only while no other collector may be
  /// deleting by the verdict as it was.
  private func mendVerdict(_ generation: UInt64) throws(RepositoryError) -> Bool {
    for object in try repository.list("leases/") where object.name != Run.leaseName(run.id) {
      guard let body = try repository.record(object.name, kind: .lease) else { continue }
      let lease = try parsing(object.name) { () throws(FormatError) in
        try LeaseRecord(decoding: body.rawBytes)
      }
      if lease.work == .collect, !host.knowsDead(lease) { return false }
    }
    let left = Set(try repository.list("packs/").map(\.name))
    var gone = [PackName]()
    do throws(RepositoryError) {
      let condemned = try repository.tombstones(generation)?.condemned ?? []
      gone = condemned.filter { !left.contains($0.object) }
    } catch {
      guard error.isDamage else { throw error }
    }
    try repository.replace(
      Repository.verdictName(generation), kind: .verdict,
      body: VerdictRecord(time: clock.now(), deleted: gone).encoded)
    return true
  }
}
