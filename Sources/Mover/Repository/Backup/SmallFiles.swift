import FrameEngine
import Glibc

/// Small files of one folder, joined into one stream of chunks: like files lie beside each other
/// and compress together, and a thousand of them are a dozen chunks.
///
/// Each file's content is a run of bytes inside one or two of the chunks. On the next backup only
/// files that changed are stored again; the others keep pointing into the old chunks.
struct SmallFiles {
  private let job: BackupJob
  private let folder: BackupFolder
  private let items: [SlottedEntry]

  /// Files below this size are joined.
  static let limit: Int64 = 32 << 10
  /// Bytes of a batch: one read of many files, one stream.
  private static let batchBytes: Int64 = 1 << 20
  private static let batchFiles = 256

  init(_ job: BackupJob, _ folder: BackupFolder, _ items: [SlottedEntry]) {
    self.job = job
    self.folder = folder
    self.items = items
  }

  /// Batches in the order that compresses best: by extension, then name. A batch may end early
  /// where a name says so, which lets batches of a changed folder fall in step again.
  static func batches(of items: [SlottedEntry]) -> [[SlottedEntry]] {
    let sorted = items.map { (key: $0.entry.name.extensionFirst, item: $0) }
      .sorted { $0.key.lexicographicallyPrecedes($1.key) }
    var batches = [[SlottedEntry]]()
    var current = [SlottedEntry]()
    var bytes: Int64 = 0
    for (_, item) in sorted {
      current.append(item)
      bytes += item.entry.status.size
      let mayEnd = CRC32C.checksum(item.entry.name.bytes.rawBytes) >> 28 == 0
      if bytes >= batchBytes || current.count >= batchFiles || mayEnd && bytes >= batchBytes / 2 {
        batches.append(current)
        current = []
        bytes = 0
      }
    }
    if !current.isEmpty { batches.append(current) }
    return batches
  }

  /// Reads all files at once, then stores those that did not change meanwhile; each of the others
  /// is read again by itself.
  func store(
    _ worker: BackupWorker, _ lane: any Lane, _ work: FolderWork
  ) throws(RepositoryError) {
    guard let open = folder.open else { return }
    try job.run.renew()
    let room = items.reduce(0) { $0 + Int($1.entry.status.size) + 1 }
    let memory = unsafe worker.scratch(room)
    let counts = unsafe load(into: memory, from: open.handle, lane, &worker.batch)
    let whole = unchangedItems(counts, open.handle, lane, &worker.batch, work)
    // Files lie apart by the byte that would show their growth: close the gaps.
    var length = 0
    var start = 0
    for (index, item) in items.enumerated() {
      let size = Int(item.entry.status.size)
      if whole[index] {
        unsafe memmove(memory.baseAddress! + length, memory.baseAddress! + start, size)
        length += size
      }
      start += size + 1
    }
    let stream = unsafe RawSpan(_unsafeBytes: UnsafeRawBufferPointer(rebasing: memory[..<length]))
    let chunker = job.smallChunker
    var ends = [UInt32]()
    _ = chunker.cuts(stream, ended: true, into: &ends)
    var hint = StrideHint()
    let chunks = try worker.storeChunks(of: stream, endingAt: ends, hint: &hint)
    var cursor = SegmentCursor(chunks)
    for (index, item) in items.enumerated() where whole[index] {
      let segments = cursor.next(item.entry.status.size)
      try job.finish(
        item, in: folder, status: item.entry.status, segments: segments, worker)
    }
  }

  /// Loads each file at its place; returns the bytes read, or -1 where the file could not be read.
  private func load(
    into memory: UnsafeMutableRawBufferPointer, from handle: Handle, _ lane: any Lane,
    _ batch: inout Batch
  ) -> [Int] {
    batch.removeAll()
    var start = 0
    for item in items {
      let end = start + Int(item.entry.status.size) + 1
      unsafe batch.append(
        .load(
          item.entry.name, in: handle,
          into: UnsafeMutableRawBufferPointer(rebasing: memory[start..<end])))
      start = end
    }
    job.waitToRead(start - items.count)
    lane.perform(&batch)
    return zip(items, batch.results).map { item, result in
      switch result {
      case .success(let count): return count
      case .failure(let error):
        // Gone since the folder was listed: it is not part of the snapshot.
        if error.code != ENOENT {
          job.failed(
            ScanFailure(path: folder.fullPath.appending(item.entry.name), error: error))
        }
        return -1
      }
    }
  }

  /// Which files are whole: as long as their status said, and with the same status afterwards.
  private func unchangedItems(
    _ counts: [Int], _ handle: Handle, _ lane: any Lane, _ batch: inout Batch, _ work: FolderWork
  ) -> [Bool] {
    batch.removeAll()
    for item in items { batch.append(.status(item.entry.name, in: handle)) }
    lane.perform(&batch)
    return items.indices.map { index in
      guard counts[index] >= 0 else { return false }
      let place: Int
      switch batch.results[index] {
      case .success(let result): place = result
      case .failure(let error):
        if error.code != ENOENT {
          job.failed(
            ScanFailure(path: folder.fullPath.appending(items[index].entry.name), error: error))
        }
        return false
      }
      let (before, after) = (items[index].entry.status, batch.statuses[place])
      if counts[index] == Int(before.size), before.isSameContent(as: after) { return true }
      LargeFile(job, folder, items[index]).schedule(on: work)
      return false
    }
  }
}

/// Hands out runs of bytes of a stream of chunks, one after the other.
struct SegmentCursor {
  private let chunks: [Segment]
  private var index = 0
  private var offset: Int64 = 0

  init(_ chunks: [Segment]) { self.chunks = chunks }

  /// The segments of the next `count` bytes.
  mutating func next(_ count: Int64) -> [Segment] {
    var segments = [Segment]()
    var rest = count
    while rest > 0 {
      let chunk = chunks[index]
      let taken = min(rest, chunk.count - offset)
      segments.append(Segment(chunk: chunk.chunk, offset: UInt32(offset), count: taken))
      rest -= taken
      offset += taken
      if offset == chunk.count {
        index += 1
        offset = 0
      }
    }
    return segments
  }
}

extension FileStatus {
  /// Whether nothing was written to the file between two looks.
  func isSameContent(as other: FileStatus) -> Bool {
    size == other.size && modified == other.modified && changed == other.changed
      && inode == other.inode && kind == other.kind
  }
}

extension FileName {
  /// The extension, a NUL, and the whole name: sorts like files together.
  fileprivate var extensionFirst: [UInt8] { fileExtension + [0] + bytes }

  /// What follows the last dot, if it is not the first byte; empty otherwise.
  var fileExtension: [UInt8] {
    guard let dot = bytes.lastIndex(of: UInt8(ascii: ".")), dot > 0 else { return [] }
    return Array(bytes[(dot + 1)...])
  }
}
