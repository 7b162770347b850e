import FrameEngine
import Glibc
import Testing

@testable import Mover

/// Several disks as one. That each call does the same as on its own disk, `DiskConformance` shows.
@Suite struct JoinedDiskTests {
  @Test func namesThatOnlyLookLikeTheBeginningOfAnAddressAreFolders() throws {
    let member = JoinedDisk.Member("oci://show@ns/a", ThreadDisk())
    for path: FileName in ["oci:", "oci:/", "oci://", "oci://show@ns", "oci://show@ns/a"] {
      #expect(member.isBelow(path))
    }
    for path: FileName in ["o", "oci", "oci://show", "oci://show@ns/ab", "/oci:"] {
      #expect(!member.isBelow(path))
    }
  }

  let here: TemporaryFolder
  let there: TemporaryFolder
  let disk: JoinedDisk

  init() throws {
    here = try TemporaryFolder()
    there = try TemporaryFolder()
    disk = JoinedDisk(
      ThreadDisk(),
      [
        JoinedDisk.Member("far://a", OffsetDisk(there.path)),
        JoinedDisk.Member("far://a/inner", OffsetDisk(here.path)),
      ])
  }

  @Test func anAddressLeadsToItsDisk() throws {
    try disk.makeFile("far://a/file", in: .current, [1])
    #expect(try disk.contents(of: there.path.appending("file"), in: .current) == [1])
    try disk.makeFile("far://a/inner/file", in: .current, [2])
    #expect(try disk.contents(of: here.path.appending("file"), in: .current) == [2])
    #expect(throws: DiskError(.open, code: ENOENT, name: "far://ab/file")) {
      try disk.open("far://ab/file", in: .current, .read())
    }
    #expect(throws: DiskError(.open, code: ENOENT, name: "far://a/none")) {
      try disk.open("far://a/none", in: .current, .read())
    }
  }

  @Test func theMachinesHandlesStayWhatTheyAre() throws {
    let folder = try disk.open(here.path, in: .current, .folder)
    #expect(folder.descriptor < 1 << 20)
    try disk.makeFile("far:", in: folder, [3])
    #expect(try disk.contents(of: here.path.appending("far:"), in: .current) == [3])
    let far = try disk.open("far://a", in: .current, .folder)
    #expect(far.descriptor > 1 << 26)
    // An absolute name in a folder of another disk is the machine's.
    #expect(try disk.contents(of: here.path.appending("far:"), in: far) == [3])
    for handle in [folder, far] { try disk.close(handle) }
  }

  @Test func allFoldersOfAPathAreMadeBehindTheAddressOnly() throws {
    try disk.makeFolders("far://a/x/y")
    let there = there.path.appending("x/y")
    #expect(try ThreadDisk().status(of: there, in: .current).kind == .folder)
    #expect(throws: DiskError.self) { try ThreadDisk().status(of: "far:", in: .current) }
  }

  @Test func nothingIsSharedBetweenDisks() throws {
    let local = here.path.appending("file")
    try disk.makeFile(local, in: .current, pattern(10))
    #expect(throws: DiskError(.link, code: EXDEV, name: "far://a/b")) {
      try disk.link(local, in: .current, to: "far://a/b", in: .current)
    }
    #expect(throws: DiskError(.rename, code: EXDEV, name: "far://a/b")) {
      try disk.rename(local, in: .current, to: "far://a/b", in: .current)
    }
    let source = try disk.open(local, in: .current, .read())
    let target = try disk.open("far://a/b", in: .current, .create(mode: 0o600))
    #expect(try disk.copyRange(from: source, at: 0, to: target, at: 0, byteCount: 10) == 0)
    #expect(try disk.clone(source, to: target) == false)
    for handle in [source, target] { try disk.close(handle) }
  }

  @Test func aBatchIsSplitByDisk() throws {
    let local = here.path.appending("near")
    try disk.makeFile(local, in: .current, [1])
    try disk.makeFile("far://a/far", in: .current, [2, 2])
    let buffers = (0..<2).map { _ in Memory(count: 10) }
    var batch = Batch()
    batch.append(.status("far://a/far", in: .current))
    unsafe batch.append(.load(local, in: .current, into: buffers[0].bytes))
    unsafe batch.append(.load("far://a/far", in: .current, into: buffers[1].bytes))
    batch.append(.status("far://a/none", in: .current))
    batch.append(.status(local, in: .current))
    try disk.makeLane().perform(&batch)
    #expect(batch.statuses[try batch.results[0].get()].size == 2)
    #expect(batch.results[1] == .success(1))
    #expect(batch.results[2] == .success(2))
    #expect(
      batch.results[3] == .failure(DiskError(.status, code: ENOENT, name: "far://a/none")))
    #expect(batch.statuses[try batch.results[4].get()].size == 1)
    #expect(buffers[0].array(1) == [1])
    #expect(buffers[1].array(2) == [2, 2])
  }

  @Test func treesMoveFromOneDiskToAnother() throws {
    try disk.makeFolders(here.path.appending("tree/a/b"))
    for index in 0..<40 {
      try disk.makeFile(
        here.path.appending(FileName("tree/a/\(index % 2 == 0 ? "b/" : "")\(index)")),
        in: .current, pattern(index * 1000))
    }
    let out = Transfer(on: disk).run(from: here.path.appending("tree"), to: "far://a/copy")
    #expect(out.isComplete && out.filesCopied == 40)
    let again = Transfer(on: disk).run(from: here.path.appending("tree"), to: "far://a/copy")
    #expect(again.filesCopied == 0 && again.filesUnchanged == 40)
    let back = Transfer(on: disk).run(from: "far://a/copy", to: here.path.appending("back"))
    #expect(back.isComplete && back.filesCopied == 40)
    for index in 0..<40 {
      let name = FileName("back/a/\(index % 2 == 0 ? "b/" : "")\(index)")
      #expect(
        try disk.contents(of: here.path.appending(name), in: .current) == pattern(index * 1000))
    }
  }
}
