import FrameEngine
import Synchronization
import Testing

@testable import Mover

/// Records that lie in two packs, since two backups stored them at once: damage of one copy costs
/// no file, and is told.
@Suite struct RecordCopyTests {
  private let fixture: RepositoryFixture
  private let snapshot: Snapshot
  private let image: TreeImage
  /// The two runs that stored everything; records are looked for in the packs of the first.
  private let runs: [RunID]

  init() throws {
    let fixture = try RepositoryFixture(packByteCount: 120_000, chunkClass: .k64)
    var tree = try RandomTree(at: fixture.source, on: fixture.disk, seed: 41)
    try tree.grow(40)
    let handle = try fixture.disk.open(fixture.source, in: .current, .folder)
    defer { try? fixture.disk.close(handle) }
    try fixture.disk.makeFile("a.note", in: handle, tree.bytes(900))
    try fixture.disk.makeFile("b.note", in: handle, tree.bytes(800))
    // The second backup begins and ends when the first is about to store its first pack.
    let other = Mutex<Snapshot?>(nil)
    let hasBegun = Atomic<Bool>(false)
    let store = HookedStore(fixture.store) { (verb, name) throws(StoreError) in
      guard verb == "upload", !hasBegun.exchange(true, ordering: .relaxed) else { return }
      do throws(RepositoryError) {
        let outcome = try fixture.backUp()
        other.withLock { $0 = outcome.snapshot }
      } catch {
        throw StoreError(.failed, verb, name, error.description)
      }
    }
    let snapshot = try fixture.backUp(
      into: Repository.open(
        at: store, key: .none, tuning: fixture.repository.tuning)
    ).snapshot
    let second = try #require(other.withLock { $0 })
    image = try fixture.sourceImage()
    let known = try KnownChunks(fixture.repository, avoiding: [], forReading: true)
    let found = try #require(try known.locate(snapshot.record.pages[0])).pack.run
    (self.fixture, self.snapshot) = (fixture, snapshot)
    runs = [snapshot.id, second.id].sorted { a, _ in a == found }
  }

  /// Damages every record of a run's packs, and of their copies.
  private func damage(_ run: RunID, _ kind: PackHeader.Kind) throws -> Set<String> {
    let packs = try fixture.packs(kind).filter { PackName(object: $0)?.run == run }
    #expect(!packs.isEmpty)
    for pack in packs {
      for name in [pack, "copies/\(pack)"] where fixture.store.names.contains(name) {
        fixture.store.damage(name) { bytes in
          let end = bytes.count - PackTrailer.byteCount
          for offset in stride(from: PackHeader.byteCount, to: end, by: 16) { bytes[offset] ^= 64 }
        }
      }
    }
    return Set(packs)
  }

  private var inspector: Inspector {
    Inspector(
      fixture.repository, host: .unseen("host"), clock: fixture.clock,
      cancellation: CancelToken())
  }

  private func expectWhole(
    _ snapshot: Snapshot, in target: FileName, around packs: Set<String>
  ) throws {
    let outcome = try fixture.restore(snapshot, to: target)
    #expect(outcome.failures.isEmpty, "\(outcome.failures)")
    #expect(try image.differences(from: fixture.image(at: target)) == [])
    let named = outcome.faults.map(\.object)
    #expect(!named.isEmpty && packs.isSuperset(of: named) && Set(named).count == named.count)
    #expect(outcome.faults.allSatisfy { $0.reason.contains("farmio check --read-data --repair") })
  }

  @Test func aRestoreTakesAnotherCopyOfAChunk() throws {
    #expect(try fixture.restore(snapshot, to: "before").faults == [])
    let packs = try damage(runs[0], .data)
    try expectWhole(snapshot, in: "target", around: packs)
  }

  @Test func aRestoreTakesAnotherCopyOfATree() throws {
    let packs = try damage(runs[0], .metadata)
    try expectWhole(snapshot, in: "target", around: packs)
  }

