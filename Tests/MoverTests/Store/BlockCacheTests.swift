import FrameEngine
import Glibc
import Synchronization
import Testing

@testable import Mover

@Suite struct BlockCacheTests {
  private let folder: TemporaryFolder
  private let clock = VirtualClock(seconds: 4_000_000_000)

  init() throws { folder = try TemporaryFolder(in: "/dev/shm") }

  private func cache(
    on disk: any Disk = ThreadDisk(),
    warn: @escaping @Sendable (String) -> Void = { Issue.record("\($0)") }
  ) -> BlockCache {
    BlockCache(
      disk: disk, path: folder.path.appending("cache"), byteLimit: 0, clock: clock, warn: warn)
  }

  private func key(_ number: Int) -> Digest {
    CachedObject(repository: RunID(words: (1, 2)), name: "packs/a").key(number)
  }

  private func bytes(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
    var generator = SeededGenerator(seed: seed)
    return (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
  }

  private func read(_ cache: BlockCache, _ key: Digest, _ offset: Int, _ count: Int) -> [UInt8]? {
    var buffer = [UInt8](repeating: 0xEE, count: count)
    var span = buffer.mutableSpan
    var target = unsafe span.mutableBytes
    guard let found = cache.read(key, at: offset, into: &target) else { return nil }
    return Array(buffer[..<found.count])
  }

  private func path(_ key: Digest) -> FileName {
    folder.path.appending(FileName("cache/v1/\(key.hex.prefix(1))/\(key.hex)"))
  }

  /// Changes one byte of a block's file.
  private func flip(_ key: Digest, at offset: Int64) throws {
    let disk = ThreadDisk()
    let file = try disk.open(path(key), in: .current, .update())
    let byte = try disk.read(file, at: offset, count: 1)[0]
    try disk.write(file, at: offset, [byte ^ 4])
    try disk.close(file)
  }

  @Test(arguments: [1, 65_535, 65_536, 65_537, 200_000, CacheBlock.byteCount])
  func givesBackAnyPart(count: Int) {
    let (one, other, content) = (cache(), cache(), bytes(count))
    one.store(key(0), content.rawBytes, objectByteCount: 77)
    var generator = SeededGenerator(seed: UInt64(count))
    for _ in 0..<50 {
      let offset = Int.random(in: 0..<count, using: &generator)
      let wanted = Int.random(in: 1...count, using: &generator)
      let expected = Array(content[offset..<min(count, offset + wanted)])
      #expect(read(other, key(0), offset, wanted) == expected)
    }
    #expect(read(one, key(0), count, 10) == [])
    #expect(read(one, key(1), 0, 10) == nil)
  }

  @Test func refusesWhatIsNotAsItWasStored() throws {
    let cache = cache()
    let content = bytes(200_000)
    // The header, its end, a piece; the piece beside it is good.
    for offset in [0, 8, 13, 30, 60, 120, 128 + 70_000] as [Int64] {
      cache.store(key(0), content.rawBytes, objectByteCount: nil)
      try flip(key(0), at: offset)
      if offset > 128 {
        #expect(read(cache, key(0), 140_000, 100) == Array(content[140_000..<140_100]))
      }
      #expect(read(cache, key(0), 70_000, 100) == nil, "byte \(offset)")
      #expect(!SmallFiles.exists(path(key(0))), "byte \(offset)")
    }
    #expect(cache.counts.damagedBlocks == 7)
    cache.store(key(0), content.rawBytes, objectByteCount: nil)
    #expect(unsafe path(key(0)).withCString { unsafe truncate($0, 100_000) } == 0)
    #expect(read(cache, key(0), 150_000, 100) == nil)
  }

  @Test func refusesABlockUnderAnothersName() throws {
    let cache = cache()
    cache.store(key(0), bytes(100).rawBytes, objectByteCount: nil)
    let disk = ThreadDisk()
    try disk.rename(path(key(0)), in: .current, to: path(key(1)), in: .current)
    #expect(read(cache, key(1), 0, 10) == nil)
  }

  @Test func keepsWhatIsUsedWithinItsLimit() throws {
    let cache = cache()
    let content = bytes(CacheBlock.byteCount)
    cache.store(key(0), content.rawBytes, objectByteCount: nil)
    for number in 1..<150 {
      clock.advance(seconds: 1000)
      cache.store(key(number), content.rawBytes, objectByteCount: nil)
      #expect(read(cache, key(0), 5, 10) == Array(content[5..<15]))
    }
    let script = "find \(folder.path)/cache -type f -printf '%s\\n' | awk '{s += $1} END {print s}'"
    let total = try #require(Int64(ScratchTree.shell(script).dropLast()))
    #expect(total <= cache.byteLimit)
    #expect(total > cache.byteLimit / 2)
    #expect(cache.counts.removedBlocks > 50)
    #expect(read(cache, key(149), 0, 1) != nil)
  }

  @Test func sweepsWhatAKilledProcessLeft() throws {
    let cache = cache()
    let part = path(key(0)).splittingLast().folder
    let own = TemporaryName.Owner.current
    // The process of number 0 never lives, and our own does.
    let dead = TemporaryName(owner: .init(machine: own.machine, process: Int32.max)).fileName
    let alive = TemporaryName(owner: own).fileName
    ScratchTree.shell("touch -d @4000000000 \(part)/\(dead) \(part)/\(alive)")
    cache.store(key(0), bytes(CacheBlock.byteCount).rawBytes, objectByteCount: nil)
    #expect(!SmallFiles.exists(part.appending(dead)))
    #expect(SmallFiles.exists(part.appending(alive)))
  }

  @Test func goesOnWithoutAFolder() {
    let warnings = Mutex<[String]>([])
    let cache = BlockCache(
      disk: ThreadDisk(), path: "/dev/null/cache", byteLimit: 0, clock: clock
    ) { line in warnings.withLock { $0.append(line) } }
    cache.store(key(0), bytes(10).rawBytes, objectByteCount: nil)
    #expect(read(cache, key(0), 0, 10) == nil)
    #expect(warnings.withLock { $0.count } == 1)
  }

  @Test func goesOnWhereTheDiskIsFull() {
    let warnings = Mutex<[String]>([])
    let disk = FullDisk()
    let cache = cache(on: disk) { line in warnings.withLock { $0.append(line) } }
    for number in 0..<5 { cache.store(key(number), bytes(10).rawBytes, objectByteCount: nil) }
    #expect(disk.refusals == 1, "writing pauses")
    clock.advance(seconds: 61)
    cache.store(key(7), bytes(10).rawBytes, objectByteCount: nil)
    #expect(disk.refusals == 2, "and is tried again")
    #expect(warnings.withLock { $0.count } == 1)
    #expect(warnings.withLock { $0.first?.contains("No space left") } == true)
    let left = ScratchTree.shell("find \(folder.path)/cache -type f")
    #expect(left.isEmpty)
  }
}

/// The kernel's disk, except that no byte fits on it.
private final class FullDisk: KernelDisk {
  private let count = Atomic<Int>(0)
  var refusals: Int { count.load(ordering: .relaxed) }

  func write(_ handle: Handle, at offset: Int64, _ bytes: RawSpan) throws(DiskError) {
    count.add(1, ordering: .relaxed)
    throw DiskError(.write, code: ENOSPC)
  }

  func makeLane() throws(DiskError) -> any Lane { try ThreadDisk().makeLane() }
}

/// What tests ask of files.
private enum SmallFiles {
  static func exists(_ path: FileName) -> Bool {
    unsafe path.withCString { unsafe access($0, F_OK) == 0 }
  }
}
