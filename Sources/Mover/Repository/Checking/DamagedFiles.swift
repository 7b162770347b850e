import FrameEngine

/// Finds every path that needs something that is missing. Walks everything, so it is done only
/// when there is damage.
struct DamagedFiles: ~Copyable {
  private var reader: TreeReader
  private let missing: Set<Digest>
  private let known: KnownChunks

  init(_ repository: Repository, known: KnownChunks, missing: Set<Digest>) {
    reader = TreeReader(repository, known: known)
    self.known = known
    self.missing = missing
  }

  /// The paths of one snapshot, sorted. A folder whose list is missing stands for all in it.
  mutating func paths(in snapshot: Snapshot) throws(RepositoryError) -> [FileName] {
    var found = [FileName]()
    var waiting = [(pages: [Digest], path: FileName)]()
    waiting.append((snapshot.record.pages, "/"))
    while let (pages, path) = waiting.popLast() {
      for page in pages {
        guard !missing.contains(page), let entries = try readable(page) else {
          found.append(path)
          continue
        }
        for entry in entries {
          let inner = path.appending(entry.name)
          if case .folder(let pages) = entry.content {
            waiting.append((pages, inner))
          } else if try needsMissing(entry) {
            found.append(inner)
          }
        }
      }
    }
    return Set(found).sorted()
  }

  private mutating func needsMissing(_ entry: TreeEntry) throws(RepositoryError) -> Bool {
    if case .lists(let lists) = entry.content, lists.contains(where: missing.contains) {
      return true
    }
    do throws(RepositoryError) {
      return try reader.segments(of: entry).contains { missing.contains($0.chunk) }
    } catch {
      guard error.isDamage else { throw error }
      return true
    }
  }

  private mutating func readable(_ page: Digest) throws(RepositoryError) -> [TreeEntry]? {
    do throws(RepositoryError) { return try reader.entries(of: [page]) } catch {
      guard error.isDamage else { throw error }
      return nil
    }
  }
}
