import FrameEngine

/// What of a tree a restore is to bring back, where it was asked for by patterns: what they match,
/// all that is inside folders they match, and the folders on the way there.
struct Inclusion {
  private let patterns: Filter
  /// Folders that no pattern matches and that hold something that one does.
  private var passages: Set<FileName> = []
  /// Whether anything is matched.
  private(set) var isEmpty = true

  /// Walks the tree under `entries` to see which folders lead to a match. Metadata only; memory is
  /// that of the folders that do.
  init(
    _ patterns: Filter, without excluded: Filter, in entries: [TreeEntry],
    _ trees: inout TreeReader, _ cancellation: CancelToken
  ) throws(RepositoryError) {
    self.patterns = patterns
    var open = [(path: FileName(""), rest: entries[...])]
    while let depth = open.indices.last {
      guard let entry = open[depth].rest.popFirst() else {
        open.removeLast()
        continue
      }
      try cancellation.check()
      let (path, isFolder) = (open[depth].path, entry.kind == .folder)
      guard !excluded.excludes(entry.name, in: path, isFolder: isFolder) else { continue }
      if patterns.excludes(entry.name, in: path, isFolder: isFolder) {
        isEmpty = false
        for folder in open.dropFirst() { passages.insert(folder.path) }
        continue
      }
      guard case .folder(let pages) = entry.content, open.count <= Limits.treeDepth else {
        continue
      }
      let inner = path.appending(entry.name)
      do throws(RepositoryError) {
        open.append((inner, try trees.entries(of: pages)[...]))
      } catch {
        guard error.code == .damaged else { throw error }
        // The restore comes by, and names the damage.
        for folder in open.dropFirst() { passages.insert(folder.path) }
        passages.insert(inner)
        isEmpty = false
      }
    }
  }

  /// Whether `name` in the folder `path` is brought back.
  func takes(_ name: FileName, in path: FileName, isFolder: Bool) -> Bool {
    if patterns.excludes(name, in: path, isFolder: isFolder) { return true }
    if isFolder, passages.contains(path.appending(name)) { return true }
    guard !path.bytes.isEmpty else { return false }
    let (folder, last) = path.splittingLast()
    let above = folder == "." ? FileName("") : folder
    return matchesFolder(last, in: above)
  }

  private func matchesFolder(_ name: FileName, in path: FileName) -> Bool {
    takes(name, in: path, isFolder: true) && !passages.contains(path.appending(name))
  }
}
