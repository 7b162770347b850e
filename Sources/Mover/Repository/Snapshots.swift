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
    let listing = try snapshotListing()
    if let lost = listing.lost.first { throw lost.fault }
    return listing.snapshots
  }

  /// Every snapshot that can be read, and those that cannot. For looking and taking; what may be
  /// deleted is decided by `snapshots`.
  public func snapshotListing() throws(RepositoryError) -> SnapshotListing {
    let forgotten = Set(try list("forgotten/").map(\.name))
    var listing = SnapshotListing(place: place)
    for object in try list("refs/") {
      guard let run = RunID(hex: object.name.dropFirst("refs/".count)) else { continue }
      guard !forgotten.contains(Repository.forgottenName(run)) else { continue }
      do throws(RepositoryError) {
        guard let record = try committedSnapshot(run) else { continue }
        listing.snapshots.append(Snapshot(id: run, record: record))
      } catch {
        guard error.isDamage else { throw error }
        let copy = Repository.referenceCopyName(run)
        let hasCopy = try storing { () throws(StoreError) in try store.size(copy) } != nil
        listing.lost.append(LostSnapshot(id: run, hasCopy: hasCopy, cause: error))
      }
    }
    listing.snapshots.sort { ($0.record.time, $0.id) < ($1.record.time, $1.id) }
    listing.lost.sort { $0.id < $1.id }
    return listing
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

  /// The one snapshot that `name` means, of those that can be read: see `SnapshotListing`.
  public func snapshot(named name: String) throws(RepositoryError) -> Snapshot {
    try snapshotListing().snapshot(named: name)
  }
}

/// A snapshot whose reference cannot be read, nor its copy: what it held is still stored, and
/// nothing says where it begins. Or a run that ended without a snapshot.
public struct LostSnapshot: Hashable, Sendable {
  /// The run that made it.
  public let id: RunID
  /// Whether there is a copy, which is damaged too: then it surely was a snapshot.
  public let hasCopy: Bool
  /// What is wrong with the reference.
  public let cause: RepositoryError

  /// What a person has to know, and can do.
  public var fault: RepositoryError {
    let remedy =
      hasCopy
      ? "prune deletes nothing until it is given up with: farmio forget REPO \(id)"
      : "run farmio check --repair"
    return RepositoryError(
      cause.code, cause.object,
      hasCopy
        ? "snapshot \(id.short) is lost: its reference is damaged, and the copy of it too"
        : "what run \(id.short) came to is damaged (\(cause.reason)), and there is no copy of it",
      remedy: remedy)
  }
}

/// The snapshots of a repository, as far as they can be read.
public struct SnapshotListing: Hashable, Sendable {
  /// Those that can be read, oldest first.
  public fileprivate(set) var snapshots: [Snapshot] = []
  /// Those that cannot, by ID.
  public fileprivate(set) var lost: [LostSnapshot] = []
  private let place: String

  fileprivate init(place: String) { self.place = place }

  /// The snapshots that `names` mean, in their order, each once.
  public func snapshots(named names: [String]) throws(RepositoryError) -> [Snapshot] {
    var found = [Snapshot]()
    for name in names {
      let snapshot = try snapshot(named: name)
      if !found.contains(snapshot) { found.append(snapshot) }
    }
    return found
  }

  /// The lost snapshot that `name` means, by its ID or the unique start of one; `nil` if it may
  /// mean another, or none that surely was a snapshot.
  public func lostSnapshot(named name: String) -> LostSnapshot? {
    let digits = name.lowercased()
    let found = lost.filter { $0.hasCopy && $0.id.hex.hasPrefix(digits) }
    let isUnique = found.count == 1 && !snapshots.contains { $0.id.hex.hasPrefix(digits) }
    return isUnique && !digits.isEmpty ? found[0] : nil
  }

  /// The one snapshot that `name` means: an ID, the unique start of one, or `latest`, the newest
  /// of those that can be read.
  public func snapshot(named name: String) throws(RepositoryError) -> Snapshot {
    if name == "latest" {
      guard let last = snapshots.last else {
        throw RepositoryError(
          .noSnapshot, place, "the repository has no snapshots",
          remedy: "make one with: farmio backup \(place) PATH")
      }
      return last
    }
    let digits = name.lowercased()
    let found = snapshots.filter { $0.id.hex.hasPrefix(digits) }
    if let only = found.first, found.count == 1, !digits.isEmpty { return only }
    let gone = lost.filter { $0.id.hex.hasPrefix(digits) }
    if let only = gone.first, gone.count == 1, found.isEmpty { throw only.fault }
    throw RepositoryError(
      .noSnapshot, name,
      found.isEmpty ? "there is no such snapshot" : "\(found.count) snapshots start like this",
      remedy: found.isEmpty
        ? "list them with: farmio snapshots \(place)" : "give more digits of the ID")
  }
}
