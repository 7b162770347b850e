import FrameEngine
import Glibc
import Testing

@testable import Mover

/// The calls of a real kernel, on an ordinary file system.
@Suite struct DiskTests {
  let disk = ThreadDisk()
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func make(_ name: FileName, _ bytes: [UInt8] = []) throws -> Handle {
    let handle = try disk.open(name, in: folder.handle, .create(mode: 0o640))
    try disk.write(handle, at: 0, bytes)
    return handle
  }

  @Test func whatIsWrittenIsRead() throws {
    try disk.makeFile("a", in: folder.handle, pattern(10_000))
    #expect(try disk.contents(of: "a", in: folder.handle) == pattern(10_000))
    #expect(try disk.status(of: "a", in: folder.handle).size == 10_000)
  }

  @Test func aListingHoldsEveryNameAndKind() throws {
    for index in 0..<3_000 { try disk.makeFile(FileName("n\(index)"), in: folder.handle, []) }
    try disk.makeFolder("inner", in: folder.handle, mode: 0o755)
    try disk.makeSymbolicLink("link", in: folder.handle, to: Array("nowhere".utf8))
    try disk.makeNode("fifo", in: folder.handle, mode: S_IFIFO | 0o600, device: 0)
    let odd = FileName([0xFF, 10] + [UInt8](repeating: 120, count: 253))
    try disk.makeFile(odd, in: folder.handle, [])
    let entries = try disk.entries(of: folder.handle)
    #expect(Set(entries.map(\.name)).count == 3_004)
    for (name, kind) in [
      ("inner", .folder), ("link", .symbolicLink), ("fifo", .fifo), (odd, .regular),
    ] as [(FileName, FileKind)] {
      let entry = entries.first { $0.name == name }
      #expect(entry?.kind == kind)
      #expect(try disk.status(of: name, in: folder.handle).inode == entry?.inode)
    }
    #expect(try disk.entries(of: folder.handle).count == 3_004)
  }

