import FrameEngine
import Mover
import Testing

struct InclusionTests {
  /// What a restore of these patterns makes, sorted.
  private static func restored(
    _ vault: ScratchRepository, _ snapshot: Snapshot, _ patterns: [String], without: [String] = []
  ) throws -> [String] {
    vault.scratch.run("rm -rf out")
    let outcome = try vault.restore(snapshot, to: "out") {
      $0.inclusion = (try? Filter(excluding: patterns)) ?? Filter()
      $0.filter = (try? Filter(excluding: without)) ?? Filter()
    }
    #expect(outcome.failures.isEmpty)
    let found = vault.scratch.run("cd out; find . -mindepth 1 -printf '%P\\n' | LC_ALL=C sort")
    return found.split(separator: "\n").map(String.init)
  }

  @Test func `What matches comes back, with the folders that lead there`() throws {
    let vault = try ScratchRepository()
    vault.change(
      """
      mkdir -p shots/010/tex shots/020 cache; touch shots/010/a.exr shots/010/b.nk shots/020/c.nk
      touch shots/010/tex/t.exr cache/d.exr top.exr; chmod 750 shots/010
      """)
    let snapshot = try vault.backup()
    #expect(
      try Self.restored(vault, snapshot, ["*.exr"]) == [
        "cache", "cache/d.exr", "shots", "shots/010", "shots/010/a.exr", "shots/010/tex",
        "shots/010/tex/t.exr", "top.exr",
      ])
    #expect(vault.scratch.run("stat -c %a out/shots/010") == "750\n")
    #expect(
      try Self.restored(vault, snapshot, ["/shots/010"]) == [
        "shots", "shots/010", "shots/010/a.exr", "shots/010/b.nk", "shots/010/tex",
        "shots/010/tex/t.exr",
      ])
    #expect(
      try Self.restored(vault, snapshot, ["tex/", "c.nk"]) == [
        "shots", "shots/010", "shots/010/tex", "shots/010/tex/t.exr", "shots/020",
        "shots/020/c.nk",
      ])
    #expect(
      try Self.restored(vault, snapshot, ["*.exr"], without: ["shots/"]) == [
        "cache", "cache/d.exr", "top.exr",
      ])
  }

  @Test func `Patterns that match nothing are an error`() throws {
    let vault = try ScratchRepository()
    vault.change("touch a")
    let snapshot = try vault.backup()
    let error = #expect(throws: RepositoryError.self) {
      try Self.restored(vault, snapshot, ["*.mov"])
    }
    #expect(error?.code == .noPath)
  }
}
