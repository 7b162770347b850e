public import FrameEngine
import Glibc

/// The bytes of one frame file in memory, and what the file system tells about them.
///
/// Meant to be used again and again: the memory grows to the largest frame and stays, so that a
/// sequence of any length takes no more than its largest frame. One thread loads; any number may
/// read while nobody loads.
@safe public final class FrameBytes: @unchecked Sendable {
  private let disk: any Disk
  private let lane: any Lane
  private var buffer: Buffer
  /// Bytes of the frame; 0 before the first `load`.
  public private(set) var byteCount = 0
  /// Ranges of the file without blocks behind them, as far as the file system tells.
  public private(set) var holes: [Range<Int>] = []
  /// Whether size or time of the file changed between two looks.
  public private(set) var isGrowing = false

  /// Bytes that one read asks for: enough for a disk, and several in flight hide a server's delay.
  private static let pieceBytes = 2 << 20

  /// Bytes up to which a file is always read whole.
  private static let smallBytes = 2 << 20

  /// Nothing in memory yet.
  public init(disk: any Disk) throws(DiskError) {
    self.disk = disk
    lane = try disk.makeLane()
    buffer = Buffer(capacity: FrameBytes.pieceBytes)
  }

  /// Reads a whole file in place of the last one. Throws EISDIR for what is no regular file, and
  /// EFBIG beyond `FrameLimits.standard.fileBytes`.
  public func load(_ path: FileName) throws(DiskError) {
    _ = try look(at: path) { handle, size throws(DiskError) in
      try fill(from: handle, size)
      return byteCount == size
    }
  }

  /// The structure of a large file without fault, of which no more comes into memory than a window
  /// that moves over it. `nil` where only `load` and all bytes tell, which small files have in no
  /// time. Throws as `load` does.
  public func structure(of path: FileName) throws(DiskError) -> Container? {
    var container: Container?
    let isSteady = try look(at: path) { handle, size throws(DiskError) in
      if size > FrameBytes.smallBytes {
        container = try FrameWindow(handle, size, lane).container(&buffer)
      }
      return true
    }
    return isSteady ? container : nil
  }

  /// Opens a file in place of the last one, lets `body` read it, which tells whether it found all
  /// that there should be, and looks whether it changed meanwhile. `false` if so.
  private func look(
    at path: FileName, _ body: (Handle, _ size: Int) throws(DiskError) -> Bool
  ) throws(DiskError) -> Bool {
    do throws(DiskError) {
      byteCount = 0
      let handle = try disk.open(path, in: .current, .read())
      defer { disk.abandon(handle) }
      let before = try disk.status(of: handle)
      guard before.kind == .regular else { throw DiskError(.read, code: EISDIR) }
      guard before.size <= Int64(FrameLimits.standard.fileBytes) else {
        throw DiskError(.read, code: EFBIG)
      }
      let isWhole = try body(handle, Int(before.size))
      holes = try findHoles(in: handle, before)
      let after = try disk.status(of: handle)
      isGrowing = after.size != before.size || after.modified != before.modified || !isWhole
      return !isGrowing
    } catch {
      throw error.at(path)
    }
  }

  /// Runs `body` with the frame's bytes.
  public func withBytes<R, E: Error>(_ body: (RawSpan) throws(E) -> R) throws(E) -> R {
    try buffer.withBytes(0..<byteCount, body)
  }

  private func fill(from handle: Handle, _ size: Int) throws(DiskError) {
    if buffer.capacity < size { buffer = Buffer(capacity: size) }
    var batch = Batch()
    let memory = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer.memory[..<size])
    for start in stride(from: 0, to: size, by: FrameBytes.pieceBytes) {
      let end = min(start + FrameBytes.pieceBytes, size)
      unsafe batch.append(
        .read(
          handle, at: Int64(start),
          into: UnsafeMutableRawBufferPointer(rebasing: memory[start..<end])))
    }
    lane.perform(&batch)
    // A file that shrank meanwhile ends where the first piece came short.
    for (operation, result) in zip(batch.operations, batch.results) {
      let count = try result.get()
      byteCount += count
      if count < operation.byteCount { break }
    }
  }

  private func findHoles(in handle: Handle, _ status: FileStatus) throws(DiskError) -> [Range<Int>]
  {
    var found: [Range<Int>] = []
    var offset: Int64 = 0
    while offset < status.size {
      let data = try disk.nextData(handle, from: offset, size: status.size)
      let start = data?.lowerBound ?? status.size
      if start > offset { found.append(Int(offset)..<Int(start)) }
      guard let data, found.count < FrameBytes.holeLimit else { break }
      offset = data.upperBound
    }
    return found
  }

  /// Holes that are looked for; one is enough to know.
  private static let holeLimit = 64
}
