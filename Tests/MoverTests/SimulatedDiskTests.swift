import FrameEngine
import Glibc
import Testing

@testable import Mover

/// The model: what a power cut may leave, and what it may not.
@Suite struct SimulatedDiskTests {
  let disk = SimulatedDisk()

  /// The distinct contents that `name` has after 200 different crashes; `nil` for no file.
  private func outcomes(_ name: FileName) -> Set<[UInt8]?> {
    Set((0..<200).map { try? disk.afterCrash(seed: $0).contents(of: name, in: .current) })
  }

  private func make(_ name: FileName, _ bytes: [UInt8], synced: Bool) throws {
    let file = try disk.open(name, in: .current, .create(mode: 0o644))
    try disk.write(file, at: 0, bytes)
    if synced { try disk.sync(file) }
    try disk.close(file)
  }

  @Test func aNameLastsOnlyAfterItsFolderIsSynced() throws {
    try make("a", [1], synced: true)
    #expect(outcomes("a") == [nil, [1]])
    try disk.sync(.current)
    #expect(outcomes("a") == [[1]])
    try disk.remove("a", in: .current, isFolder: false)
    #expect(outcomes("a") == [nil, [1]])
  }

  @Test func dataLastsOnlyAfterItsFileIsSynced() throws {
    try make("a", [1], synced: false)
    try disk.sync(.current)
    #expect(outcomes("a") == [[], [0], [1]])
  }

  @Test func pagesAreOldOrNewEachOnItsOwn() throws {
    try make("a", [UInt8](repeating: 1, count: 8192), synced: true)
    try disk.sync(.current)
    let file = try disk.open("a", in: .current, .update())
    try disk.write(file, at: 0, [UInt8](repeating: 2, count: 8192))
    let pages = Set(outcomes("a").compactMap { $0.map { [$0[0], $0[4095], $0[4096], $0[8191]] } })
    #expect(pages == [[1, 1, 1, 1], [1, 1, 2, 2], [2, 2, 1, 1], [2, 2, 2, 2]])
  }

  @Test func aRenameHappensWholeOrNotAtAll() throws {
    try make("a", [1], synced: true)
    try make("b", [2], synced: true)
    try disk.sync(.current)
    try disk.rename("a", in: .current, to: "b", in: .current)
    for seed in 0..<100 {
      let found = disk.afterCrash(seed: UInt64(seed))
      let names = try found.entries(of: .current).map(\.name)
      let b = try found.contents(of: "b", in: .current)
      #expect(names == ["b"] && b == [1] || names == ["a", "b"] && b == [2])
    }
  }

  @Test func namesInAFolderThatIsNotThereAreGone() throws {
    try disk.makeFolder("f", in: .current, mode: 0o755)
    let folder = try disk.open("f", in: .current, .folder)
    let file = try disk.open("a", in: folder, .create(mode: 0o644))
    try disk.write(file, at: 0, [1])
    try disk.sync(file)
    try disk.sync(folder)
    #expect(outcomes("f/a") == [nil, [1]])
    try disk.sync(.current)
    #expect(outcomes("f/a") == [[1]])
  }

  @Test func aFailedSyncLosesThePagesForGood() throws {
    try make("a", [1], synced: true)
    try disk.sync(.current)
    disk.failSyncs([3])
    let file = try disk.open("a", in: .current, .update())
    try disk.write(file, at: 0, [2])
    #expect(throws: DiskError(.sync, code: EIO)) { try disk.sync(file) }
    try disk.sync(file)
    #expect(outcomes("a") == [[1]])
    try disk.write(file, at: 0, [3])
    try disk.sync(file)
    #expect(outcomes("a") == [[3]])
  }

  @Test func afterThePowerIsCutNothingChanges() throws {
    try make("a", [1], synced: true)
    disk.cutPower(after: disk.operationCount)
    #expect(throws: DiskError(.open, code: EIO, name: "b")) {
      try disk.open("b", in: .current, .create(mode: 0o644))
    }
    #expect(try disk.afterCrash(seed: 1).entries(of: .current).count <= 1)
  }

  @Test func equalSeedsGiveEqualDisks() throws {
    for index in 0..<20 { try make(FileName("\(index)"), pattern(index * 1000), synced: false) }
    func names(_ seed: UInt64) throws -> [FolderEntry] {
      try disk.afterCrash(seed: seed).entries(of: .current)
    }
    #expect(try names(7) == names(7))
    #expect(try names(7) != names(8))
  }
}

/// The write order of `FileStore`: at whatever operation the power is cut, whatever the disk made
/// of it, every acknowledged object is whole and nothing else is shown as one.
@Suite struct FileStorePowerCutTests {
  /// What one run did before the power went.
  private struct Run {
    /// Bytes that an upload collects for one write, so that a small pack takes several.
    static let uploadCapacity = 8192
    static let pack = pattern(30_000)

    var disk = SimulatedDisk()
    /// Objects whose put has returned.
    var acknowledged: [String: [UInt8]] = [:]
    /// Every content that an object was ever given.
    var possible: [String: [[UInt8]]] = [:]

