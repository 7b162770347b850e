import FrameEngine

/// Walks two trees side by side, as a merge of their sorted entries.
struct DiffWalk: ~Copyable {
  private var trees: TreeReader
  private var contents: ContentComparison
  private var open: [Level] = []
  /// Two entries that are compared before the levels: of lone files.
  private var first: Pair?

  private typealias Pair = (before: TreeEntry?, after: TreeEntry?)

  init(
    _ repository: Repository, _ known: KnownChunks, _ before: SnapshotPath, _ after: SnapshotPath
  ) throws(RepositoryError) {
    trees = TreeReader(repository, known: known)
    contents = ContentComparison(repository, known)
    let old = try trees.entry(at: before)
    let new = try trees.entry(at: after)
    if old.kind == .folder, new.kind == .folder {
      open.append(Level(path: "", before: old.pages, after: new.pages))
    } else {
      first = (old, new)
    }
  }

  /// The next difference; `nil` at the end. Calls `pause` between any two entries.
  mutating func next(
    _ pause: () throws(RepositoryError) -> Void
  ) throws(RepositoryError) -> Difference? {
    while let (path, pair) = try nextPair() {
      try pause()
      try descend(into: pair, at: path)
      if let mark = try mark(of: pair) {
        return Difference(mark: mark, path: path, before: pair.before, after: pair.after)
      }
    }
    return nil
  }

  private mutating func nextPair() throws(RepositoryError) -> (FileName, Pair)? {
    if let pair = first.take() {
      return (pair.after?.name ?? "", pair)
    }
    while let depth = open.indices.last {
      if let pair = try open[depth].next(&trees) {
        let name = (pair.after ?? pair.before)?.name ?? ""
        return (open[depth].path.appending(name), pair)
      }
      open.removeLast()
    }
    return nil
  }

  private mutating func descend(into pair: Pair, at path: FileName) throws(RepositoryError) {
    let (before, after) = (pair.before?.pages ?? [], pair.after?.pages ?? [])
    guard before != after else { return }
    guard open.count <= Limits.treeDepth else {
      throw RepositoryError(.damaged, path.description, "the tree is too deep")
    }
    open.append(Level(path: path, before: before, after: after))
  }

  private mutating func mark(of pair: Pair) throws(RepositoryError) -> Difference.Mark? {
    guard let before = pair.before else { return .added }
    guard let after = pair.after else { return .removed }
    guard before.kind == after.kind else { return .kind }
    if try !holdSame(before, after) { return .content }
    return before.holdsSameMetadata(as: after) ? nil : .metadata
  }

  private mutating func holdSame(
    _ before: TreeEntry, _ after: TreeEntry
  ) throws(RepositoryError) -> Bool {
    if before.kind == .folder || before.content == after.content { return true }
    guard before.kind == .regular, before.size == after.size else { return false }
    return try contents.areEqual(try trees.segments(of: before), try trees.segments(of: after))
  }
}

/// A folder of both trees, or of one.
private struct Level {
  let path: FileName
  private var before: FolderCursor
  private var after: FolderCursor

  init(path: FileName, before: [Digest], after: [Digest]) {
    self.path = path
    self.before = FolderCursor(before)
    self.after = FolderCursor(after)
  }

  /// The entries of the next name; `nil` at the end. Pages that both have are passed unread.
  mutating func next(
    _ trees: inout TreeReader
  ) throws(RepositoryError) -> (before: TreeEntry?, after: TreeEntry?)? {
    while let page = before.pageAhead, page == after.pageAhead {
      before.skipPage()
      after.skipPage()
    }
    let old = try before.peek(&trees)
    let new = try after.peek(&trees)
    switch (old, new) {
    case (nil, nil): return nil
    case (let old?, let new?) where old.name == new.name:
      before.advance()
      after.advance()
      return (old, new)
    case (let old?, let new) where new.map { old.name < $0.name } ?? true:
      before.advance()
      return (old, nil)
    default:
      after.advance()
      return (nil, new)
    }
  }
}

extension TreeEntry {
  /// The pages of a folder; none of any other kind.
  fileprivate var pages: [Digest] {
    if case .folder(let pages) = content { pages } else { [] }
  }

  fileprivate func holdsSameMetadata(as other: TreeEntry) -> Bool {
    mode == other.mode && user == other.user && group == other.group
      && attributes == other.attributes && (kind == .folder || modified == other.modified)
  }
}
