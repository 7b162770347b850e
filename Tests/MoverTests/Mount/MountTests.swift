import FrameEngine
import Glibc
import Synchronization
import Testing

@testable import Mover

@Suite struct MountTests {
  private let vault: ScratchRepository
  private let log = Log()

  init() throws {
    vault = try ScratchRepository()
    vault.change(
      """
      mkdir -p inner/deep empty
      head -c 7000000 /dev/urandom > big
      for n in $(seq 60); do head -c $((n * 611)) /dev/urandom > inner/f$n; done
      ln big inner/deep/again; ln inner/f1 inner/f1b
      ln -s inner/f1 link; mkfifo fifo; : > nothing
      truncate -s 3000000 sparse
      printf hello | dd of=sparse bs=1 seek=1000000 conv=notrunc status=none
      setfattr -n user.colour -v green big; touch -d '1999-01-02 03:04:05.67' inner/f2
      """)
  }

  private func mount(_ snapshot: Snapshot, memory: Int = 64 << 20) throws -> Mount {
    var options = Mount.Options()
    options.memoryLimit = memory
    options.threadsAhead = 2
    return try Mount(
      vault.repository, at: SnapshotPath(snapshot, "t"), options, host: vault.host,
      clock: vault.clock
    ) { [log] line in log.add(line) }
  }

  private func node(_ path: String, in mount: Mount) throws -> MountNode {
    try path.split(separator: "/").reduce(mount.top) { folder, name in
      try mount.look(up: FileName(String(name)), in: folder)
    }
  }

  private func read(_ file: OpenFile, _ offset: Int, _ count: Int, in mount: Mount) throws
    -> [UInt8]
  {
    var buffer = [UInt8](repeating: 0xEE, count: count)
    var span = buffer.mutableSpan
    var target = unsafe span.mutableBytes
    let got = try mount.read(file, at: Int64(offset), into: &target)
    return Array(buffer[..<got])
  }

  private func content(_ path: String) throws -> [UInt8] {
    let disk = ThreadDisk()
    let file = try disk.open(FileName(vault.scratch("t/\(path)")), in: .current, .read())
    defer { disk.abandon(file) }
    return try disk.read(file, at: 0, count: Int(try disk.status(of: file).size))
  }