  @Test func aFailureNamesOperationNameAndCause() throws {
    let missing = DiskError(.open, code: ENOENT, name: "none")
    #expect(throws: missing) { try disk.open("none", in: folder.handle, .read()) }
    #expect(missing.description == "none: open: No such file or directory")
    try disk.makeFile("a", in: folder.handle, [])
    #expect(throws: DiskError(.open, code: EEXIST, name: "a")) {
      try disk.open("a", in: folder.handle, .create(mode: 0o600))
    }
    #expect(throws: DiskError(.open, code: ENOTDIR, name: "a")) {
      try disk.open("a", in: folder.handle, .folder)
    }
    #expect(throws: DiskError(.makeFolder, code: EEXIST, name: "a")) {
      try disk.makeFolder("a", in: folder.handle, mode: 0o700)
    }
  }

  @Test func aFifoInAFilesPlaceBlocksNobody() throws {
    try disk.makeNode("fifo", in: folder.handle, mode: S_IFIFO | 0o600, device: 0)
    let handle = try disk.open("fifo", in: folder.handle, .read())
    #expect(try disk.status(of: handle).kind == .fifo)
    try disk.close(handle)
  }

  @Test func linksAreKeptAsTheyAre() throws {
    let target = [UInt8](repeating: 116, count: 4_000)
    try disk.makeSymbolicLink("link", in: folder.handle, to: target)
    #expect(try disk.readSymbolicLink("link", in: folder.handle) == target)
    #expect(try disk.status(of: "link", in: folder.handle).kind == .symbolicLink)
    #expect(throws: DiskError.self) { try disk.open("link", in: folder.handle, .read()) }
    #expect(throws: DiskError(.makeLink, code: EEXIST, name: "link")) {
      try disk.makeSymbolicLink("link", in: folder.handle, to: target)
    }
  }

  @Test func namesAreLinkedRenamedAndRemoved() throws {
    let f = folder.handle
    try disk.makeFile("a", in: f, [1])
    try disk.makeFile("b", in: f, [2])
    try disk.link("a", in: f, to: "c", in: f)
    #expect(try disk.status(of: "a", in: f).linkCount == 2)
    #expect(throws: DiskError(.link, code: EEXIST, name: "b")) {
      try disk.link("a", in: f, to: "b", in: f)
    }
    try disk.rename("a", in: f, to: "b", in: f)
    #expect(throws: DiskError.self) { try disk.status(of: "a", in: f) }
    try disk.remove("b", in: f, isFolder: false)
    #expect(try disk.contents(of: "c", in: f) == [1])
    try disk.makeFolder("d", in: f, mode: 0o755)
    #expect(throws: DiskError(.remove, code: EISDIR, name: "d")) {
      try disk.remove("d", in: f, isFolder: false)
    }
    try disk.remove("d", in: f, isFolder: true)
    #expect(try disk.entries(of: f).map(\.name) == ["c"])
  }

  @Test func modesOwnersAndTimesAreSetToTheNanosecond() throws {
    let handle = try make("a")
    let time = Timestamp(seconds: 1_234_567_890, nanoseconds: 123_456_789)
    try disk.setMode(handle, 0o4751)
    try disk.setTimes(handle, modified: time)
    let status = try disk.status(of: handle)
    #expect(status.mode == 0o4751)
    #expect(status.modified == time)
    #expect(status == (try disk.status(of: "a", in: folder.handle)))
    try disk.setOwner(handle, user: status.user, group: status.group)
    try disk.close(handle)

    try disk.makeSymbolicLink("link", in: folder.handle, to: Array("a".utf8))
    let early = Timestamp(seconds: -1, nanoseconds: 5)
    try disk.setTimes("link", in: folder.handle, modified: early)
    try disk.setOwner("link", in: folder.handle, user: status.user, group: status.group)
    #expect(try disk.status(of: "link", in: folder.handle).modified == early)
    #expect(try disk.status(of: "a", in: folder.handle).modified == time)
  }

  @Test func attributesAreKept() throws {
    let handle = try make("a")
    #expect(try disk.attributes(of: handle) == [])
    let small = ExtendedAttribute(name: Array("user.b".utf8), value: [0, 255, 10])
    let empty = ExtendedAttribute(name: Array("user.a".utf8), value: [])
    let large = ExtendedAttribute(name: Array("user.large".utf8), value: pattern(2_000))
    try disk.setAttribute(handle, small)
    try disk.setAttribute("a", in: folder.handle, empty)
    try disk.setAttribute("a", in: folder.handle, large)
    #expect(try disk.attributes(of: handle) == [empty, small, large])
    #expect(try disk.attributes(of: "a", in: folder.handle) == [empty, small, large])
    let path = folder.path.appending("a")
    #expect(try disk.attributes(of: path, in: .current) == [empty, small, large])
    try disk.close(handle)
  }

  @Test func holesAreFound() throws {
    let handle = try make("a")
    try disk.setSize(handle, to: 4 << 20)
    #expect(try disk.nextData(handle, from: 0, size: 4 << 20) == nil)
    try disk.write(handle, at: 1 << 20, pattern(100))
    let data = try disk.nextData(handle, from: 0, size: 4 << 20)
    #expect(data?.contains(1 << 20) == true)
    #expect(data?.contains((1 << 20) + 99) == true)
    #expect(try disk.nextData(handle, from: data?.upperBound ?? 0, size: 4 << 20) == nil)
    #expect(try disk.status(of: handle).allocated < 1 << 20)
    try disk.close(handle)
  }

  @Test func reservedSpaceChangesNoContent() throws {
    let handle = try make("a", [1, 2, 3])
    try disk.reserve(handle, byteCount: 1 << 20)
    let status = try disk.status(of: handle)
    #expect(status.size == 3)
    #expect(status.allocated >= 1 << 20)
    try disk.reserve(handle, byteCount: 0)
    try disk.close(handle)
  }

  @Test func rangesAreCopiedInTheKernelOrNotAtAll() throws {
    let source = try make("a", pattern(100_000))
    let target = try make("b")
    let count = try disk.copyRange(
      from: source, at: 100, to: target, at: 10, byteCount: 1 << 20)
    #expect(count == 0 || count == 99_900)
    if count > 0 {
      #expect(try disk.read(target, at: 10, count: 99_900) == Array(pattern(100_000)[100...]))
    }
    if try disk.clone(source, to: target) {
      #expect(try disk.read(target, at: 0, count: 100_001) == pattern(100_000))
    }
    for handle in [source, target] { try disk.close(handle) }
  }

  @Test func directAccessReadsWhatPlainAccessWrote() throws {
    let handle = try make("a", pattern(10_000))
    try disk.sync(handle)
    try disk.sync(folder.handle)
    try disk.syncFileSystem(folder.handle)
    try disk.close(handle)
    let direct = try disk.open("a", in: folder.handle, .read(direct: true))
    var buffer = Buffer(capacity: 16_384)
    var bytes = buffer.mutableBytes
    let count = try disk.read(direct, at: 0, into: &bytes)
    #expect(count == 10_000)
    let same = buffer.withBytes(0..<count) { unsafe $0.withUnsafeBytes { unsafe Array($0) } }
    #expect(same == pattern(10_000))
    try disk.close(direct)
  }

  @Test func thePageCacheIsToldOf() throws {
    let handle = try make("a", pattern(100_000))
    if let cached = try disk.cachedByteCount(of: handle) { #expect(cached >= 100_000) }
    try disk.close(handle)
  }

  @Test func mountsAreKnownByTheirType() throws {
    let proc = try disk.open("/proc", in: .current, .folder)
    #expect(try disk.fileSystem(of: proc) == FileSystem(magic: 0x9FA0, isRemote: false))
    #expect(FileSystem(magic: 0x6969).isRemote)
    #expect(FileSystem(magic: 0xFF53_4D42).isRemote)
    #expect(!FileSystem(magic: 0xEF53).isRemote)
    try disk.close(proc)
  }
}
