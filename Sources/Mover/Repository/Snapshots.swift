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

  /// Every snapshot, oldest first. A reference that cannot be read stops it: a list that silently
  /// lacks one would let a collector delete its chunks.
  public func snapshots() throws(RepositoryError) -> [Snapshot] {
    let forgotten = Set(try list("forgotten/").map(\.name))
    var snapshots = [Snapshot]()
    for object in try list("refs/") {
      guard let run = RunID(hex: object.name.dropFirst("refs/".count)) else { continue }
      guard !forgotten.contains(Repository.forgottenName(run)) else { continue }
      if case .snapshot(let record) = try reference(run) {
        snapshots.append(Snapshot(id: run, record: record))
      }
    }
    return snapshots.sorted { ($0.record.time, $0.id) < ($1.record.time, $1.id) }
  }

  /// Writes a damaged reference again from its copy; `nil` if that is missing or no better.
  func restoreReference(_ run: RunID) throws(RepositoryError) -> SnapshotRecord? {
    let copy = Repository.referenceCopyName(run)
    let store = store
    let bytes = try storing { () throws(StoreError) in
      try store.get(copy, limit: Limits.recordBytes)
    }
    let name = Repository.referenceName(run)
    // The copy is sealed under the reference's own name.
    guard let bytes, let body = try? decode(bytes, kind: .reference, name: name),
      case .snapshot(let record)? = try? ReferenceRecord(decoding: body.rawBytes)
    else { return nil }
    try storing { () throws(StoreError) in try store.put(name, bytes) }
    return record
  }

  /// The one snapshot that `name` means: an ID, the unique start of one, or `latest`.
  public func snapshot(named name: String) throws(RepositoryError) -> Snapshot {
    try snapshot(named: name, among: try snapshots())
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
