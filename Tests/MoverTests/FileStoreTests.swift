import FrameEngine
import Glibc
import Testing

@testable import Mover

@Suite struct FileStoreTests {
  let folder: TemporaryFolder
  let store: FileStore
  let disk = ThreadDisk()

  init() throws {
    folder = try TemporaryFolder()
    store = try FileStore(disk: disk, path: folder.path)
  }

  private func read(_ name: String, at offset: Int64, count: Int) throws -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var span = bytes.mutableSpan
    var buffer = unsafe span.mutableBytes
    let done = try store.read(name, at: offset, into: &buffer)
    return Array(bytes[..<done])
  }

  private func append(_ bytes: [UInt8], to upload: any Upload) throws {
    try upload.append(unsafe bytes.span.bytes)
  }

  private var temporaries: [FileName] {
    get throws { try disk.entries(of: folder.handle).map(\.name).filter { $0.bytes.first == 46 } }
  }

  @Test func anObjectIsReadAsItWasPut() throws {
    try store.put("packs/ab/first", [1, 2, 3, 4, 5])
    #expect(try store.get("packs/ab/first", limit: 5) == [1, 2, 3, 4, 5])
    #expect(try store.size("packs/ab/first") == 5)
    #expect(try read("packs/ab/first", at: 3, count: 10) == [4, 5])
  }

  @Test func putReplaces() throws {
    try store.put("a", [1])
    #expect(try read("a", at: 0, count: 4) == [1])
    try store.put("a", [2, 2])
    #expect(try read("a", at: 0, count: 4) == [2, 2])
  }

  @Test func putIfAbsentKeepsTheFirst() throws {
    #expect(try store.putIfAbsent("refs/1", [1]))
    #expect(try !store.putIfAbsent("refs/1", [2]))
    #expect(try store.get("refs/1", limit: 10) == [1])
    #expect(try store.list("") == [StoredObject(name: "refs/1", size: 1)])
  }

  @Test func ofManyWritersOneIsFirst() throws {
    let wins = Condition(0)
    runWorkers(count: 8) { index in
      for object in 0..<20 where (try? store.putIfAbsent("o\(object)", [UInt8(index)])) == true {
        wins.withLock { $0 += 1 }
      }
    }
    #expect(wins.withLock { $0 } == 20)
    #expect(try store.list("").count == 20)
  }

  @Test func whatIsMissingIsSaidSo() throws {
    #expect(try store.get("none", limit: 1) == nil)
    #expect(try store.get("no/ne", limit: 1) == nil)
    #expect(try store.size("none") == nil)
    #expect(try store.list("none/") == [])
    try store.delete("none")
    let error = #expect(throws: StoreError.self) { try read("none", at: 0, count: 1) }
    #expect(error?.code == .missing)
  }

  @Test func anObjectLargerThanTheLimitIsRefused() throws {
    try store.put("big", [UInt8](repeating: 1, count: 100))
    let error = #expect(throws: StoreError.self) { try store.get("big", limit: 99) }
    #expect(error?.code == .limit)
  }

  @Test(arguments: ["", "..", "../a", "a//b", "/a", "a/", ".tmp-1-2-3", "a/.tmp-x", "ü", "a b"])
  func namesThatNoObjectMayHaveAreRefused(_ name: String) throws {
    #expect(throws: StoreError.self) { try store.put(name, [1]) }
    #expect(throws: StoreError.self) { try store.get(name, limit: 1) }
    #expect(throws: StoreError.self) { try store.delete(name) }
  }

  @Test func anUploadIsSeenOnlyWhenFinished() throws {
    let pieces = (0..<5).map { [UInt8](repeating: UInt8($0), count: 700_000) }
    let upload = try store.makeUpload("packs/p")
    for piece in pieces { try append(piece, to: upload) }
    #expect(try store.get("packs/p", limit: 1 << 30) == nil)
    #expect(try store.list("packs/") == [])
    try upload.finish()
    #expect(try store.get("packs/p", limit: 1 << 30) == Array(pieces.joined()))
    #expect(throws: StoreError.self) { try upload.finish() }
    #expect(throws: StoreError.self) { try append(pieces[0], to: upload) }
  }

  @Test func lettingGoOfAnUploadLeavesNothing() throws {
    var upload: (any Upload)? = try store.makeUpload("p")
    if let upload { try append([1, 2, 3], to: upload) }
    #expect(try temporaries.count == 1)
    upload = nil
    #expect(try temporaries == [])
    #expect(try store.size("p") == nil)
  }

  @Test func aListingHoldsThePrefixOnly() throws {
    for name in ["a/1", "a/b/2", "ab/3", "4"] { try store.put(name, [0]) }
    #expect(Set(try store.list("a/").map(\.name)) == ["a/1", "a/b/2"])
    #expect(Set(try store.list("").map(\.name)) == ["a/1", "a/b/2", "ab/3", "4"])
  }

  @Test func aDeletedObjectIsNotReadFromAnOpenFile() throws {
    try store.put("a", [1])
    #expect(try read("a", at: 0, count: 1) == [1])
    try store.delete("a")
    #expect(throws: StoreError.self) { try read("a", at: 0, count: 1) }
  }

  @Test func manyOpenObjectsStayWithinTheLimitOfDescriptors() throws {
    for index in 0..<100 { try store.put("o\(index)", [UInt8(index)]) }
    for index in 0..<100 { #expect(try read("o\(index)", at: 0, count: 1) == [UInt8(index)]) }
    let open = try disk.open("/proc/self/fd", in: .current, .folder)
    let links = try disk.entries(of: open).filter { entry in
      (try? disk.readSymbolicLink(entry.name, in: open))
        .map { $0.starts(with: folder.path.bytes) && $0.count > folder.path.bytes.count } ?? false
    }
    try disk.close(open)
    #expect(links.count <= 32)
  }

  @Test func onlyWhatDeadWritersLeftIsRemoved() throws {
    let here = TemporaryName.Owner.current
    let dead = TemporaryName(owner: .init(machine: here.machine, process: 0x7FFF_FFF0))
    let living = TemporaryName(owner: here)
    let elsewhere = TemporaryName(owner: .init(machine: here.machine &+ 1, process: 1))
    let old = TemporaryName(owner: .init(machine: here.machine &+ 1, process: 2))
    try store.put("inner/object", [1])
    let inner = try disk.open("inner", in: folder.handle, .folder)
    for name in [dead, living, elsewhere, old] {
      try disk.makeFile(name.fileName, in: inner, [1])
    }
    let yesterday = Timestamp(seconds: 1_000_000_000, nanoseconds: 0)
    try disk.setTimes(old.fileName, in: inner, modified: yesterday)
    let cut = Timestamp(seconds: 1_000_000_001, nanoseconds: 0)
    #expect(try store.removeAbandoned(writtenBefore: cut) == 2)
    let left = Set(try disk.entries(of: inner).map(\.name))
    #expect(left == [living.fileName, elsewhere.fileName, "object"])
    try disk.close(inner)
  }
}
