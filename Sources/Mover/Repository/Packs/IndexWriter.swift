import FrameEngine

/// Writes index segments of a run: copies of the ends of its packs.
struct IndexWriter {
  private let repository: Repository
  private let run: RunID
  private let numbers: PackNumbers

  /// Packs whose ends go into one segment: some 18 MB for packs of 64 MiB in 64 KiB chunks.
  static let segmentParts = 256

  init(_ repository: Repository, run: RunID, numbers: PackNumbers) {
    self.repository = repository
    self.run = run
    self.numbers = numbers
  }

  /// Writes `parts` as one or more segments, each durable. Returns their names.
  @discardableResult
  func write(_ parts: [IndexSegment.Part]) throws(RepositoryError) -> [String] {
    var names = [String]()
    var rest = parts[...]
    while !rest.isEmpty {
      let name = "index/\(run)-\(numbers.next())"
      let bytes = IndexSegment(Array(rest.prefix(IndexWriter.segmentParts)))
        .encoded(repository: repository.config.repository)
      let store = repository.store
      try storing { () throws(StoreError) in try store.put(name, bytes) }
      names.append(name)
      rest = rest.dropFirst(IndexWriter.segmentParts)
    }
    return names
  }
}

extension Repository {
  /// Writes segments of every pack that exists but `deleted`, then deletes the segments they
  /// replace. At every moment each pack is in some segment, or is found by its own end.
  func rewriteIndex(without deleted: Set<PackName>, run: Run) throws(RepositoryError) {
    let old = try list("index/")
    var ends = PackEndsReader(self)
    let parts = try ends.all().filter { !deleted.contains($0.header.name) }
    let new = Set(try IndexWriter(self, run: run.id, numbers: run.numbers).write(parts))
    for segment in old where !new.contains(segment.name) { try delete(segment.name) }
  }
}
