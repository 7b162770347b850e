public import FrameEngine

extension Inspector {
  /// Lists what is at a path: the entries of a folder, or the one file that is there.
  ///
  /// `visit` takes each entry with its path below the listed folder, which is empty for a lone
  /// file; a folder comes before what is in it, and names in the order of their bytes. `false`
  /// from it ends the listing. Only metadata is read.
  public func list(
    _ place: SnapshotPath, isRecursive: Bool, _ visit: (FileName, TreeEntry) -> Bool
  ) throws(RepositoryError) {
    try look(at: [place.snapshot]) { (run, known) throws(RepositoryError) in
      var trees = TreeReader(repository, known: known)
      let top = try trees.entry(at: place)
      guard case .folder(let pages) = top.content else {
        _ = visit("", top)
        return
      }
      var open = [(path: FileName(""), cursor: FolderCursor(pages))]
      while let depth = open.indices.last {
        guard let entry = try open[depth].cursor.peek(&trees) else {
          open.removeLast()
          continue
        }
        open[depth].cursor.advance()
        try cancellation.check()
        try run.renew()
        let path = open[depth].path.appending(entry.name)
        guard visit(path, entry) else { return }
        guard isRecursive, case .folder(let pages) = entry.content else { continue }
        guard depth < Limits.treeDepth else {
          throw RepositoryError(.damaged, path.description, "the tree is too deep")
        }
        open.append((path, FolderCursor(pages)))
      }
    }
  }
}

extension TreeReader {
  /// The entry at a path of a snapshot; for the top itself a folder without a name.
  mutating func entry(at place: SnapshotPath) throws(RepositoryError) -> TreeEntry {
    var found = TreeEntry(
      "", .unknown, attributes: [], content: .folder(place.snapshot.record.pages))
    for part in place.path.bytes.split(separator: UInt8(ascii: "/")) {
      let name = FileName(Array(part))
      guard case .folder(let pages) = found.content else {
        throw RepositoryError(
          .noPath, place.path.description, "\(found.name) is not a folder in this snapshot")
      }
      guard let inner = try entries(of: pages).first(where: { $0.name == name }) else {
        let id = place.snapshot.id.short
        throw RepositoryError(
          .noPath, place.path.description, "snapshot \(id) has no such path",
          remedy: "list it with: farmio ls \(repositoryPlace) \(id)")
      }
      found = inner
    }
    return found
  }
}
