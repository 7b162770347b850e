import FrameEngine

/// What one thread of a backup owns: buffers, codecs, and the ways into data and metadata packs.
final class BackupWorker {
  /// Names, compresses and packs chunks of files.
  var chunks: ChunkWriter
  /// The same for trees and chunk lists.
  var metadata: ChunkWriter
  /// Reads the parent snapshot.
  var trees: TreeReader
  var batch = Batch()
  /// Cut ends of the block in work.
  var ends: [UInt32] = []
  private var buffer: Buffer?

  init(_ job: BackupJob) {
    chunks = ChunkWriter(
      job.repository, run: job.run.id, known: job.known, packs: job.dataPacks, kind: .data,
      level: job.options.level)
    metadata = ChunkWriter(
      job.repository, run: job.run.id, known: job.known, packs: job.metadataPacks,
      kind: .metadata, level: BackupWorker.metadataLevel)
    trees = TreeReader(job.repository, known: job.known)
  }

  /// Trees are read often and stored once.
  static let metadataLevel: Int32 = 3

  /// Runs `body` with scratch memory of at least `capacity` bytes, page-aligned.
  func withBuffer<R>(
    capacity: Int, _ body: (UnsafeMutableRawBufferPointer) throws(RepositoryError) -> R
  ) throws(RepositoryError) -> R {
    if buffer == nil || buffer!.capacity < capacity { buffer = Buffer(capacity: capacity) }
    return try unsafe body(buffer!.memory)
  }

  func flush() throws(RepositoryError) {
    try chunks.flush()
    try metadata.flush()
  }
}
