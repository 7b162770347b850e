import FrameEngine
import Mover
import Testing

struct DiffTests {
  /// The differences as `mark path`, and their summary.
  private static func compare(
    _ vault: ScratchRepository, _ before: SnapshotPath, _ after: SnapshotPath
  ) throws -> (lines: [String], summary: DiffSummary) {
    var lines = [String]()
    let summary = try vault.inspector.compare(before, after) { difference in
      lines.append("\(difference.mark.rawValue) \(difference.path)")
      return true
    }
    return (lines, summary)
  }

  private static func compare(
    _ vault: ScratchRepository, _ before: Snapshot, _ after: Snapshot
  ) throws -> (lines: [String], summary: DiffSummary) {
    try compare(vault, SnapshotPath(before, "t"), SnapshotPath(after, "t"))
  }

  @Test(arguments: [RepositoryKey.none, .passphrase(Array("secret".utf8))])
  func `Every kind of change has its mark, and nothing else has one`(key: RepositoryKey) throws {
    let vault = try ScratchRepository(key: key)
    vault.change(
      """
      mkdir -p sub/deep gone toFile; for i in $(seq 40); do echo "file $i" > sub/f$i; done
      head -c 400000 /dev/urandom > big; cp big bigTouched; cp big bigEdited; touch same
      echo x > gone/x; ln -s a link; ln -s a linkSame; echo y > toFile/y; echo z > toFolder
      """)
    let before = try vault.backup()
    vault.change(
      """
      touch -d '2020-01-01' sub/f3 bigTouched; echo 'file X' > sub/f4; echo longer text > sub/f5
      chmod 600 sub/f6; rm -r gone; mkdir -p new/inner; echo q > new/inner/q
      ln -sfn b link; rm -r toFile; echo file > toFile; rm toFolder; mkdir toFolder
      echo in > toFolder/in; chmod 700 sub/deep
      printf 'an edit!' | dd of=bigEdited bs=1 seek=200000 conv=notrunc status=none
      """)
    let after = try vault.backup()
    let (lines, summary) = try Self.compare(vault, before, after)
    #expect(
      lines == [
        "M bigEdited", "m bigTouched", "- gone", "- gone/x", "M link", "+ new", "+ new/inner",
        "+ new/inner/q", "m sub/deep", "m sub/f3", "M sub/f4", "M sub/f5", "m sub/f6", "T toFile",
        "- toFile/y", "T toFolder", "+ toFolder/in",
      ])
    #expect(summary.added == 4 && summary.addedBytes == 5)
    #expect(summary.removed == 3 && summary.removedBytes == 4)
    #expect(summary.changed == 6 && summary.changedBytes == 400_000 + 7 + 12 + 5)
    #expect(summary.metadata == 4)
    #expect(vault.leases == "")
  }

  @Test func `A comparison the other way round shows the opposite`() throws {
    let vault = try ScratchRepository()
    vault.change("echo a > a")
    let before = try vault.backup()
    vault.change("mkdir b; echo c > b/c; rm a")
    let after = try vault.backup()
    #expect(try Self.compare(vault, before, after).lines == ["- a", "+ b", "+ b/c"])
    #expect(try Self.compare(vault, after, before).lines == ["+ a", "- b", "- b/c"])
  }

  @Test func `A tree read again as a whole is equal to itself`() throws {
    let vault = try ScratchRepository()
    vault.change(
      """
      for i in $(seq 300); do head -c $((i * 37)) /dev/urandom > f$i; done
      head -c 1000000 /dev/urandom > big; truncate -s 2M sparse; mkdir d; echo x > d/x
      """)
    let before = try vault.backup()
    // Files that went away let the others be stored beside new neighbours.
    vault.change("for i in $(seq 1 3 300); do rm f$i; done")
    let after = try vault.backup { $0.readsAll = true }
    let (lines, summary) = try Self.compare(vault, before, after)
    #expect(lines.count == 100 && lines.allSatisfy { $0.hasPrefix("- f") })
    #expect(summary.removed == 100 && summary.changed == 0 && summary.metadata == 0)
    #expect(try Self.compare(vault, after, after).summary.isEmpty)
  }

  @Test func `A hole and as many zeros are the same content`() throws {
    let vault = try ScratchRepository()
    vault.change("truncate -s 1000000 a; head -c 1000000 /dev/zero > b; touch -d 2020-01-01 a b")
    let before = try vault.backup()
    vault.change(
      "rm a b; head -c 1000000 /dev/zero > a; truncate -s 1000000 b; touch -d 2020-01-01 a b")
    let after = try vault.backup()
    #expect(try Self.compare(vault, before, after).lines == [])
    vault.change("printf X | dd of=b bs=1 seek=999999 conv=notrunc status=none")
    #expect(try Self.compare(vault, before, vault.backup()).lines == ["M b"])
  }

  @Test func `A new name amid thousands is the only difference`() throws {
    let vault = try ScratchRepository()
    vault.change("mkdir many; cd many; seq -f 'frame.%05g.exr' 5000 | xargs touch")
    let before = try vault.backup()
    vault.change(
      "touch many/frame.02500a.exr; rm many/frame.04000.exr; echo x > many/frame.00001.exr")
    let after = try vault.backup()
    #expect(
      try Self.compare(vault, before, after).lines == [
        "M many/frame.00001.exr", "+ many/frame.02500a.exr", "- many/frame.04000.exr",
      ])
  }

  @Test func `Folders and pages that are equal as a whole are not read`() throws {
    let vault = try ScratchRepository()
    vault.change(
      "mkdir same many; touch same/x; cd many; seq -f 'frame.%05g.exr' 5000 | xargs touch")
    _ = try vault.backup()
    let first = vault.scratch.run("find vault/packs -type f")
    vault.change("touch many/frame.02500a.exr")
    let before = try vault.backup()
    vault.change("touch many/frame.02500b.exr")
    let after = try vault.backup()
    for pack in first.split(separator: "\n") {
      vault.scratch.run("dd if=/dev/zero of=\(pack) bs=1k count=4 conv=notrunc status=none")
    }
    #expect(try Self.compare(vault, before, after).lines == ["+ many/frame.02500b.exr"])
  }

  @Test func `Folders and lone files of any path can be compared`() throws {
    let vault = try ScratchRepository()
    vault.change("mkdir a b; echo 1 > a/x; echo 1 > b/x; echo 2 > b/y; touch -d 2020-01-01 a/x b/x")
    let snapshot = try vault.backup()
    func compare(_ before: FileName, _ after: FileName) throws -> [String] {
      try Self.compare(
        vault, SnapshotPath(snapshot, before), SnapshotPath(snapshot, after)
      ).lines
    }
    #expect(try compare("t/a", "t/b") == ["+ y"])
    #expect(try compare("t/a/x", "t/b/x") == [])
    #expect(try compare("t/a/x", "t/b/y") == ["M y"])
    #expect(try compare("t/a/x", "t/b") == ["T b", "+ b/x", "+ b/y"])
  }

  @Test func `A comparison ends when its reader has enough`() throws {
    let vault = try ScratchRepository()
    let before = try vault.backup()
    vault.change("touch a b c")
    let after = try vault.backup()
    let summary = try vault.inspector.compare(
      SnapshotPath(before, ""), SnapshotPath(after, "")
    ) { _ in false }
    #expect(summary.added == 1)
  }
}