  @Test func aPackThatIsGoneIsReadAround() throws {
    let gone = Set(try fixture.packs(.data).filter { PackName(object: $0)?.run == runs[0] })
    let store = HookedStore(fixture.store) { (verb, name) throws(StoreError) in
      guard verb == "read", gone.contains(name) else { return }
      throw StoreError(.missing, verb, name, "there is no such object")
    }
    let repository = try Repository.open(at: store, key: .none)
    let outcome = try fixture.restore(snapshot, to: "target", from: repository)
    #expect(outcome.failures.isEmpty && Set(outcome.faults.map(\.object)).isSubset(of: gone))
    #expect(!outcome.faults.isEmpty)
    #expect(try image.differences(from: fixture.image(at: "target")) == [])
  }

  @Test func whatIsDamagedInEveryPackIsNamed() throws {
    for run in runs { _ = try damage(run, .data) }
    let outcome = try fixture.restore(snapshot, to: "target")
    #expect(!outcome.failures.isEmpty && outcome.failures.allSatisfy(\.isDamage))
    #expect(outcome.faults == [])
  }

  @Test func listingsAndComparisonsReadAroundDamage() throws {
    let handle = try fixture.disk.open(fixture.source, in: .current, .folder)
    defer { try? fixture.disk.close(handle) }
    // Another length before it: the unchanged note lies elsewhere in its joined chunk.
    try fixture.disk.remove("a.note", in: handle, isFolder: false)
    try fixture.disk.makeFile("a.note", in: handle, [UInt8](repeating: 1, count: 333))
    let later = try fixture.backUp(readsAll: true).snapshot
    let places = [snapshot, later].map { SnapshotPath($0, "source") }
    let packs = try damage(runs[0], .data).union(damage(runs[0], .metadata))
    let warnings = Mutex<[String]>([])
    let inspector = Inspector(
      fixture.repository, host: .unseen("host"), clock: fixture.clock,
      cancellation: CancelToken()
    ) { fault in warnings.withLock { $0.append(fault.object) } }
    var changed = [FileName]()
    _ = try inspector.compare(places[0], places[1]) { difference in
      if difference.mark == .content { changed.append(difference.path) }
      return true
    }
    #expect(changed == ["a.note"])
    let compared = warnings.withLock { $0 }
    #expect(compared.contains { name in PackName(object: name).map { isData($0) } ?? false })
    #expect(packs.isSuperset(of: compared) && Set(compared).count == compared.count)
    warnings.withLock { $0 = [] }
    var listed = Set<FileName>()
    try inspector.list(places[0], isRecursive: true) { path, _ in listed.insert(path).inserted }
    #expect(listed == Set(image.files.keys).subtracting([""]))
    #expect(warnings.withLock { !$0.isEmpty && packs.isSuperset(of: $0) })
  }

  private func isData(_ pack: PackName) -> Bool {
    (try? fixture.packs(.data).contains(pack.object)) ?? false
  }

  /// It counts on the first copy, and would take the other away.
  @Test func aCollectionDoesNotReadAroundDamage() throws {
    _ = try damage(runs[0], .metadata)
    let before = fixture.store.names.filter { $0.hasPrefix("packs/") }
    let error = try #require(throws: RepositoryError.self) {
      try Collector(
        fixture.repository, host: .unseen("host"), clock: fixture.clock,
        options: Collector.Options(), cancellation: CancelToken()
      ).collect()
    }
    #expect(error.code == .damaged)
    #expect(before.allSatisfy(fixture.store.names.contains))
  }

  @Test func aCheckNamesThePackAndARepairMendsIt() throws {
    let packs = try damage(runs[0], .metadata)
    var options = Check.Options()
    func check() throws -> Check.Outcome {
      try Check(
        fixture.repository, host: .unseen("host"), clock: fixture.clock,
        cancellation: CancelToken(), progress: ProgressCounters()
      ).run(options)
    }
    let seen = try check()
    #expect(!seen.isWhole && packs.isSuperset(of: seen.findings.map(\.object)))
    (options.dataShare, options.repairs) = (1, true)
    #expect(try check().isWhole)
    #expect(try check().findings == [])
    #expect(try fixture.restore(snapshot, to: "target").faults == [])
    #expect(try image.differences(from: fixture.image(at: "target")) == [])
  }
}
