import FrameEngine

/// Reads the trees and chunk lists of snapshots. For one thread.
///
/// Records that a walk needs one after the other were written one after the other: a window of
/// the pack is read at once and serves the next requests.
struct TreeReader: ~Copyable {
  private let repository: Repository
  private let known: KnownChunks
  private let usesOtherPacks: Bool
  private var reader: ChunkReader
  private var window: [UInt8] = []
  private var windowPack = -1
  private var windowStart = 0

  private static let windowByteCount = 256 << 10

  /// A reader. `usesOtherPacks`: a record that is damaged in its pack is taken from another that
  /// has it. Whoever decides what may be deleted must not: it counts on the first pack alone.
  init(_ repository: Repository, known: KnownChunks, usesOtherPacks: Bool = true) {
    self.repository = repository
    self.known = known
    self.usesOtherPacks = usesOtherPacks
    reader = ChunkReader(repository)
  }

  /// The repository's place, for messages.
  var repositoryPlace: String { repository.place }

  /// A folder's entries, from its pages in order.
  mutating func entries(of pages: [Digest]) throws(RepositoryError) -> [TreeEntry] {
    var entries = [TreeEntry]()
    for page in pages {
      let more = try record(page) { (bytes) throws(FormatError) in
        try TreePage(decoding: bytes).entries
      }
      if let last = entries.last, let first = more.first, !(last.name < first.name) {
        throw RepositoryError(.damaged, "tree \(page.hex.prefix(16))", "its pages are not in order")
      }
      entries.append(contentsOf: more)
    }
    return entries
  }

  /// The segments of a regular file, its chunk lists read.
  mutating func segments(of entry: TreeEntry) throws(RepositoryError) -> [Segment] {
    switch entry.content {
    case .segments(let segments): return segments
    case .lists(let lists):
      var segments = [Segment]()
      for list in lists {
        segments += try record(list) { (bytes) throws(FormatError) in
          try ChunkList(decoding: bytes).segments
        }
      }
      guard TreeEntry.Content.segments(segments).holds(entry.size) else {
        throw RepositoryError(
          .damaged, entry.name.description, "its chunk lists do not add up to its size")
      }
      return segments
    case .none, .folder, .link, .device: return []
    }
  }

  /// Parses one metadata record.
  private mutating func record<T>(
    _ id: Digest, _ parse: (RawSpan) throws(FormatError) -> T
  ) throws(RepositoryError) -> T {
    guard let stored = try known.locate(id) else {
      throw RepositoryError(
        .damaged, "tree \(id.hex.prefix(16))", "no pack holds it",
        remedy: "run farmio check to see which files are affected")
    }
    if usesOtherPacks {
      try known.readAnyCopy(of: stored) { (copy) throws(RepositoryError) in try fetch(copy) }
    } else {
      try fetch(stored)
    }
    do throws(FormatError) {
      return try parse(reader.bytes)
    } catch {
      throw RepositoryError(error, in: "tree \(id.hex.prefix(16))")
    }
  }

  /// Decodes a record from its pack, or from that pack's copy.
  private mutating func fetch(_ stored: StoredChunk) throws(RepositoryError) {
    do throws(RepositoryError) {
      try decode(stored, from: stored.pack.object)
    } catch {
      guard error.code == .damaged else { throw error }
      windowPack = -1
      if try decodeAgain(stored) { return }
      windowPack = -1
      do throws(RepositoryError) {
        try decode(stored, from: stored.pack.copyObject)
      } catch _ {
        // The copy is no better: the damage to tell is the pack's own.
        throw error
      }
      known.bypass(stored.pack, error)
    }
  }

  /// Decodes what was damaged from its pack once more, if what stands between may have hurt it.
  private mutating func decodeAgain(_ stored: StoredChunk) throws(RepositoryError) -> Bool {
    guard repository.distrust(stored.record, in: stored.pack.object) else { return false }
    do throws(RepositoryError) {
      try decode(stored, from: stored.pack.object)
      return true
    } catch {
      guard error.code == .damaged else { throw error }
      return false
    }
  }

  private mutating func decode(
    _ stored: StoredChunk, from object: String
  ) throws(RepositoryError) {
    try load(stored, from: object)
    let start = stored.record.payloadOffset - windowStart
    let window = window
    try reader.decode(
      window.rawBytes.extracting(start..<start + Int(stored.record.storedCount)),
      of: stored.record, in: stored.pack, kind: .metadata)
  }

  private mutating func load(
    _ stored: StoredChunk, from object: String
  ) throws(RepositoryError) {
    let start = stored.record.payloadOffset
    let end = start + Int(stored.record.storedCount)
    if windowPack == stored.number, start >= windowStart, end <= windowStart + window.count {
      return
    }
    let wanted = max(TreeReader.windowByteCount, end - start)
    windowPack = -1
    window = try repository.bytes(of: object, from: start, upTo: wanted)
    guard start + window.count >= end else {
      throw RepositoryError(
        .damaged, object, "it ends at byte \(start + window.count)")
    }
    windowPack = stored.number
    windowStart = start
  }
}
