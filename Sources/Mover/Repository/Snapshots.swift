public import FrameEngine

/// A snapshot and its ID.
public struct Snapshot: Hashable, Sendable {
  /// The run that made it.
  public let id: RunID
  /// When, where and of what it was made.
  public let record: SnapshotRecord

  /// A snapshot of this ID.
  public init(id: RunID, record: SnapshotRecord) {
    self.id = id
    self.record = record
  }
}

extension Repository {
  static func referenceName(_ run: RunID) -> String { "refs/\(run)" }
  /// Where a second copy of a snapshot's reference lies: without one of them the snapshot is lost.
  static func referenceCopyName(_ run: RunID) -> String { "copies/refs/\(run)" }
  static func forgottenName(_ run: RunID) -> String { "forgotten/\(run)" }

  /// How a run ended; `nil` if it has not. A forgotten snapshot has ended, and is none.
  func reference(_ run: RunID) throws(RepositoryError) -> ReferenceRecord? {
    let name = Repository.referenceName(run)
    guard let body = try record(name, kind: .reference) else { return nil }
    return try parsing(name) { () throws(FormatError) in
      try ReferenceRecord(decoding: body.rawBytes)
    }
  }

  /// The snapshot that a run committed, by its reference, or by the copy of one that is damaged;
  /// `nil` if there is none.
  func committedSnapshot(_ run: RunID) throws(RepositoryError) -> SnapshotRecord? {
    do throws(RepositoryError) {
      guard case .snapshot(let record)? = try reference(run) else { return nil }
      return record
    } catch {
      guard error.isDamage, let copy = try copiedReference(run) else { throw error }
      return copy.record
    }
  }

  /// Every snapshot, oldest first. A reference that cannot be read stops it: a list that silently
  /// lacks one would let a collector delete its chunks.
  public func snapshots() throws(RepositoryError) -> [Snapshot] {
    try snapshots(skippingDamaged: false)
  }

  private func snapshots(skippingDamaged: Bool) throws(RepositoryError) -> [Snapshot] {
    let forgotten = Set(try list("forgotten/").map(\.name))
    var snapshots = [Snapshot]()
    for object in try list("refs/") {
      guard let run = RunID(hex: object.name.dropFirst("refs/".count)) else { continue }
      guard !forgotten.contains(Repository.forgottenName(run)) else { continue }
      do throws(RepositoryError) {
        guard let record = try committedSnapshot(run) else { continue }
        snapshots.append(Snapshot(id: run, record: record))
      } catch {
        guard skippingDamaged, error.isDamage else { throw error }
      }
    }
    return snapshots.sorted { ($0.record.time, $0.id) < ($1.record.time, $1.id) }
  }

  /// The copy of a reference, and what it says; `nil` if it is missing or damaged.
  func copiedReference(
    _ run: RunID
  ) throws(RepositoryError) -> (bytes: [UInt8], record: SnapshotRecord)? {
    let copy = Repository.referenceCopyName(run)
    let store = store
    let bytes = try storing { () throws(StoreError) in
      try store.get(copy, limit: Limits.recordBytes)
    }
    // The copy is sealed under the reference's own name.
    let name = Repository.referenceName(run)
    guard let bytes, let body = try? decode(bytes, kind: .reference, name: name),
      case .snapshot(let record)? = try? ReferenceRecord(decoding: body.rawBytes)
    else { return nil }
    return (bytes, record)
  }

  /// The one snapshot that `name` means: an ID, the unique start of one, or `latest`.
  ///
  /// A damaged reference is no obstacle for those that are named by their IDs; which is the latest
  /// cannot be told beside one.
  public func snapshot(named name: String) throws(RepositoryError) -> Snapshot {
    try snapshot(named: name, among: try snapshots(skippingDamaged: name != "latest"))
  }

  /// The snapshots that `names` mean, in their order, each once. One listing for all.
  public func snapshots(named names: [String]) throws(RepositoryError) -> [Snapshot] {
    let all = try snapshots()
    var found = [Snapshot]()
    for name in names {
      let snapshot = try snapshot(named: name, among: all)
      if !found.contains(snapshot) { found.append(snapshot) }
    }
    return found
  }

  private func snapshot(
    named name: String, among all: [Snapshot]
  ) throws(RepositoryError) -> Snapshot {
    if name == "latest" {
      guard let last = all.last else {
        throw RepositoryError(
          .noSnapshot, place, "the repository has no snapshots",
          remedy: "make one with: farmio backup \(place) PATH")
      }
      return last
    }
    let digits = name.lowercased()
    let found = all.filter { $0.id.hex.hasPrefix(digits) }
    if let only = found.first, found.count == 1, !digits.isEmpty { return only }
    throw RepositoryError(
      .noSnapshot, name,
      found.isEmpty ? "there is no such snapshot" : "\(found.count) snapshots start like this",
      remedy: found.isEmpty
        ? "list them with: farmio snapshots \(place)" : "give more digits of the ID")
  }
}
