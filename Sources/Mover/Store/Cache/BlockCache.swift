public import FrameEngine
import Glibc
import Synchronization

/// A bounded folder of blocks that all processes of a machine share, for any number of repositories.
///
/// A block appears by rename, whole, and proves itself when it is read: what does not is removed and
/// counts as absent. There is no lock: whoever writes sweeps, with a chance that grows with what it
/// wrote, the part of the folder it wrote to. Sweeping removes what was used longest ago until the
/// part is below its share of the limit. A killed process leaves temporary files, which sweeping
/// removes too.
///
/// A cache that cannot be written is no failure: `warn` is told once, and reading goes on without.
public final class BlockCache: Sendable {
  /// What the cache did in this process.
  public struct Counts: Hashable, Sendable {
    /// Bytes that came from the cache.
    public var readBytes: Int64 = 0
    /// Bytes that were added to it.
    public var storedBytes: Int64 = 0
    /// Blocks that were removed to make room.
    public var removedBlocks = 0
    /// Blocks that did not prove true.
    public var damagedBlocks = 0
  }

  /// Bytes that the files of the cache may take; a few per cent more for moments, while many
  /// processes write.
  public let byteLimit: Int64
  /// The smallest limit: below it a block would hardly outlive its writing.
  public static let leastByteLimit: Int64 = 64 << 20
  /// The limit where nobody asked for another.
  public static let usualByteLimit: Int64 = 20 << 30

  private let disk: any Disk
  private let root: Handle?
  private let clock: any Clock
  private let warn: @Sendable (String) -> Void
  private let path: FileName
  private let state = Mutex(State())

  private struct State {
    var counts = Counts()
    var hasWarned = false
    /// When writing may be tried again, in the clock's nanoseconds.
    var pausedUntil: UInt64 = 0
    var random = SystemRandomNumberGenerator()
  }

  /// The parts that are swept on their own, by the first digit of a key.
  static let partCount = 16
  /// A block's time of use is written anew when it is older than this.
  static let useInterval: Int64 = 600
  /// How long nothing is written after a failure.
  static let pause: UInt64 = 60_000_000_000

  /// A cache in the folder at `path`, which is made if need be, for this user alone.
  public init(
    disk: any Disk, path: FileName, byteLimit: Int64, clock: any Clock,
    warn: @escaping @Sendable (String) -> Void
  ) {
    self.disk = disk
    self.path = path
    self.byteLimit = max(byteLimit, BlockCache.leastByteLimit)
    self.clock = clock
    self.warn = warn
    do throws(DiskError) {
      root = try BlockCache.open(path.appending("v1"), on: disk)
    } catch {
      root = nil
      tell(error)
    }
  }

  deinit {
    if let root { disk.abandon(root) }
  }

  /// What the cache did so far.
  public var counts: Counts { state.withLock { $0.counts } }

  private static func open(_ path: FileName, on disk: any Disk) throws(DiskError) -> Handle {
    try disk.makeFolders(path, mode: 0o700)
    let root = try disk.open(path.appending("."), in: .current, .folder)
    do throws(DiskError) {
      for part in 0..<partCount { try disk.makeFolderIfMissing(folder(ofPart: part), in: root) }
      return root
    } catch {
      disk.abandon(root)
      throw error
    }
  }

  private static func folder(ofPart part: Int) -> FileName { FileName(String(part, radix: 16)) }

  private static func file(_ key: Digest) -> FileName {
    let digits = key.hex
    return FileName("\(digits.prefix(1))/\(digits)")
  }

  private func tell(_ error: DiskError) {
    let isFirst = state.withLock { state in
      state.pausedUntil = clock.monotonic() + BlockCache.pause
      defer { state.hasWarned = true }
      return !state.hasWarned
    }
    if isFirst {
      warn("the cache \(path) cannot be written: \(error); going on without")
    }
  }
}

// MARK: Reading

extension BlockCache {
  /// What a read of a block found.
  struct Found: Hashable {
    /// Bytes filled in: fewer than asked for only where the block ends.
    let count: Int
    /// Bytes of the whole block.
    let blockByteCount: Int
    /// Bytes of the whole object, where they are known.
    let objectByteCount: Int64?
  }

  /// Fills `buffer` from `offset` of a block; `nil` if the cache does not have it, whole and true.
  func read(_ key: Digest, at offset: Int, into buffer: inout MutableRawSpan) -> Found? {
    guard let root else { return nil }
    let name = BlockCache.file(key)
    do throws(DiskError) {
      let file = try disk.open(name, in: root, .read())
      defer { disk.abandon(file) }
      let header = try disk.read(file, at: 0, count: CacheBlock.headerByteCount)
      guard let block = CacheBlock(decoding: header, of: key),
        let count = try fill(&buffer, from: offset, of: block, file)
      else {
        remove(key)
        state.withLock { $0.counts.damagedBlocks += 1 }
        return nil
      }
      noteUse(of: file)
      state.withLock { $0.counts.readBytes += Int64(count) }
      return Found(
        count: count, blockByteCount: block.count, objectByteCount: block.objectByteCount)
    } catch {
      // Absent, evicted in this moment, or unreadable: it is fetched from its place.
      return nil
    }
  }

