import FrameEngine
import Synchronization
import Testing

@testable import Mover

/// The table against a dictionary, and what it costs.
@Suite struct ChunkTableTests {
  private static func id(_ number: UInt64, tag: UInt64? = nil) -> Digest {
    var generator = SeededGenerator(seed: number)
    let (a, b) = (generator.next(), generator.next())
    return Digest(words: (a, tag ?? b, number, 0))
  }

  @Test(arguments: [1, 2, 3] as [UInt64]) func agreesWithADictionary(_ seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    var table = ChunkTable(capacity: 5000)
    var model: [Digest: ChunkLocation] = [:]
    var names: [ChunkLocation: Digest] = [:]
    while !table.isFull {
      // Few tags and close buckets: most slots a search meets are of other names.
      let number = generator.next() % 4000
      let id = Digest(words: (number << 52, (number % 3) << 48, number, seed))
      let location = ChunkLocation(
        pack: Int(generator.next() % UInt64(ChunkTable.numberLimit)), record: names.count)
      table.insert(id, location)
      names[location] = id
      // Of several copies the first is found.
      if model[id] == nil { model[id] = location }
    }
    #expect(table.count == table.capacity)
    for number in 0..<4000 as Range<UInt64> {
      let id = Digest(words: (number << 52, (number % 3) << 48, number, seed))
      let found = table.find(id) { names[$0] == id }
      #expect(found == model[id])
    }
  }

  @Test func aWrongTagIsAskedAboutAndPassedOver() {
    var table = ChunkTable(capacity: 100)
    let one = Digest(words: (7, 5 << 48, 1, 0))
    let two = Digest(words: (7, 5 << 48, 2, 0))
    table.insert(one, ChunkLocation(pack: 0, record: 0))
    table.insert(two, ChunkLocation(pack: 0, record: 1))
    var asked = 0
    let found = table.find(two) { location in
      asked += 1
      return location.record == 1
    }
    #expect(found?.record == 1 && asked == 2)
    #expect(table.find(Digest(words: (7, 9 << 48, 3, 0))) { _ in true } == nil)
  }

  @Test func aChunkCostsAtMostElevenBytes() {
    for count in [1 << 16, 1_000_000] {
      let loaded = ChunkTable(capacity: count * 17 / 16 + 1024)
      #expect(Double(loaded.byteCount) / Double(count) <= 11)
    }
  }

  @Test func growthKeepsEveryChunk() throws {
    let fixture = try RepositoryFixture(packByteCount: 30_000)
    let run = try Run(fixture.repository, .backup, host: .unseen("host"), clock: fixture.clock)
    let known = try KnownChunks(fixture.repository, avoiding: [], forReading: false)
    let packs = PackWriter(
      fixture.repository, known: known, run: run.id, kind: .data, numbers: run.numbers)
    var writer = ChunkWriter(
      fixture.repository, run: run.id, known: known, packs: packs, kind: .data, level: 1)
    var names = [Digest]()
    var hint = StrideHint()
    // Four growths from the first capacity, most lists long out of memory.
    for number in 0..<9000 as Range<UInt64> {
      var bytes = ByteWriter()
      bytes.append(number)
      let chunk = bytes.bytes
      names.append(try writer.store(chunk.rawBytes, hint: &hint))
      if number % 3 == 0 { _ = try writer.store(chunk.rawBytes, hint: &hint) }
    }
    try writer.flush()
    try packs.finish()
    #expect(known.count == names.count)
    for name in names { #expect(try known.locate(name)?.record.id == name) }
    let again = try KnownChunks(fixture.repository, avoiding: [], forReading: false)
    #expect(again.count == names.count)
    for name in names { #expect(try again.claim(name) == false) }
    #expect(try again.claim(ChunkTableTests.id(1)))
  }

  @Test func listsAreFoundAgainWhenSegmentsGo() throws {
    let fixture = try RepositoryFixture(packByteCount: 30_000)
    var tree = try RandomTree(at: fixture.source, on: fixture.disk, seed: 2)
    try tree.grow(60)
    _ = try fixture.backUp()
    let known = try KnownChunks(fixture.repository, avoiding: [], forReading: true)
    let lists = try known.packs().indices.map { try known.records(of: $0) }
    for name in fixture.store.names where name.hasPrefix("index/") {
      try fixture.store.delete(name)
    }
    for (number, records) in lists.enumerated() {
      #expect(try known.records(of: number) == records)
      for record in records { #expect(try known.locate(record.id)?.record == record) }
    }
    // And a pack that goes takes its chunks along, no other's.
    let gone = known.pack(0).name
    try fixture.store.delete(gone.object)
    for (number, records) in lists.enumerated().reversed() where records.count > 0 {
      for record in records where number > 0 { #expect(try known.contains(record.id)) }
    }
    _ = try known.records(of: 1)
    for record in lists[0] { #expect(try known.contains(record.id) == false) }
  }

  @Test func oneOfManyThreadsClaims() throws {
    let fixture = try RepositoryFixture()
    let known = try KnownChunks(fixture.repository, avoiding: [], forReading: false)
    let claims = Atomic<Int>(0)
    let failures = Atomic<Int>(0)
    runWorkers(count: 8) { _ in
      for number in 0..<500 as Range<UInt64> {
        do throws(RepositoryError) {
          if try known.claim(ChunkTableTests.id(number)) { claims.add(1, ordering: .relaxed) }
        } catch {
          failures.add(1, ordering: .relaxed)
        }
      }
    }
    #expect(claims.load(ordering: .relaxed) == 500)
    #expect(failures.load(ordering: .relaxed) == 0)
  }
}
