import FrameEngine

/// What one thread of a backup owns: buffers, codecs, and the ways into data and metadata packs.
/// Each is used by its own thread only; the backup's thread uses them before and after.
final class BackupWorker: @unchecked Sendable {
  /// Reads the parent snapshot.
  var trees: TreeReader
  var batch = Batch()
  private var chunks: ChunkWriter
  private var metadata: ChunkWriter
  private var buffer = Buffer(capacity: 1 << 20)

  init(
    _ repository: Repository, run: RunID, known: KnownChunks, data: PackWriter,
    metadata metadataPacks: PackWriter, level: Int32
  ) {
    chunks = ChunkWriter(
      repository, run: run, known: known, packs: data, kind: .data, level: level)
    metadata = ChunkWriter(
      repository, run: run, known: known, packs: metadataPacks, kind: .metadata,
      level: BackupWorker.metadataLevel)
    trees = TreeReader(repository, known: known)
  }

  /// Trees are written once and read often.
  static let metadataLevel: Int32 = 3

  var newBytes: UInt64 { chunks.newBytes }

  /// Stores a tree page or chunk list.
  func storeMetadata(_ bytes: [UInt8]) throws(RepositoryError) -> Digest {
    var hint = StrideHint()
    return try metadata.store(bytes.rawBytes, hint: &hint)
  }

  /// Stores the chunks of `bytes` that end at `ends`; returns one segment each.
  func storeChunks(
    of bytes: RawSpan, endingAt ends: [UInt32], hint: inout StrideHint
  ) throws(RepositoryError) -> [Segment] {
    var segments = [Segment]()
    segments.reserveCapacity(ends.count)
    var start = 0
    for end in ends {
      let chunk = bytes.extracting(start..<Int(end))
      let id = try chunks.store(chunk, hint: &hint)
      segments.append(Segment(chunk: id, offset: 0, count: Int64(chunk.byteCount)))
      start = Int(end)
    }
    return segments
  }

  /// Scratch memory of at least `capacity` bytes, page-aligned; valid until the next call.
  func scratch(_ capacity: Int) -> UnsafeMutableRawBufferPointer {
    if buffer.capacity < capacity { buffer = Buffer(capacity: capacity) }
    return unsafe buffer.memory
  }

  /// Hands over everything that is staged.
  func flush() throws(RepositoryError) {
    try chunks.flush()
    try metadata.flush()
  }
}
