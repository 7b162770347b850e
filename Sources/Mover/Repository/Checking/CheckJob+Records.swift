import FrameEngine

/// The configuration, references and other small records.
extension CheckJob {
  private var records: RecordRepair {
    RecordRepair(repository: repository, run: run, host: host, clock: clock)
  }

  /// The configuration stands twice: without it nothing can be read.
  func checkConfig() throws(RepositoryError) {
    for name in [Repository.configName, Repository.configCopyName] {
      guard let reason = try repository.configFault(name) else { continue }
      if options.repairs { try repository.restoreConfig(name) }
      add(.reference, name, nil, reason, isRepaired: options.repairs)
    }
  }

  func checkReferences() throws(RepositoryError) -> [Snapshot] {
    let forgotten = Set(try repository.list("forgotten/").map(\.name))
    var snapshots = [Snapshot]()
    for object in try repository.list("refs/") {
      guard let id = RunID(hex: object.name.dropFirst("refs/".count)) else {
        add(.reference, object.name, nil, "its name is not that of a run")
        continue
      }
      guard !forgotten.contains(Repository.forgottenName(id)) else { continue }
      do throws(RepositoryError) {
        if case .snapshot(let record) = try repository.reference(id) {
          snapshots.append(Snapshot(id: id, record: record))
          try checkReferenceCopy(of: id)
        }
      } catch {
        guard error.isDamage else { throw error }
        if let record = try mendReference(id, error) {
          snapshots.append(Snapshot(id: id, record: record))
        }
      }
    }
    try checkSmallRecords()
    outcome.snapshots = snapshots.count
    return snapshots.sorted { ($0.record.time, $0.id) < ($1.record.time, $1.id) }
  }

  /// Names a damaged reference with what becomes of it, and returns the snapshot where its copy has
  /// it.
  private func mendReference(
    _ id: RunID, _ fault: RepositoryError
  ) throws(RepositoryError) -> SnapshotRecord? {
    let name = Repository.referenceName(id)
    guard options.repairs else {
      let copied = try repository.copiedReference(id)?.record
      let size = try storing { [store = repository.store] () throws(StoreError) in
        try store.size(Repository.referenceCopyName(id))
      }
      let lost = LostSnapshot(id: id, hasCopy: size != nil, cause: fault)
      add(.reference, name, nil, copied == nil ? lost.fault.reason : fault.reason)
      return copied
    }
    switch try records.mendReference(id) {
    case .restored(let record):
      add(.reference, name, nil, "\(fault.reason); written again from its copy", isRepaired: true)
      return record
    case .void:
      add(
        .reference, name, nil,
        "\(fault.reason); it has no copy, so it was no snapshot: marked as a run that ended "
          + "without one",
        isRepaired: true)
    case .lost:
      let lost = LostSnapshot(id: id, hasCopy: true, cause: fault).fault
      add(.reference, name, nil, "\(lost.reason); \(lost.remedy)")
    }
    return nil
  }

  private func checkReferenceCopy(of id: RunID) throws(RepositoryError) {
    let (name, copy) = (Repository.referenceName(id), Repository.referenceCopyName(id))
    let store = repository.store
    let (original, found) = try storing { () throws(StoreError) in
      (
        try store.get(name, limit: Limits.recordBytes),
        try store.get(copy, limit: Limits.recordBytes)
      )
    }
    guard let original, original != found else { return }
    if options.repairs { try storing { () throws(StoreError) in try store.put(copy, original) } }
    add(
      .reference, copy, nil, found == nil ? "the copy is missing" : "it differs from \(name)",
      isRepaired: options.repairs)
  }

  private func checkSmallRecords() throws(RepositoryError) {
    for (prefix, kind) in [
      ("leases/", RecordEnvelope.Kind.lease), ("forgotten/", .forgotten), ("watch/", .watch),
    ] {
      for object in try repository.list(prefix) { try checkRecord(object.name, kind) }
    }
    // Verdicts first: tombstones are mended by them.
    for object in try repository.list("gc/") where object.name.hasSuffix(".result") {
      try checkRecord(object.name, .verdict)
    }
    for object in try repository.list("gc/") where !object.name.hasSuffix(".result") {
      try checkRecord(object.name, .tombstones)
    }
  }

  private func checkRecord(
    _ name: String, _ kind: RecordEnvelope.Kind
  ) throws(RepositoryError) {
    do throws(RepositoryError) { _ = try repository.record(name, kind: kind) } catch {
      guard error.isDamage else { throw error }
      let isMended = options.repairs ? try records.mend(name, kind) : false
      add(.reference, name, nil, error.reason, isRepaired: isMended)
    }
  }
}
