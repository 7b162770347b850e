import FrameEngine
import Glibc
import Synchronization
import Testing

@testable import Mover

/// The contract of `Disk` over a share of a real server, as far as the place can keep it.
@Suite(.enabled(if: TestShare.isThere)) struct SMBDiskTests {
  let disk: SMBDisk
  let folder: Handle

  init() throws {
    disk = try TestShare.open()
    folder = try disk.open(try TestShare.makeFolder(on: disk), in: .current, .folder)
  }

  @Test func whatIsWrittenIsRead() throws {
    for count in [0, 1, 10_000, (2 << 20) + 1, 5_000_000] {
      let name = FileName("size-\(count)")
      try disk.makeFile(name, in: folder, pattern(count))
      #expect(try disk.contents(of: name, in: folder, limit: 6_000_000) == pattern(count))
      #expect(try disk.status(of: name, in: folder).size == Int64(count))
    }
  }

  @Test func readsAndWritesGoWhereTheyShould() throws {
    let file = try disk.open("a", in: folder, .create(mode: 0o600))
    try disk.write(file, at: 100, [1, 2, 3])
    #expect(try disk.read(file, at: 99, count: 10) == [0, 1, 2, 3])
    #expect(try disk.read(file, at: 103, count: 10) == [])
    try disk.setSize(file, to: 101)
    #expect(try disk.status(of: file).size == 101)
    try disk.setSize(file, to: 3 << 20)
    #expect(try disk.read(file, at: (3 << 20) - 2, count: 10) == [0, 0])
    try disk.close(file)
    let update = try disk.open("a", in: folder, .update())
    try disk.write(update, at: 0, [9])
    try disk.close(update)
    let reader = try disk.open("a", in: folder, .read())
    #expect(try disk.read(reader, at: 0, count: 1) == [9])
    #expect(throws: DiskError(.write, code: EBADF)) { try disk.write(reader, at: 0, [1]) }
    try disk.close(reader)
    #expect(throws: DiskError(.close, code: EBADF)) { try disk.close(reader) }
  }

  @Test func aListingHoldsEveryNameAndKind() throws {
    let names = (0..<2_000).map { FileName("n\($0)") }
    let failures = Atomic<Int>(0)
    runWorkers(count: 4) { index in
      for number in stride(from: index, to: names.count, by: 4) {
        do { try disk.makeFile(names[number], in: folder, []) } catch {
          failures.add(1, ordering: .relaxed)
        }
      }
    }
    #expect(failures.load(ordering: .relaxed) == 0)
    try disk.makeFolder("inner", in: folder, mode: 0o755)
    let odd: [FileName] = ["caf\u{E9} 100% #1 & more;'~", ".hidden", "\u{4E16}\u{754C}", "a+b=c"]
    for name in odd { try disk.makeFile(name, in: folder, [1]) }
    let entries = try disk.entries(of: folder)
    #expect(Set(entries.map(\.name)) == Set(names + odd + ["inner"]))
    #expect(entries.count == names.count + odd.count + 1)
    #expect(entries.first { $0.name == "inner" }?.kind == .folder)
    for name in odd {
      #expect(
        try disk.status(of: name, in: folder).inode == entries.first { $0.name == name }?.inode)
    }
  }

  /// A listing answers for the statuses that follow, each once; then the server is asked.
  @Test func statusesAreThoseOfTheListingOnceOnly() throws {
    try disk.makeFile("a", in: folder, [1, 2, 3])
    _ = try disk.entries(of: folder)
    var batch = Batch()
    for name in ["a", "none"] as [FileName] { batch.append(.status(name, in: folder)) }
    try disk.makeLane().perform(&batch)
    #expect(try batch.statuses[batch.results[0].get()].size == 3)
    #expect(batch.results[1] == .failure(DiskError(.status, code: ENOENT, name: "none")))
    let asked = try disk.status(of: "a", in: folder)
    #expect(asked == batch.statuses[try batch.results[0].get()])
    let file = try disk.open("a", in: folder, .read())
    #expect(try disk.status(of: file) == asked)
    try disk.close(file)
  }

  @Test func aFailureNamesOperationNameAndCause() throws {
    #expect(throws: DiskError(.open, code: ENOENT, name: "none")) {
      try disk.open("none", in: folder, .read())
    }
    #expect(throws: DiskError(.status, code: ENOENT, name: "no/ne")) {
      try disk.status(of: "no/ne", in: folder)
    }
    try disk.makeFile("a", in: folder, [])
    #expect(throws: DiskError(.open, code: EEXIST, name: "a")) {
      try disk.open("a", in: folder, .create(mode: 0o600))
    }
    #expect(throws: DiskError(.open, code: ENOTDIR, name: "a")) {
      try disk.open("a", in: folder, .folder)
    }
    #expect(throws: DiskError(.makeFolder, code: EEXIST, name: "a")) {
      try disk.makeFolder("a", in: folder, mode: 0o700)
    }
    #expect(throws: DiskError(.remove, code: ENOENT, name: "none")) {
      try disk.remove("none", in: folder, isFolder: false)
    }
  }

  @Test(arguments: ["a:b", "q?", "s*", "b\\s", "l<", "p|", "dot.", "space ", "x\"", "c\u{1}"])
  func namesThatServersForbidAreRefused(_ name: String) throws {
    let name = FileName(name)
    let unstorable = DiskError(.open, code: EILSEQ, name: name)
    #expect(throws: unstorable) { try disk.open(name, in: folder, .create(mode: 0o600)) }
    #expect(unstorable.description.contains("cannot hold such a name"))
    #expect(throws: DiskError(.makeFolder, code: EILSEQ, name: name)) {
      try disk.makeFolder(name, in: folder, mode: 0o700)
    }
    #expect(throws: DiskError(.status, code: ENOENT, name: name)) {
      try disk.status(of: name, in: folder)
    }
    try disk.makeFile("a", in: folder, [])
    #expect(throws: DiskError(.rename, code: EILSEQ, name: name)) {
      try disk.rename("a", in: folder, to: name, in: folder)
    }
    #expect(try disk.entries(of: folder).map(\.name) == ["a"])
  }

  @Test func namesAreRenamedAndRemoved() throws {
    try disk.makeFile("a", in: folder, [1])
    try disk.makeFile("b", in: folder, [2])
    try disk.rename("a", in: folder, to: "b", in: folder)
    #expect(throws: DiskError.self) { try disk.status(of: "a", in: folder) }
    #expect(try disk.contents(of: "b", in: folder) == [1])
    #expect(throws: DiskError(.rename, code: ENOENT, name: "c")) {
      try disk.rename("none", in: folder, to: "c", in: folder)
    }
    try disk.makeFolder("d", in: folder, mode: 0o755)
    #expect(throws: DiskError(.rename, code: EISDIR, name: "d")) {
      try disk.rename("b", in: folder, to: "d", in: folder)
    }
    #expect(throws: DiskError(.remove, code: EISDIR, name: "d")) {
      try disk.remove("d", in: folder, isFolder: false)
    }
    #expect(throws: DiskError(.remove, code: ENOTDIR, name: "b")) {
      try disk.remove("b", in: folder, isFolder: true)
    }
    try disk.makeFile("d/x", in: folder, [])
    #expect(throws: DiskError(.remove, code: ENOTEMPTY, name: "d")) {
      try disk.remove("d", in: folder, isFolder: true)
    }
    #expect(try disk.removeTree("d", in: folder) == 2)
    #expect(try disk.entries(of: folder).map(\.name) == ["b"])
  }

  @Test func anOpenFolderIsFollowedThroughItsRename() throws {
    try disk.makeFolder("old", in: folder, mode: 0o755)
    let inner = try disk.open("old", in: folder, .folder)
    try disk.makeFile("a", in: inner, [7])
    try disk.rename("old", in: folder, to: "new", in: folder)
    #expect(try disk.contents(of: "a", in: inner) == [7])
    try disk.setTimes(inner, modified: Timestamp(seconds: 1_000_000, nanoseconds: 0))
    #expect(try disk.status(of: "new", in: folder).modified.seconds == 1_000_000)
    try disk.close(inner)
  }

  @Test func ofManyRenamesToOneFreeNameOneIsMade() throws {
    let wins = Atomic<Int>(0)
    let failures = Atomic<Int>(0)
    let others = [disk, try TestShare.open()]
    let path = try disk.handles.entry(folder, .open).path
    runWorkers(count: 8) { index in
      for round in 0..<10 {
        let name = path.appending(FileName("part-\(index)-\(round)"))
        do {
          try others[index % 2].makeFile(name, in: .current, [UInt8(index)])
          do throws(DiskError) {
            try others[index % 2].renameIfAbsent(
              name, in: .current, to: path.appending(FileName("final-\(round)")), in: .current)
            wins.add(1, ordering: .relaxed)
          } catch {
            if error.code != EEXIST { failures.add(1, ordering: .relaxed) }
            try others[index % 2].remove(name, in: .current, isFolder: false)
          }
        } catch {
          failures.add(1, ordering: .relaxed)
        }
      }
    }
    #expect(failures.load(ordering: .relaxed) == 0)
    #expect(wins.load(ordering: .relaxed) == 10)
    #expect(Set(try disk.entries(of: folder).map(\.name)).count == 10)
    // What was made in this way is as any other file to its owner.
    try disk.makeFile("other", in: folder, [1, 2])
    try disk.rename("other", in: folder, to: "final-0", in: folder)
    #expect(try disk.contents(of: "final-0", in: folder) == [1, 2])
    try disk.remove("final-1", in: folder, isFolder: false)
  }

  @Test func timesAreKeptToTheMicrosecond() throws {
    let time = Timestamp(seconds: 1_234_567_890, nanoseconds: 123_456_789)
    let kept = Timestamp(seconds: 1_234_567_890, nanoseconds: 123_456_000)
    let file = try disk.open("a", in: folder, .create(mode: 0o640))
    try disk.write(file, at: 0, [1])
    try disk.setTimes(file, modified: time)
    #expect(try disk.status(of: file).modified == kept)
    try disk.close(file)
    #expect(try disk.status(of: "a", in: folder).modified == kept)
    let early = Timestamp(seconds: 1_000, nanoseconds: 0)
    try disk.setTimes("a", in: folder, modified: early)
    #expect(try disk.status(of: "a", in: folder).modified == early)
  }

  @Test func whatThePlaceDoesNotHaveIsRefused() throws {
    let file = try disk.open("a", in: folder, .create(mode: 0o640))
    #expect(throws: DiskError(.setMode, code: EOPNOTSUPP)) { try disk.setMode(file, 0o755) }
    #expect(throws: DiskError.self) { try disk.setOwner(file, user: 1, group: 1) }
    #expect(try disk.attributes(of: file) == [])
    #expect(throws: DiskError.self) {
      try disk.setAttribute(file, ExtendedAttribute(name: Array("user.a".utf8), value: []))
    }
    #expect(throws: DiskError.self) { try disk.link("a", in: folder, to: "b", in: folder) }
    #expect(throws: DiskError.self) {
      try disk.makeSymbolicLink("l", in: folder, to: Array("a".utf8))
    }
    #expect(try disk.nextData(file, from: 1, size: 10) == 1..<10)
    #expect(try disk.nextData(file, from: 10, size: 10) == nil)
    #expect(try disk.fileSystem(of: file).isRemote)
    try disk.close(file)
  }

  @Test func lanesDoManyThingsAtOnce() throws {
    let count = 100
    for index in 0..<count {
      try disk.makeFile(FileName("f\(index)"), in: folder, pattern(index * 100))
    }
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: count * 10_000, alignment: 8)
    defer { unsafe memory.deallocate() }
    var batch = Batch()
    for index in 0..<count {
      let part = unsafe UnsafeMutableRawBufferPointer(
        rebasing: memory[index * 10_000..<(index + 1) * 10_000])
      unsafe batch.append(.load(FileName("f\(index)"), in: folder, into: part))
    }
    try disk.makeLane().perform(&batch)
    for index in 0..<count {
      #expect(try batch.results[index].get() == index * 100)
      let start = index * 10_000
      #expect(unsafe memory[start..<start + index * 100].elementsEqual(pattern(index * 100)))
    }
  }

  /// A client program that dies takes its open files with it, and no more: the next one goes on.
  @Test func theDeathOfAClientIsOneError() throws {
    let disk = try TestShare.open(connections: 1)
    let path = try self.disk.handles.entry(folder, .open).path
    let folder = try disk.open(path, in: .current, .folder)
    try disk.makeFile("a", in: folder, pattern(1_000))
    let file = try disk.open("a", in: folder, .read())
    let client = try #require(disk.processIdentifiers.first)
    kill(client, SIGKILL)
    #expect(throws: DiskError.self) { try disk.read(file, at: 0, count: 10) }
    #expect(try disk.contents(of: "a", in: folder) == pattern(1_000))
    #expect(throws: DiskError(.read, code: ESTALE)) { try disk.read(file, at: 0, count: 10) }
    try disk.close(file)
    #expect(disk.processIdentifiers != [client])
    for identifier in disk.processIdentifiers { kill(identifier, SIGKILL) }
    try disk.makeFolder("after", in: folder, mode: 0o755)
    #expect(Set(try disk.entries(of: folder).map(\.name)) == ["a", "after"])
  }

  @Test func aWrongPasswordOrShareIsNamed() throws {
    let program = try #require(SMBProgram.find())
    let address = try TestShare.address
    let wrong = #expect(throws: SMBFailure.self) {
      _ = try SMBDisk(
        address, as: .account(user: "nobody-here", password: "x", domain: ""), program: program)
    }
    #expect(wrong?.reason.contains("nobody-here") == true)
    let port = address.port.map { ":\($0)" } ?? ""
    let noShare = #expect(throws: SMBFailure.self) {
      let text = "smb://\(address.server)\(port)/no-such-share"
      let other = try #require(TestShare.address(text))
      _ = try SMBDisk(other, as: try TestShare.login, program: program)
    }
    #expect(noShare?.reason.contains("no share of this name") == true)
    let away = #expect(throws: SMBFailure.self) {
      let other = try #require(TestShare.address("smb://127.0.0.1:9/share"))
      _ = try SMBDisk(other, as: .guest, program: program)
    }
    #expect(away?.reason.contains("does not answer") == true)
  }
}
