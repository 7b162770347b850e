import FrameEngine
import Mover
import Testing

struct StatsTests {
  @Test func `What two snapshots share is counted once`() throws {
    let vault = try ScratchRepository()
    vault.change("head -c 2000000 /dev/urandom > a; cp a b; echo text > c; mkdir d")
    let first = try vault.backup()
    let one = try vault.inspector.stats(of: nil)
    #expect(one.snapshots == 1 && one.files == 3 && one.bytes == 4_000_005)
    #expect(one.folders == 2)
    #expect((2_000_005...2_000_100).contains(one.chunkBytes))
    #expect((1_990_000...2_010_000).contains(one.storedBytes))
    #expect(one.chunks > 4 && one.metadataRecords > 0 && one.metadataBytes > 0)

    _ = try vault.backup()
    let two = try vault.inspector.stats(of: nil)
    #expect(two.snapshots == 2 && two.files == 6 && two.bytes == 8_000_010)
    #expect(two.chunks == one.chunks && two.chunkBytes == one.chunkBytes)
    let only = try vault.inspector.stats(of: [first])
    #expect(only.snapshots == 1 && only.chunks == one.chunks && only.faults.isEmpty)
    #expect(vault.leases == "")
  }

  @Test func `The repository's size is what is on the disk`() throws {
    let vault = try ScratchRepository()
    vault.change("head -c 1000000 /dev/urandom > a")
    _ = try vault.backup()
    let size = try vault.inspector.stats(of: nil).repository
    let bytes = vault.scratch.run("find vault/packs -type f -printf '%s\\n' | paste -sd+ | bc")
    #expect("\(size.packBytes)\n" == bytes)
    #expect("\(size.packs)\n" == vault.scratch.run("find vault/packs -type f | wc -l"))
    let index = vault.scratch.run("find vault/index -type f -printf '%s\\n' | paste -sd+ | bc")
    #expect("\(size.indexBytes)\n" == index)
    #expect(size.records > 0 && size.tableBytes >= size.records * 9)
  }

  @Test func `Nothing is unused until something is forgotten, nor after a collection`() throws {
    let vault = try ScratchRepository()
    vault.change("head -c 1000000 /dev/urandom > gone; head -c 1000000 /dev/urandom > kept")
    let first = try vault.backup()
    vault.change("rm gone")
    let second = try vault.backup()
    #expect(try vault.inspector.stats(of: nil).repository.unusedBytes == 0)
    #expect(try vault.inspector.stats(of: [second]).repository.unusedBytes == nil)

    try vault.repository.forget(first.id, clock: vault.clock)
    let unused = try #require(try vault.inspector.stats(of: nil).repository.unusedBytes)
    #expect((1_000_000...1_010_000).contains(unused))
    _ = try vault.collect()
    #expect(try vault.inspector.stats(of: nil).repository.unusedBytes == 0)
  }

  @Test func `An empty repository has nothing`() throws {
    let vault = try ScratchRepository()
    let stats = try vault.inspector.stats(of: nil)
    #expect(stats.snapshots == 0 && stats.chunks == 0 && stats.repository.packs == 0)
    #expect(stats.repository.unusedBytes == 0)
  }

  @Test func `A lost pack is named`() throws {
    let vault = try ScratchRepository()
    vault.change("head -c 100000 /dev/urandom > a")
    _ = try vault.backup()
    vault.scratch.run("rm $(find vault/packs -type f -size +90k)")
    let stats = try vault.inspector.stats(of: nil)
    #expect(!stats.faults.isEmpty && stats.faults.allSatisfy { $0.contains("t/a") })
  }
}