    /// Runs the workload until it ends or the power does; returns whether it ended.
    mutating func work(cutAfter count: Int = .max, ignoring kinds: Set<FileKind> = []) -> Bool {
      disk.cutPower(after: count)
      disk.ignoreSyncs(of: kinds)
      do {
        let store = FileStore(
          disk: disk, root: try disk.open("/", in: .current, .folder), place: "/",
          owner: .current, uploadCapacity: Run.uploadCapacity)
        try put("packs/ab/one", pattern(9_000), in: store)
        try put("packs/cd/two", pattern(50), in: store)
        try put("config", [1], in: store)
        try put("config", [2, 2], in: store)
        try putIfAbsent("refs/a", pattern(5_000), in: store)
        try upload("packs/ab/three", Run.pack, in: store)
        try delete("refs/a", in: store)
        try delete("packs/cd/two", in: store)
        try putIfAbsent("refs/b", pattern(40), in: store)
        return true
      } catch {
        return false
      }
    }

    private mutating func put(_ name: String, _ bytes: [UInt8], in store: FileStore) throws {
      possible[name, default: []].append(bytes)
      try store.put(name, bytes)
      acknowledged[name] = bytes
    }

    private mutating func putIfAbsent(_ name: String, _ bytes: [UInt8], in store: FileStore)
      throws
    {
      possible[name, default: []].append(bytes)
      if try store.putIfAbsent(name, bytes) { acknowledged[name] = bytes }
    }

    private mutating func upload(_ name: String, _ bytes: [UInt8], in store: FileStore) throws {
      possible[name, default: []].append(bytes)
      let upload = try store.makeUpload(name)
      for start in stride(from: 0, to: bytes.count, by: 7_000) {
        let piece = Array(bytes[start..<min(start + 7_000, bytes.count)])
        try upload.append(unsafe piece.span.bytes)
      }
      try upload.finish()
      acknowledged[name] = bytes
    }

    private mutating func delete(_ name: String, in store: FileStore) throws {
      acknowledged[name] = nil
      try store.delete(name)
    }

    /// What is wrong with one of the disks that the cut may have left.
    func faults(seed: UInt64) throws -> [String] {
      let store = try FileStore(disk: disk.afterCrash(seed: seed), path: "/")
      var faults: [String] = []
      let listed = try store.list("")
      for object in listed {
        let bytes = try store.get(object.name, limit: 1 << 24) ?? []
        if !(possible[object.name] ?? []).contains(bytes) { faults.append("\(object.name): torn") }
      }
      for name in acknowledged.keys.sorted() {
        let bytes = try store.get(name, limit: 1 << 24)
        // A put that was under way may have replaced what was acknowledged.
        let isLast = bytes == acknowledged[name] || bytes == possible[name]?.last
        if bytes == nil || !isLast { faults.append("\(name): lost") }
      }
      let names = Set(listed.map(\.name))
      if names.contains("refs/a"), acknowledged["refs/b"] != nil {
        faults.append("refs/a: a later put outlived its removal")
      }
      if names.contains("refs/a"), !names.contains("packs/cd/two"),
        possible["packs/ab/three"] != nil
      {
        faults.append("refs/a: it outlived its pack")
      }
      return faults
    }
  }

  private func operationCount() -> Int {
    var run = Run()
    let ended = run.work()
    #expect(ended)
    return run.disk.operationCount
  }

  private func faults(ignoring kinds: Set<FileKind>, seeds: Range<UInt64>) throws -> [String] {
    var faults: [String] = []
    for count in 0...operationCount() {
      var run = Run()
      _ = run.work(cutAfter: count, ignoring: kinds)
      for seed in seeds { faults += try run.faults(seed: seed).map { "after \(count): \($0)" } }
    }
    return faults
  }

  @Test func everyPowerCutLeavesAcknowledgedObjectsWhole() throws {
    #expect(operationCount() > 80)
    #expect(try faults(ignoring: [], seeds: 0..<8) == [])
  }

  @Test func afterAPowerCutTheSameWorkSucceeds() throws {
    for count in 0...operationCount() {
      var first = Run()
      _ = first.work(cutAfter: count)
      var second = Run(disk: first.disk.afterCrash(seed: UInt64(count)))
      let ended = second.work()
      #expect(ended, "after \(count)")
      let store = try FileStore(disk: second.disk, path: "/")
      _ = try store.removeAbandoned(writtenBefore: Timestamp(seconds: .max, nanoseconds: 0))
      let files = try StoreListing(disk: second.disk, root: .current).allNames()
      #expect(files == ["config", "packs/ab/one", "packs/ab/three", "refs/b"], "after \(count)")
    }
  }

  @Test func aFailedSyncIsNeverTakenForSuccess() throws {
    for number in 1...40 {
      var run = Run()
      run.disk.failSyncs([number])
      _ = run.work()
      for seed in 0..<4 as Range<UInt64> {
        #expect(try run.faults(seed: seed).filter { !$0.contains("outlived") } == [], "\(number)")
      }
    }
  }

  @Test(arguments: [FileKind.regular, .folder])
  func aDiskThatIgnoresSyncsIsNoticed(_ kind: FileKind) throws {
    #expect(try !faults(ignoring: [kind], seeds: 0..<4).isEmpty)
  }
}

extension StoreListing {
  /// Every regular file, temporary ones too.
  fileprivate func allNames() throws -> [FileName] {
    var listing = self
    let objects = try listing.objects(under: "").map { FileName($0.name) }
    return (objects + (try listing.temporaries().map(\.path))).sorted()
  }
}