  /// Copies proved pieces; `nil` if one is not as it was stored.
  private func fill(
    _ buffer: inout MutableRawSpan, from offset: Int, of block: CacheBlock, _ file: Handle
  ) throws(DiskError) -> Int? {
    let end = min(block.count, offset + buffer.byteCount)
    guard offset < end else { return 0 }
    let pieces = CacheBlock.pieces(of: offset..<end)
    let start = pieces.lowerBound * CacheBlock.pieceByteCount
    let stop = CacheBlock.range(ofPiece: pieces.upperBound - 1, in: block.count).upperBound
    let bytes = try disk.read(
      file, at: Int64(CacheBlock.headerByteCount + start), count: stop - start)
    guard bytes.count == stop - start else { return nil }
    for piece in pieces {
      let range = CacheBlock.range(ofPiece: piece, in: block.count)
      let stored = bytes.rawBytes.extracting(range.lowerBound - start..<range.upperBound - start)
      guard CRC32C.checksum(stored) == block.checksums[piece] else { return nil }
    }
    buffer.copy(bytes.rawBytes.extracting(offset - start..<end - start), to: 0)
    return end - offset
  }

  /// Sweeping goes by the modification time, written at most every ten minutes.
  private func noteUse(of file: Handle) {
    let now = clock.now()
    do throws(DiskError) {
      let modified = try disk.status(of: file).modified
      guard now.seconds - modified.seconds >= BlockCache.useInterval else { return }
      try disk.setTimes(file, modified: now)
    } catch {
      // The block only seems older than it is.
      return
    }
  }

  /// Removes a block; `true` if there was one.
  @discardableResult
  func remove(_ key: Digest) -> Bool {
    guard let root else { return false }
    do throws(DiskError) {
      try disk.remove(BlockCache.file(key), in: root, isFolder: false)
      return true
    } catch {
      // Another process was first, or it stays and is met, and refused, again.
      return false
    }
  }
}

// MARK: Writing

extension BlockCache {
  /// Adds a block, replacing one of this key.
  func store(_ key: Digest, _ bytes: RawSpan, objectByteCount: Int64?) {
    guard let root, state.withLock({ $0.pausedUntil <= clock.monotonic() }) else { return }
    let name = BlockCache.file(key)
    let part = Int(key.bytes[0] >> 4)
    let temporary = BlockCache.folder(ofPart: part)
      .appending(TemporaryName(owner: .current).fileName)
    do throws(DiskError) {
      let file = try disk.open(temporary, in: root, .create(mode: 0o600))
      do throws(DiskError) {
        let header = CacheBlock(key, bytes, objectByteCount: objectByteCount).encoded
        try disk.write(file, at: 0, header.rawBytes)
        try disk.write(file, at: Int64(header.count), bytes)
        // Sweeping goes by the clock of those who use the cache, not by that of the disk.
        try disk.setTimes(file, modified: clock.now())
      } catch {
        disk.abandon(file)
        try disk.removeIfPresent(temporary, in: root)
        throw error
      }
      try disk.close(file)
      try disk.rename(temporary, in: root, to: name, in: root)
    } catch {
      return tell(error)
    }
    let isDue = state.withLock { state in
      state.counts.storedBytes += Int64(bytes.byteCount)
      let step = max(1, byteLimit / Int64(BlockCache.partCount) / 64)
      return Int64.random(in: 0..<step, using: &state.random) < Int64(bytes.byteCount)
    }
    if isDue { sweep(part, in: root) }
  }

  private struct Occupant {
    let file: FileName
    let modified: Timestamp
    let byteCount: Int64
  }

  /// Removes dead temporary files of a part, and, if it holds more than its share of the limit,
  /// what was used longest ago.
  private func sweep(_ part: Int, in root: Handle) {
    do throws(DiskError) {
      var occupants = try occupants(of: part, in: root)
      var total = occupants.reduce(0) { $0 + $1.byteCount }
      let share = byteLimit / Int64(BlockCache.partCount)
      guard total > share else { return }
      occupants.sort { $0.modified < $1.modified }
      var removed = 0
      for occupant in occupants where total > share - share / 16 {
        try disk.removeIfPresent(occupant.file, in: root)
        total -= occupant.byteCount
        removed += 1
      }
      state.withLock { $0.counts.removedBlocks += removed }
    } catch {
      tell(error)
    }
  }

  private func occupants(of part: Int, in root: Handle) throws(DiskError) -> [Occupant] {
    let path = BlockCache.folder(ofPart: part)
    let folder = try OpenFolder(path, in: root, on: disk)
    var occupants = [Occupant]()
    for entry in try disk.entries(of: folder.handle) {
      let file = path.appending(entry.name)
      do throws(DiskError) {
        let status = try disk.status(of: file, in: root)
        if let temporary = TemporaryName(entry.name) {
          // Of this machine's processes it is known whether they live.
          let isForeign = temporary.owner.machine != TemporaryName.Owner.current.machine
          let isOld = clock.now().seconds - status.modified.seconds > 24 * 3600
          if isForeign && isOld || temporary.owner.isDead(seenFrom: .current) {
            try disk.removeIfPresent(file, in: root)
          }
          continue
        }
        occupants.append(
          Occupant(file: file, modified: status.modified, byteCount: status.size))
      } catch {
        // Another process removed it.
        guard error.isMissing else { throw error }
      }
    }
    return occupants
  }
}

extension Disk {
  fileprivate func makeFolderIfMissing(_ name: FileName, in folder: Handle) throws(DiskError) {
    do throws(DiskError) {
      try makeFolder(name, in: folder, mode: 0o700)
    } catch {
      guard error.code == EEXIST else { throw error }
    }
  }
}

extension MutableRawSpan {
  /// Copies bytes to `offset`, where they must fit.
  @_lifetime(self: copy self)
  mutating func copy(_ source: RawSpan, to offset: Int) {
    precondition(offset >= 0 && source.byteCount <= byteCount - offset, "a span is overrun")
    unsafe withUnsafeMutableBytes { target in
      unsafe source.withUnsafeBytes { source in
        guard let from = source.baseAddress, let to = target.baseAddress else { return }
        unsafe (to + offset).copyMemory(from: from, byteCount: source.count)
      }
    }
  }
}
