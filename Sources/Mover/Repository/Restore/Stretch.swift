import FrameEngine
import Glibc

/// Neighbouring bytes of a large file on their way to the disk around the page cache, which they
/// would only pass through: collected to pieces that lie in memory as in the file's pages.
///
/// What fills no page goes through the cache, since its neighbour may be another thread's. So every
/// page is written in one of the two ways alone.
struct Stretch: ~Copyable {
  private var buffer = Buffer(capacity: DiskPolicy.directTransfer.byteCount)
  /// The file that the bytes belong to; `nil` before the first.
  private(set) var file: RestoreFile?
  /// The offset in the file that the buffer stands for, a page border.
  private var base: Int64 = 0
  /// What of the buffer is waiting to be written.
  private var filled = 0..<0

  /// Bytes that wait to be written.
  var byteCount: Int { filled.count }

  /// Whether it has to be written before more can be appended.
  var isFull: Bool { filled.upperBound == buffer.capacity }

  /// Whether bytes at `offset` of a file follow on those that came last.
  func isContinued(by file: RestoreFile, at offset: Int64) -> Bool {
    self.file === file && base + Int64(filled.upperBound) == offset
  }

  /// Goes to a place in a file; nothing must be waiting.
  mutating func move(to file: RestoreFile, at offset: Int64) {
    precondition(filled.isEmpty, "bytes of a stretch are lost")
    self.file = file
    let start = Int(offset % 4096)
    base = offset - Int64(start)
    filled = start..<start
  }

  /// Takes up what fits of `bytes`; returns how much that was.
  mutating func append(_ bytes: RawSpan) -> Int {
    let count = min(bytes.byteCount, buffer.capacity - filled.upperBound)
    buffer.copy(bytes.extracting(first: count), to: filled.upperBound)
    filled = filled.lowerBound..<filled.upperBound + count
    return count
  }

  /// Writes what waits: whole pages to `direct`, the rest to `cached`, another handle of the file.
  /// All goes to `cached` where the disk wants more than whole pages.
  func write(to direct: Handle, _ cached: Handle, on disk: any Disk) throws(DiskError) {
    let start = min(Buffer.roundedUpToPages(filled.lowerBound), filled.upperBound)
    let end = max(start, filled.upperBound & ~4095)
    do throws(DiskError) {
      try write(start..<end, to: direct, on: disk)
    } catch {
      guard error.code == EINVAL else { throw error }
      try write(start..<end, to: cached, on: disk)
    }
    try write(filled.lowerBound..<start, to: cached, on: disk)
    try write(end..<filled.upperBound, to: cached, on: disk)
  }

  private func write(_ range: Range<Int>, to handle: Handle, on disk: any Disk) throws(DiskError) {
    if range.isEmpty { return }
    try disk.write(handle, at: base + Int64(range.lowerBound), buffer.bytes.extracting(range))
  }

  /// Forgets what waits, and goes on behind it.
  mutating func clear() {
    guard let file else { return }
    let end = base + Int64(filled.upperBound)
    filled = 0..<0
    move(to: file, at: end)
  }
}
