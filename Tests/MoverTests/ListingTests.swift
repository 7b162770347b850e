import FrameEngine
import Mover
import Testing

struct ListingTests {
  private static func paths(
    _ vault: ScratchRepository, _ snapshot: Snapshot, _ path: FileName, isRecursive: Bool = true
  ) throws -> [String] {
    var paths = [String]()
    try vault.inspector.list(SnapshotPath(snapshot, path), isRecursive: isRecursive) { path, _ in
      paths.append(path.description)
      return true
    }
    return paths
  }

  @Test(arguments: [RepositoryKey.none, .passphrase(Array("secret".utf8))])
  func `Lists what find finds`(key: RepositoryKey) throws {
    let vault = try ScratchRepository(key: key)
    // 3,000 names in one folder: it has many pages.
    vault.change(
      """
      mkdir -p a/b/c empty many; touch a/x a/b/y a/b/c/z; ln -s x a/link; mkfifo a/pipe
      (cd many; seq -f 'frame.%05g.exr' 3000 | xargs touch)
      """)
    let snapshot = try vault.backup()
    let found = vault.scratch.run("cd t; find . -mindepth 1 -printf '%P\\n' | LC_ALL=C sort")
    let listed = try Self.paths(vault, snapshot, "t")
    #expect(
      listed.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        == found.split(separator: "\n").map(String.init))
    #expect(vault.leases == "")
  }

  @Test func `A folder comes before what is in it, names in order`() throws {
    let vault = try ScratchRepository()
    vault.change("mkdir -p b/inner; touch a b/x b/inner/y b.txt c")
    let snapshot = try vault.backup()
    #expect(
      try Self.paths(vault, snapshot, "")
        == ["t", "t/a", "t/b", "t/b/inner", "t/b/inner/y", "t/b/x", "t/b.txt", "t/c"])
    #expect(try Self.paths(vault, snapshot, "", isRecursive: false) == ["t"])
    #expect(try Self.paths(vault, snapshot, "/t//b/", isRecursive: false) == ["inner", "x"])
  }

  @Test func `A path to a file is that one entry`() throws {
    let vault = try ScratchRepository()
    vault.change("echo 12345 > file; setfattr -n user.note -v x file || true; ln -s to link")
    let snapshot = try vault.backup()
    var entries = [TreeEntry]()
    for path: FileName in ["t/file", "t/link"] {
      try vault.inspector.list(SnapshotPath(snapshot, path), isRecursive: true) { path, entry in
        #expect(path == "")
        entries.append(entry)
        return true
      }
    }
    #expect(entries.map(\.name) == ["file", "link"])
    #expect(entries[0].size == 6)
    #expect(entries[1].content == .link(Array("to".utf8)))
  }

  @Test func `A listing ends when its reader has enough`() throws {
    let vault = try ScratchRepository()
    vault.change("touch a b c d")
    let snapshot = try vault.backup()
    var count = 0
    try vault.inspector.list(SnapshotPath(snapshot, "t"), isRecursive: true) { _, _ in
      count += 1
      return count < 2
    }
    #expect(count == 2)
    #expect(vault.leases == "")
  }

  @Test func `A path that is not there is named`() throws {
    let vault = try ScratchRepository()
    vault.change("touch a")
    let snapshot = try vault.backup()
    for path: FileName in ["nothing", "t/nothing", "t/a/b"] {
      let error = #expect(throws: RepositoryError.self) {
        try vault.inspector.list(SnapshotPath(snapshot, path), isRecursive: false) { _, _ in true }
      }
      #expect(error?.code == .noPath && error?.object == path.description)
    }
    #expect(vault.leases == "")
  }

  @Test func `A forgotten snapshot cannot be looked at`() throws {
    let vault = try ScratchRepository()
    let snapshot = try vault.backup()
    try vault.repository.forget(snapshot.id, clock: vault.clock)
    let error = #expect(throws: RepositoryError.self) {
      try vault.inspector.list(SnapshotPath(snapshot, ""), isRecursive: false) { _, _ in true }
    }
    #expect(error?.code == .noSnapshot)
  }
}
