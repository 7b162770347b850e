import FrameEngine

/// Files and the runs of bytes they need, restored together.
struct RestoreWindow {
  /// A run of a file's bytes that a chunk holds.
  struct Request {
    let chunk: Digest
    /// The number of the file in `files`.
    let file: Int32
    let chunkOffset: UInt32
    let count: UInt32
    let fileOffset: Int64
  }

  private(set) var files: [RestoreFile] = []
  private(set) var requests: [Request] = []
  private var parts: Set<FileName> = []
  private var bytes: Int64 = 0

  private static let requestLimit = 128 << 10
  private static let fileLimit = 64 << 10
  private static let byteLimit: Int64 = 8 << 30

  var isEmpty: Bool { files.isEmpty }

  /// Whether it should be restored before more is planned.
  var isFull: Bool {
    requests.count >= RestoreWindow.requestLimit || files.count >= RestoreWindow.fileLimit
      || bytes >= RestoreWindow.byteLimit
  }

  /// Whether a file of the window uses this temporary name.
  func hasPart(_ name: FileName) -> Bool { parts.contains(name) }

  /// Adds a file with its segments. A huge file makes the window larger than its limit.
  mutating func add(_ entry: TreeEntry, _ segments: [Segment], in folder: RestoreFolder) {
    let left = segments.reduce(0) { $0 + ($1.isHole ? 0 : $1.count) }
    let file = RestoreFile(
      folder: folder, entry: entry, left: left,
      isOnePiece: segments.count == 1 && left == entry.size)
    var offset: Int64 = 0
    for segment in segments {
      if !segment.isHole {
        requests.append(
          Request(
            chunk: segment.chunk, file: Int32(files.count), chunkOffset: segment.offset,
            count: UInt32(segment.count), fileOffset: offset))
      }
      offset += segment.count
    }
    files.append(file)
    parts.insert(file.partName)
    bytes += left
  }
}
