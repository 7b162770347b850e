import FrameEngine

/// Goes through the entries of a folder in order, with one page of it in memory.
struct FolderCursor {
  private let pages: [Digest]
  private var nextPage = 0
  private var entries: [TreeEntry] = []
  private var position = 0
  private var lastName: FileName?

  /// Before the first entry of a folder.
  init(_ pages: [Digest]) { self.pages = pages }

  /// The page that is read next, if every entry before it was passed.
  var pageAhead: Digest? {
    position == entries.count && nextPage < pages.count ? pages[nextPage] : nil
  }

  /// Passes the whole page ahead without reading it.
  mutating func skipPage() { nextPage += 1 }

  /// The entry ahead; `nil` at the end.
  mutating func peek(_ trees: inout TreeReader) throws(RepositoryError) -> TreeEntry? {
    while position == entries.count {
      guard nextPage < pages.count else { return nil }
      let page = pages[nextPage]
      entries = try trees.entries(of: [page])
      position = 0
      nextPage += 1
      if let last = lastName, let first = entries.first, !(last < first.name) {
        throw RepositoryError(.damaged, "tree \(page.hex.prefix(16))", "its pages are not in order")
      }
      lastName = entries.last?.name ?? lastName
    }
    return entries[position]
  }

  /// Passes the entry ahead.
  mutating func advance() { position += 1 }
}