  @Test(arguments: [64 << 20, 300_000])
  func showsEveryByte(memory: Int) throws {
    let mount = try mount(try vault.backup(), memory: memory)
    var waiting = [(mount.top, "")]
    var files = 0
    while let (folder, path) = waiting.popLast() {
      let names = ScratchTree.shell("LC_ALL=C ls -A \(vault.scratch("t/" + path))")
      let listing = try mount.listing(of: folder)
      #expect(
        listing.entries.map(\.name.description) == names.split(separator: "\n").map(String.init))
      for entry in listing.entries {
        let node = mount.remember(entry, in: folder)
        let inner = path + "/" + entry.name.description
        if entry.kind == .folder { waiting.append((node, inner)) }
        guard entry.kind == .regular else { continue }
        let expected = try content(inner)
        #expect(try read(try mount.open(node), 0, expected.count + 9, in: mount) == expected)
        files += 1
      }
    }
    #expect(files == 65)
    #expect(log.lines == [])
    try mount.close()
    #expect(vault.leases.isEmpty)
  }

  @Test func readsAnywhereFromManyThreads() throws {
    let mount = try mount(try vault.backup(), memory: 1 << 20)
    let expected = try content("big")
    let file = try mount.open(try node("big", in: mount))
    let wrong = Atomic<Int>(0)
    runWorkers(count: 8) { worker in
      var generator = SeededGenerator(seed: UInt64(worker))
      var next = 0
      for _ in 0..<150 {
        // Some jump, some go on.
        let jumps = worker % 2 == 0 || next >= expected.count
        let offset = jumps ? Int.random(in: 0..<expected.count, using: &generator) : next
        let end = min(expected.count, offset + 100_000)
        next = end
        let got = try? read(file, offset, end - offset, in: mount)
        if got != Array(expected[offset..<end]) { wrong.add(1, ordering: .relaxed) }
      }
    }
    #expect(wrong.load(ordering: .relaxed) == 0)
    try mount.close()
  }

  @Test func fetchesAheadOfAReader() throws {
    let mount = try mount(try vault.backup())
    let file = try mount.open(try node("big", in: mount))
    for number in 0..<12 { _ = try read(file, number << 17, 1 << 17, in: mount) }
    #expect(mount.counts.ahead > 0)
    let fetched = mount.counts.fetched
    for number in 0..<12 { _ = try read(file, number << 17, 1 << 17, in: mount) }
    try mount.close()
    #expect(mount.counts.fetched - fetched <= mount.counts.ahead, "nothing is fetched twice")
  }

  @Test func showsMetadata() throws {
    let mount = try mount(try vault.backup())
    let big = try node("big", in: mount)
    #expect(try node("inner/deep/again", in: mount) === big, "two names of one file")
    #expect(try node("inner/f1", in: mount) === (try node("inner/f1b", in: mount)))
    #expect(try node("inner/f1", in: mount).id != big.id)
    #expect(big.status.linkCount == 2)
    #expect(try mount.attribute(Array("user.colour".utf8), of: big) == Array("green".utf8))
    #expect(throws: MountFault(ENODATA)) { try mount.attribute(Array("user.no".utf8), of: big) }
    let link = try node("link", in: mount)
    #expect(try mount.target(of: link) == Array("inner/f1".utf8))
    #expect(link.status.size == 8)
    #expect(throws: MountFault(EINVAL)) { try mount.target(of: big) }
    let time = Timestamp(seconds: 915_246_245, nanoseconds: 670_000_000)
    #expect(try node("inner/f2", in: mount).status.modified == time)
    #expect(try node("fifo", in: mount).status.kind == .fifo)
    #expect(throws: MountFault(ENXIO)) { try mount.open(try node("fifo", in: mount)) }
    #expect(throws: MountFault(EISDIR)) { try mount.open(try node("inner", in: mount)) }
    #expect(throws: MountFault(ENOENT)) { try node("inner/none", in: mount) }
    #expect(throws: MountFault(ENOTDIR)) { try node("big/none", in: mount) }
    #expect(try node("inner/deep", in: mount).path == "inner/deep")
    try mount.close()
  }

  @Test func findsDataAndHoles() throws {
    let mount = try mount(try vault.backup())
    let file = try mount.open(try node("sparse", in: mount))
    let expected = Array(try content("sparse")[999_990..<1_000_010])
    #expect(try read(file, 999_990, 20, in: mount) == expected)
    #expect(file.node.status.allocated < 1_000_000)
    let data = try file.seek(0, toHole: false)
    #expect(data > 0 && data <= 1_000_000)
    #expect(try file.seek(0, toHole: true) == 0)
    #expect(try file.seek(data, toHole: false) == data)
    let hole = try file.seek(data, toHole: true)
    #expect(hole >= 1_000_005 && hole < 3_000_000)
    #expect(throws: MountFault(ENXIO)) { try file.seek(hole, toHole: false) }
    #expect(throws: MountFault(ENXIO)) { try file.seek(3_000_000, toHole: true) }
    let whole = try mount.open(try node("big", in: mount))
    #expect(try whole.seek(5, toHole: true) == 7_000_000)
    #expect(try whole.seek(5, toHole: false) == 5)
    try mount.close()
  }

  @Test func forgetsWhatTheKernelForgets() throws {
    let mount = try mount(try vault.backup())
    let file = try node("inner/f3", in: mount)
    #expect(try node("inner/f3", in: mount) === file)
    #expect(mount.nodeCount == 2)
    mount.forget(file.id, count: 1)
    #expect(try mount.node(file.id) === file)
    mount.forget(file.id, count: 1)
    #expect(throws: MountFault(ESTALE)) { try mount.node(file.id) }
    #expect(try node("inner/f3", in: mount).id == file.id, "its number stays")
    try mount.close()
  }

  @Test func showsSnapshotsSideBySide() throws {
    let first = try vault.backup()
    vault.change("echo new > nothing")
    let second = try vault.backup()
    let mount = try Mount(
      vault.repository, all: try vault.repository.snapshotListing(), Mount.Options(),
      host: vault.host, clock: vault.clock
    ) { Issue.record("\($0)") }
    let names = try mount.listing(of: mount.top).entries.map(\.name.description)
    #expect(names == [first.id.short, second.id.short, "latest"].sorted())
    #expect(try mount.target(of: try node("latest", in: mount)) == Array(second.id.short.utf8))
    func size(_ id: RunID, _ path: String) throws -> Int64 {
      try node("\(id.short)/\(path)", in: mount).status.size
    }
    #expect(try size(first.id, "t/nothing") == 0)
    #expect(try size(second.id, "t/nothing") == 4)
    let one = try node("\(first.id.short)/t/big", in: mount)
    #expect(try node("\(second.id.short)/t/big", in: mount) !== one, "two snapshots, two files")
    try mount.close()
  }

  @Test func refusesWhatIsNoFolder() throws {
    let snapshot = try vault.backup()
    #expect(throws: RepositoryError.self) {
      try Mount(
        vault.repository, at: SnapshotPath(snapshot, "t/big"), Mount.Options(), host: vault.host,
        clock: vault.clock
      ) { _ in }
    }
    #expect(vault.leases.isEmpty)
  }

  @Test func tellsDamageAndNothingWrong() throws {
    let mount = try mount(try vault.backup())
    let file = try mount.open(try node("big", in: mount))
    let expected = try content("big")
    // Every byte of the packs of data changes: trees were read before, or lie in others.
    _ = try mount.listing(of: try node("inner", in: mount))
    vault.scratch.run(
      """
      for pack in $(find vault/packs -type f -size +1000k); do
        dd if=/dev/zero of=$pack bs=1k seek=100 count=3000 conv=notrunc status=none
      done
      """)
    var damaged = 0
    for start in stride(from: 0, to: expected.count, by: 50_000) {
      let end = min(start + 50_000, expected.count)
      do {
        #expect(try read(file, start, end - start, in: mount) == Array(expected[start..<end]))
      } catch let fault as MountFault {
        #expect(fault == MountFault(EIO))
        damaged += 1
      }
    }
    #expect(damaged > 0)
    let lines = log.lines
    #expect(lines.contains { $0.hasPrefix("big: cannot be read: packs/") })
    #expect(lines.count == Set(lines).count, "the same line once")
    try mount.close()
  }

  @Test func standsThroughACollection() throws {
    let first = try vault.backup()
    let expected = try content("big")
    let small = try content("inner/f40")
    let mount = try mount(first)
    let file = try mount.open(try node("big", in: mount))
    vault.change("rm -rf *; head -c 100000 /dev/urandom > other")
    _ = try vault.backup()
    try vault.repository.forget(first.id, clock: vault.clock)
    // What the mount has pinned stays, whatever the collector thinks of it, and it does not wait.
    #expect(
      try !vault.collect().waitingFor.isEmpty, "who has not seen the tombstones is waited for")
    let isDone = CancelToken()
    let tending = WorkerThread("tend") { [clock = vault.clock] in
      while !isDone.isCancelled {
        mount.tend()
        clock.sleep(nanoseconds: 20_000_000)
      }
    }
    let summary = Result { try vault.collect { $0.patience = 30_000_000_000 } }
    isDone.cancel()
    tending.join()
    #expect(try summary.get().waitingFor == [], "a mount holds no collection up")
    #expect(try read(file, 0, 7_000_000, in: mount) == expected)
    let other = try mount.open(try node("inner/f40", in: mount))
    #expect(try read(other, 0, small.count, in: mount) == small)
    try mount.close()
    #expect(log.lines == [])
    // Once nobody holds it any more it goes.
    _ = try vault.collect()
    #expect(try vault.collect().waitingFor == [])
    #expect(ScratchTree.shell("du -s \(vault.scratch("vault")) | cut -f1").count <= 5)
  }
}

/// What a mount logged.
private final class Log: Sendable {
  private let told = Mutex<[String]>([])

  var lines: [String] { told.withLock { $0 } }
  func add(_ line: String) { told.withLock { $0.append(line) } }
}
