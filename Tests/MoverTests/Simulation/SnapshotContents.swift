import FrameEngine

@testable import Mover

/// The bytes of every file of a tree, by path.
typealias TreeContents = [FileName: [UInt8]]

extension Repository {
  /// Reads a whole snapshot back without a disk. Throws at the first record that is missing.
  func contents(
    of snapshot: Snapshot, known: KnownChunks
  ) throws(RepositoryError) -> TreeContents {
    var trees = TreeReader(self, known: known)
    var reader = ChunkReader(self)
    var contents = TreeContents()
    var waiting = [(pages: snapshot.record.pages, path: FileName(""))]
    while let (pages, path) = waiting.popLast() {
      for entry in try trees.entries(of: pages) {
        let inner = path.appending(entry.name)
        if case .folder(let pages) = entry.content { waiting.append((pages, inner)) }
        guard entry.kind == .regular else { continue }
        var bytes = [UInt8]()
        for segment in try trees.segments(of: entry) {
          bytes += try self.bytes(of: segment, known: known, &reader)
        }
        contents[inner] = bytes
      }
    }
    return contents
  }

  private func bytes(
    of segment: Segment, known: KnownChunks, _ reader: inout ChunkReader
  ) throws(RepositoryError) -> [UInt8] {
    if segment.isHole { return [UInt8](repeating: 0, count: Int(segment.count)) }
    guard let stored = try known.locate(segment.chunk) else {
      throw RepositoryError(.damaged, segment.chunk.hex, "no pack holds it")
    }
    let payload = try bytes(
      of: stored.pack.object, at: stored.record.payloadOffset,
      count: Int(stored.record.storedCount))
    try reader.decode(payload.rawBytes, of: stored.record, in: stored.pack, kind: .data)
    var writer = ByteWriter()
    writer.append(contentsOf: reader.bytes)
    return Array(writer.bytes[Int(segment.offset)..<Int(segment.offset) + Int(segment.count)])
  }
}

extension Repository {
  /// Forgets a snapshot: the mark first, since it overrides the reference.
  func forgetForTest(_ run: RunID, clock: any Clock) throws(RepositoryError) {
    _ = try create(
      Repository.forgottenName(run), kind: .forgotten,
      body: ForgottenRecord(time: clock.now()).encoded)
    try delete(Repository.referenceName(run))
  }
}

extension Host {
  /// A host of which nobody can see whether its processes live.
  static func unseen(_ name: String) -> Host {
    Host(name: name, user: "artist", machine: "", process: 1, processStart: 1)
  }
}
