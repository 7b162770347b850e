import FrameEngine
import Glibc
import Synchronization
import Testing

@testable import Mover

/// What every `Disk` must do, sentence by sentence of its contract.
@Suite struct DiskConformance {
  @Test(arguments: DiskPlace.available)
  func whatIsWrittenIsRead(_ place: DiskPlace) throws {
    let site = try place.make()
    for size in [0, 1, 4096, 70_001, 3 << 20 | 17] {
      let name = FileName("size-\(size)")
      let bytes = pattern(size)
      try site.disk.makeFile(name, in: site.folder, bytes)
      #expect(try site.disk.contents(of: name, in: site.folder, limit: 4 << 20) == bytes)
      #expect(try site.disk.status(of: name, in: site.folder).size == Int64(size))
    }
    let file = try site.disk.open("size-70001", in: site.folder, .read())
    #expect(try site.disk.read(file, at: 70_000, count: 10) == [pattern(70_001)[70_000]])
    #expect(try site.disk.read(file, at: 1 << 40, count: 10) == [])
    #expect(try site.disk.status(of: file).kind == .regular)
    try site.disk.close(file)
    #expect(throws: DiskError.self) { try site.disk.close(file) }
  }

  @Test(arguments: DiskPlace.available)
  func aRangeIsWhatWasWrittenLast(_ place: DiskPlace) throws {
    let site = try place.make()
    defer { withExtendedLifetime(site) {} }
    let (disk, folder) = (site.disk, site.folder)
    let file = try disk.open("f", in: folder, .create(mode: 0o640))
    try disk.write(file, at: 0, pattern(100_000))
    try disk.write(file, at: 50_000, [UInt8](repeating: 7, count: 20_000))
    try disk.write(file, at: 60_000, [UInt8](repeating: 8, count: 20_000))
    try disk.setSize(file, to: 65_000)
    try disk.setSize(file, to: 90_000)
    try disk.sync(file)
    try disk.close(file)
    try disk.syncFileSystem(folder)
    let wanted =
      pattern(100_000)[..<50_000] + [UInt8](repeating: 7, count: 10_000)
      + [UInt8](repeating: 8, count: 5_000) + [UInt8](repeating: 0, count: 25_000)
    #expect(try disk.contents(of: "f", in: folder) == Array(wanted))
    let again = try disk.open("f", in: folder, .update())
    try disk.write(again, at: 0, [1])
    try disk.close(again)
    #expect(try disk.contents(of: "f", in: folder, limit: 1) == [1])
  }

  @Test(arguments: DiskPlace.available)
  func aListingHoldsEveryNameAndKind(_ place: DiskPlace) throws {
    let site = try place.make()
    defer { withExtendedLifetime(site) {} }
    let (disk, folder) = (site.disk, site.folder)
    for index in 0..<1_500 { try disk.makeFile(FileName("n\(index)"), in: folder, []) }
    try disk.makeFolder("inner", in: folder, mode: 0o755)
    try disk.makeSymbolicLink("link", in: folder, to: Array("nowhere".utf8))
    try disk.makeNode("fifo", in: folder, mode: S_IFIFO | 0o600, device: 0)
    let odd = FileName([0xFF, 10] + [UInt8](repeating: 120, count: 253))
    try disk.makeFile(odd, in: folder, [])
    let entries = try disk.entries(of: folder)
    #expect(Set(entries.map(\.name)).count == 1_504)
    for (name, kind) in [
      ("inner", .folder), ("link", .symbolicLink), ("fifo", .fifo), (odd, .regular),
    ] as [(FileName, FileKind)] {
      let entry = entries.first { $0.name == name }
      #expect(entry?.kind == kind || entry?.kind == nil)
      let status = try disk.status(of: name, in: folder)
      #expect(status.inode == entry?.inode)
      #expect(status.kind == kind)
    }
    #expect(try disk.entries(of: folder).count == 1_504)
  }

