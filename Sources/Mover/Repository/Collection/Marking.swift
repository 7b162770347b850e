import FrameEngine

/// Walks snapshots and marks every record they need. What two snapshots share is walked once.
struct Marking: ~Copyable {
  private let known: KnownChunks
  private var reader: TreeReader
  private(set) var live = LiveRecords()
  /// Needed, and in no pack; with the first path that needs it.
  private(set) var missing: [Missing] = []
  private var missingSet: Set<Digest> = []

  /// A record that a snapshot needs and that cannot be had.
  struct Missing: Hashable, Sendable {
    let id: Digest
    let snapshot: String
    let path: FileName
    let reason: String
  }

  /// `usesOtherPacks`: see `TreeReader`. The first copy of a record is marked in either case.
  init(_ repository: Repository, known: KnownChunks, usesOtherPacks: Bool) {
    self.known = known
    reader = TreeReader(repository, known: known, usesOtherPacks: usesOtherPacks)
  }

  /// Marks everything under a top folder's pages. `name` is what `missing` calls the snapshot.
  mutating func mark(_ pages: [Digest], of name: String) throws(RepositoryError) {
    var waiting = [(pages: [Digest], path: FileName, depth: Int)]()
    waiting.append((pages, "", 0))
    while let (pages, path, depth) = waiting.popLast() {
      guard depth <= Limits.treeDepth else {
        throw RepositoryError(.damaged, path.description, "the tree is too deep")
      }
      for page in pages {
        guard try markRecord(page, snapshot: name, path: path) else { continue }
        guard let entries = try entries(of: page, name, path) else { continue }
        for entry in entries {
          let inner = path.appending(entry.name)
          switch entry.content {
          case .folder(let pages): waiting.append((pages, inner, depth + 1))
          case .segments(let segments): try mark(segments, name, inner)
          case .lists(let lists): try mark(lists: lists, of: entry, name, inner)
          case .none, .link, .device: break
          }
        }
      }
    }
  }

  private mutating func mark(
    lists: [Digest], of entry: TreeEntry, _ snapshot: String, _ path: FileName
  ) throws(RepositoryError) {
    var isNew = false
    for list in lists where try markRecord(list, snapshot: snapshot, path: path) { isNew = true }
    guard isNew else { return }
    do throws(RepositoryError) {
      try mark(try reader.segments(of: entry), snapshot, path)
    } catch {
      try note(error, lists[0], snapshot, path)
    }
  }

  private mutating func mark(
    _ segments: [Segment], _ snapshot: String, _ path: FileName
  ) throws(RepositoryError) {
    for segment in segments where !segment.isHole {
      guard let location = try known.location(segment.chunk) else {
        note(Missing(id: segment.chunk, snapshot: snapshot, path: path, reason: "no pack holds it"))
        continue
      }
      let stored = try known.stored(location)
      if Int64(segment.offset) + segment.count > Int64(stored.record.plainCount) {
        note(
          Missing(
            id: segment.chunk, snapshot: snapshot, path: path,
            reason: "the chunk is shorter than the file needs"))
      }
      _ = live.mark(stored, record: location.record)
    }
  }

  /// Marks one metadata record; `false` if it was marked before or is missing.
  private mutating func markRecord(
    _ id: Digest, snapshot: String, path: FileName
  ) throws(RepositoryError) -> Bool {
    guard let location = try known.location(id) else {
      note(Missing(id: id, snapshot: snapshot, path: path, reason: "no pack holds it"))
      return false
    }
    return live.mark(try known.stored(location), record: location.record)
  }

  private mutating func entries(
    of page: Digest, _ snapshot: String, _ path: FileName
  ) throws(RepositoryError) -> [TreeEntry]? {
    do throws(RepositoryError) {
      return try reader.entries(of: [page])
    } catch {
      try note(error, page, snapshot, path)
      return nil
    }
  }

  /// Damage is noted, and the walk goes on; a disk or wire that fails stops it.
  private mutating func note(
    _ error: RepositoryError, _ id: Digest, _ snapshot: String, _ path: FileName
  ) throws(RepositoryError) {
    guard error.code == .damaged || error.code == .newer else { throw error }
    note(Missing(id: id, snapshot: snapshot, path: path, reason: error.description))
  }

  private mutating func note(_ fault: Missing) {
    if missingSet.insert(fault.id).inserted { missing.append(fault) }
  }
}