  @Test(arguments: DiskPlace.available)
  func aFailureNamesOperationNameAndCause(_ place: DiskPlace) throws {
    let site = try place.make()
    defer { withExtendedLifetime(site) {} }
    let (disk, folder) = (site.disk, site.folder)
    try disk.makeFile("a", in: folder, [])
    #expect(throws: DiskError(.open, code: ENOENT, name: "none")) {
      try disk.open("none", in: folder, .read())
    }
    #expect(throws: DiskError(.open, code: EEXIST, name: "a")) {
      try disk.open("a", in: folder, .create(mode: 0o600))
    }
    #expect(throws: DiskError(.open, code: ENOTDIR, name: "a")) {
      try disk.open("a", in: folder, .folder)
    }
    #expect(throws: DiskError(.makeFolder, code: EEXIST, name: "a")) {
      try disk.makeFolder("a", in: folder, mode: 0o700)
    }
    #expect(throws: DiskError(.status, code: ENOENT, name: "none")) {
      try disk.status(of: "none", in: folder)
    }
  }

  @Test(arguments: DiskPlace.available)
  func linksAreKeptAsTheyAre(_ place: DiskPlace) throws {
    let site = try place.make()
    defer { withExtendedLifetime(site) {} }
    let (disk, folder) = (site.disk, site.folder)
    let target = [UInt8](repeating: 116, count: 1_000)
    try disk.makeSymbolicLink("link", in: folder, to: target)
    #expect(try disk.readSymbolicLink("link", in: folder) == target)
    #expect(try disk.status(of: "link", in: folder).kind == .symbolicLink)
    #expect(throws: DiskError.self) { try disk.open("link", in: folder, .read()) }
    #expect(throws: DiskError.self) { try disk.open("link", in: folder, .folder) }
    #expect(throws: DiskError(.makeLink, code: EEXIST, name: "link")) {
      try disk.makeSymbolicLink("link", in: folder, to: target)
    }
  }

  @Test(arguments: DiskPlace.available)
  func namesAreLinkedRenamedAndRemoved(_ place: DiskPlace) throws {
    let site = try place.make()
    defer { withExtendedLifetime(site) {} }
    let (disk, f) = (site.disk, site.folder)
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
    #expect(throws: DiskError.self) { try disk.remove("d", in: f, isFolder: false) }
    try disk.makeFile("d/e", in: f, [3])
    #expect(throws: DiskError(.remove, code: ENOTEMPTY, name: "d")) {
      try disk.remove("d", in: f, isFolder: true)
    }
    #expect(throws: DiskError(.remove, code: ENOENT, name: "none")) {
      try disk.remove("none", in: f, isFolder: false)
    }
    #expect(try disk.removeTree("d", in: f) == 2)
    // What was replaced or removed with bytes that were never synced is no trouble to others.
    try disk.syncFileSystem(f)
    #expect(try disk.entries(of: f).map(\.name) == ["c"])
  }

  @Test(arguments: DiskPlace.available)
  func pathsLeadThroughFoldersAndLinks(_ place: DiskPlace) throws {
    let site = try place.make()
    let disk = site.disk
    try disk.makeFolders(site.path.appending("one/two/three"))
    try disk.makeFolders(site.path.appending("one/two/three"))
    try disk.makeFile("one/two/file", in: site.folder, [5])
    try disk.makeSymbolicLink("one/short", in: site.folder, to: Array("../one/./two".utf8))
    #expect(try disk.contents(of: "one/short/file", in: site.folder) == [5])
    #expect(try disk.contents(of: site.path.appending("one/two/file"), in: .current) == [5])
    let folder = try disk.open("one/short/.", in: site.folder, .folder)
    #expect(try Set(disk.entries(of: folder).map(\.name)) == ["file", "three"])
    let above = try disk.open("..", in: folder, .folder)
    #expect(try Set(disk.entries(of: above).map(\.name)) == ["short", "two"])
    for handle in [folder, above] { try disk.close(handle) }
    try disk.makeSymbolicLink("loop", in: site.folder, to: Array("loop".utf8))
    #expect(throws: DiskError(.open, code: ELOOP, name: "loop/x")) {
      try disk.open("loop/x", in: site.folder, .read())
    }
    #expect(throws: DiskError(.open, code: ENOTDIR, name: "one/two/file/x")) {
      try disk.open("one/two/file/x", in: site.folder, .read())
    }
  }

  @Test(arguments: DiskPlace.available)
  func modesOwnersAndTimesAreSetToTheNanosecond(_ place: DiskPlace) throws {
    let site = try place.make()
    defer { withExtendedLifetime(site) {} }
    let (disk, folder) = (site.disk, site.folder)
    let file = try disk.open("a", in: folder, .create(mode: 0o640))
    #expect(try disk.status(of: file).mode == 0o640)
    let time = Timestamp(seconds: 1_234_567_890, nanoseconds: 123_456_789)
    try disk.write(file, at: 0, [1, 2, 3])
    try disk.setMode(file, 0o4751)
    try disk.setTimes(file, modified: time)
    try disk.sync(file)
    let status = try disk.status(of: file)
    #expect(status.mode == 0o4751)
    #expect(status.modified == time)
    #expect(status == (try disk.status(of: "a", in: folder)))
    try disk.setOwner(file, user: status.user, group: status.group)
    try disk.close(file)
    try disk.makeSymbolicLink("link", in: folder, to: Array("a".utf8))
    let early = Timestamp(seconds: 1, nanoseconds: 5)
    try disk.setTimes("link", in: folder, modified: early)
    try disk.setOwner("link", in: folder, user: status.user, group: status.group)
    // NFS-Ganesha answers that it has set the time of a link, and has not.
    if place.isLocal { #expect(try disk.status(of: "link", in: folder).modified == early) }
    #expect(try disk.status(of: "a", in: folder).modified == time)
  }

  @Test(arguments: DiskPlace.available)
  func attributesAreKeptOrRefused(_ place: DiskPlace) throws {
    let site = try place.make()
    defer { withExtendedLifetime(site) {} }
    let (disk, folder) = (site.disk, site.folder)
    let file = try disk.open("a", in: folder, .create(mode: 0o640))
    defer { disk.abandon(file) }
    #expect(try disk.attributes(of: file) == [])
    #expect(try disk.attributes(of: "a", in: folder) == [])
    let one = ExtendedAttribute(name: Array("user.b".utf8), value: [0, 255, 10])
    guard place.isLocal else {
      #expect(throws: DiskError(.setAttribute, code: EOPNOTSUPP)) {
        try disk.setAttribute(file, one)
      }
      return
    }
    try disk.setAttribute(file, one)
    #expect(try disk.attributes(of: "a", in: folder) == [one])
    try disk.removeAttribute(file, named: one.name)
    #expect(try disk.attributes(of: file) == [])
  }

  @Test(arguments: DiskPlace.available)
  func ofManyExactlyOneMakesAFile(_ place: DiskPlace) throws {
    let site = try place.make()
    let made = Atomic<Int>(0)
    let others = Atomic<Int>(0)
    runWorkers(count: 8) { _ in
      for index in 0..<20 {
        do throws(DiskError) {
          let name = FileName("f\(index)")
          try site.disk.close(try site.disk.open(name, in: site.folder, .create(mode: 0o600)))
          made.add(1, ordering: .relaxed)
        } catch {
          if error.code != EEXIST { others.add(1, ordering: .relaxed) }
        }
      }
    }
    #expect(made.load(ordering: .relaxed) == 20)
    #expect(others.load(ordering: .relaxed) == 0)
  }

  @Test(arguments: DiskPlace.available)
  func serversDoNotCopyWhatTheyCannot(_ place: DiskPlace) throws {
    let site = try place.make()
    defer { withExtendedLifetime(site) {} }
    let (disk, folder) = (site.disk, site.folder)
    try disk.makeFile("a", in: folder, pattern(50_000))
    let source = try disk.open("a", in: folder, .read())
    let target = try disk.open("b", in: folder, .create(mode: 0o600))
    let count = try disk.copyRange(from: source, at: 0, to: target, at: 0, byteCount: 50_000)
    if count > 0 {
      #expect(try disk.read(target, at: 0, count: 60_000) == pattern(50_000))
    }
    if !place.isLocal { #expect(count == 0) }
    let data = try disk.nextData(source, from: 0, size: 50_000)
    #expect(data?.lowerBound == 0)
    #expect(try disk.nextData(source, from: 50_000, size: 50_000) == nil)
    try disk.reserve(target, byteCount: 100_000)
    for handle in [source, target] { try disk.close(handle) }
  }

  @Test(arguments: DiskPlace.available)
  func aBatchDoesWhatSingleCallsDo(_ place: DiskPlace) throws {
    let site = try place.make()
    defer { withExtendedLifetime(site) {} }
    let (disk, folder) = (site.disk, site.folder)
    let file = try disk.open("target", in: folder, .create(mode: 0o600))
    defer { disk.abandon(file) }
    for index in 0..<100 {
      try disk.makeFile(FileName("f\(index)"), in: folder, pattern(index * 50))
    }
    try disk.makeFolder("inner", in: folder, mode: 0o755)
    try disk.makeSymbolicLink("link", in: folder, to: Array("f1".utf8))
    let source = Memory(pattern(100_000))
    let buffers = (0..<100).map { _ in Memory(count: 4_096) }
    var batch = Batch()
    for index in 0..<100 {
      let name = FileName("f\(index)")
      unsafe batch.append(.load(name, in: folder, into: buffers[index].bytes))
      batch.append(.status(name, in: folder))
      let part = unsafe UnsafeRawBufferPointer(
        rebasing: source.bytes[index * 1_000..<(index + 1) * 1_000])
      unsafe batch.append(.write(file, at: Int64(index * 1_000), from: part))
    }
    for name in ["missing", "inner", "link"] as [FileName] {
      unsafe batch.append(.load(name, in: folder, into: buffers[0].bytes))
    }
    batch.append(.status("missing", in: folder))
    try disk.makeLane().perform(&batch)
    for index in 0..<100 {
      let size = min(index * 50, 4_096)
      #expect(try batch.results[index * 3].get() == size)
      if index > 0 { #expect(buffers[index].array(size) == Array(pattern(index * 50)[..<size])) }
      let status = batch.statuses[try batch.results[index * 3 + 1].get()]
      #expect(status.size == Int64(index * 50))
      #expect(batch.results[index * 3 + 2] == .success(1_000))
    }
    #expect(batch.results[300] == .failure(DiskError(.open, code: ENOENT, name: "missing")))
    #expect(batch.results[301] == .failure(DiskError(.read, code: EISDIR, name: "inner")))
    #expect(batch.results[302] == .failure(DiskError(.open, code: ELOOP, name: "link")))
    #expect(batch.results[303] == .failure(DiskError(.status, code: ENOENT, name: "missing")))
    #expect(try disk.read(file, at: 0, count: 200_000) == pattern(100_000))
  }
}
