import FrameEngine
import Testing

@testable import Mover

/// Small records that are damaged: what still works beside them, and how a repair mends each.
@Suite struct RecordRepairTests {
  /// A repository that has seen a collection: one snapshot stands, one is forgotten.
  private func collected() throws -> (RepositoryFixture, Snapshot, TreeImage) {
    let fixture = try RepositoryFixture(chunkClass: .k64)
    var tree = try RandomTree(at: fixture.source, on: fixture.disk, seed: 31)
    try tree.grow(30)
    let first = try fixture.backUp().snapshot
    try tree.grow(10)
    let snapshot = try fixture.backUp().snapshot
    try fixture.repository.forget(first.id, clock: fixture.clock)
    _ = try collect(fixture)
    return (fixture, snapshot, try fixture.sourceImage())
  }

  private func collect(_ fixture: RepositoryFixture) throws -> Collector.Summary {
    var options = Collector.Options()
    options.tolerance = 0
    return try Collector(
      fixture.repository, host: .unseen("host"), clock: fixture.clock, options: options,
      cancellation: CancelToken()
    ).collect()
  }

  private func check(_ fixture: RepositoryFixture, repairs: Bool = false) throws -> Check.Outcome {
    var options = Check.Options()
    options.repairs = repairs
    options.dataShare = 1
    return try Check(
      fixture.repository, host: .unseen("host"), clock: fixture.clock,
      cancellation: CancelToken(), progress: ProgressCounters()
    ).run(options)
  }

  private func flip(_ name: String, in fixture: RepositoryFixture) {
    fixture.store.damage(name) { $0[$0.count / 2] ^= 4 }
  }

  @Test func everySmallRecordIsMended() throws {
    let (fixture, snapshot, image) = try collected()
    let small = ["refs/", "copies/refs/", "forgotten/", "gc/"]
    let names = fixture.store.names.filter { name in small.contains { name.hasPrefix($0) } }
    #expect(names.count > 5 && names.contains("gc/1.result"))
    for (round, name) in names.enumerated() {
      flip(name, in: fixture)
      let named = try fixture.repository.snapshot(named: snapshot.id.hex)
      #expect(try fixture.restore(named, to: FileName("\(round)")).failures.isEmpty, "\(name)")
      #expect(try image.differences(from: fixture.image(at: FileName("\(round)"))) == [])
      #expect(try check(fixture).findings.contains { $0.object == name })
      #expect(try check(fixture, repairs: true).isWhole, "\(name)")
      #expect(try check(fixture).findings == [], "\(name)")
    }
    #expect(try fixture.repository.snapshots().map(\.id) == [snapshot.id])
    _ = try collect(fixture)
    #expect(try fixture.restore(snapshot, to: "last").failures.isEmpty)
  }

  @Test func aLostSnapshotBlocksNothingButCollections() throws {
    let (fixture, snapshot, image) = try collected()
    let later = try fixture.backUp().snapshot
    flip("refs/\(later.id)", in: fixture)
    flip("copies/refs/\(later.id)", in: fixture)
    let packs = Set(try fixture.packs(.data) + fixture.packs(.metadata))
    for _ in 0..<2 {
      let repaired = try check(fixture, repairs: true)
      let finding = try #require(repaired.findings.first { $0.object == "refs/\(later.id)" })
      #expect(!finding.isRepaired && finding.reason.contains("snapshot \(later.id.short) is lost"))
      #expect(finding.reason.contains("farmio forget REPO \(later.id)"))
    }
    let listing = try fixture.repository.snapshotListing()
    #expect(listing.snapshots == [snapshot] && listing.lost.map(\.id) == [later.id])
    #expect(listing.lost.map(\.hasCopy) == [true])
    #expect(try fixture.repository.snapshot(named: "latest") == snapshot)
    #expect(try fixture.restore(snapshot, to: "target").failures.isEmpty)
    #expect(try image.differences(from: fixture.image(at: "target")) == [])
    #expect(throws: RepositoryError.self) {
      try fixture.repository.snapshot(named: later.id.short)
    }
    // What it needs may yet be saved by someone: only giving it up lets it go.
    #expect(throws: RepositoryError.self) { try collect(fixture) }
    #expect(packs.isSubset(of: try fixture.packs(.data) + fixture.packs(.metadata)))
    #expect(try fixture.backUp().failures.isEmpty)
    #expect(listing.lostSnapshot(named: later.id.short)?.id == later.id)
    try fixture.repository.forget(later.id, clock: fixture.clock)
    #expect(try check(fixture).findings == [])
    _ = try collect(fixture)
  }

  @Test func aReferenceWithoutACopyIsSaidToBecomeVoid() throws {
    let (fixture, snapshot, _) = try collected()
    let run = try Run(fixture.repository, .backup, host: .unseen("host"), clock: fixture.clock)
    try run.void("nothing to do")
    flip("refs/\(run.id)", in: fixture)
    #expect(try fixture.repository.snapshot(named: "latest") == snapshot)
    #expect(try fixture.repository.snapshotListing().lost.map(\.hasCopy) == [false])
    let repaired = try check(fixture, repairs: true)
    #expect(repaired.isWhole)
    #expect(
      repaired.findings.contains {
        $0.object == "refs/\(run.id)" && $0.reason.contains("marked as a run that ended without")
      })
    #expect(try fixture.repository.snapshotListing().lost == [])
  }

  @Test func aDamagedVerdictCondemnsAllItWasAbout() throws {
    let (fixture, _, _) = try collected()
    let condemned = try #require(try fixture.repository.tombstones(1)).condemned
    #expect(!condemned.isEmpty)
    flip("gc/1.result", in: fixture)
    #expect(try fixture.repository.condemnedPacks().isSuperset(of: condemned))
    #expect(throws: RepositoryError.self) { try collect(fixture) }
  }

  @Test func tombstonesThatNobodyCanReadDeleteNothing() throws {
    let (fixture, snapshot, _) = try collected()
    try fixture.store.delete("gc/1.result")
    flip("gc/1", in: fixture)
    #expect(throws: RepositoryError.self) { try fixture.backUp() }
    #expect(try check(fixture, repairs: true).isWhole)
    #expect(try fixture.repository.verdict(1)?.deleted == [])
    #expect(try fixture.backUp().failures.isEmpty)
    #expect(try fixture.restore(snapshot, to: "target").failures.isEmpty)
  }

  @Test func aRunWhoseLeaseIsDamagedCanCommitNoMore() throws {
    let (fixture, _, _) = try collected()
    let run = try Run(
      fixture.repository, .backup, host: .unseen("other"), clock: fixture.clock)
    flip(Run.leaseName(run.id), in: fixture)
    #expect(try check(fixture, repairs: true).isWhole)
    guard case .void = try fixture.repository.reference(run.id) else {
      Issue.record("the run is not fenced off")
      return
    }
    #expect(try fixture.repository.list("leases/").isEmpty)
  }

  @Test func aVerdictIsNotMendedBesideACollector() throws {
    let (fixture, _, _) = try collected()
    flip("gc/1.result", in: fixture)
    let other = try Run(
      fixture.repository, .collect, host: .unseen("other"), clock: fixture.clock, repairs: true)
    #expect(try !check(fixture, repairs: true).isWhole)
    try other.void("the collection ended")
    #expect(try check(fixture, repairs: true).isWhole)
  }

  @Test func aPackThatIsBeingDeletedIsNoDamage() throws {
    let fixture = try RepositoryFixture(chunkClass: .k64)
    var tree = try RandomTree(at: fixture.source, on: fixture.disk, seed: 31)
    try tree.grow(30)
    let first = try fixture.backUp().snapshot
    try fixture.repository.forget(first.id, clock: fixture.clock)
    // The collector dies between the copy of a pack and the pack.
    let store = HookedStore(fixture.store) { (verb, name) throws(StoreError) in
      guard verb == "delete", name.hasPrefix("packs/"),
        fixture.store.names.contains("copies/\(name)") == false
      else { return }
      throw StoreError(.failed, "delete", name, "killed")
    }
    let dying = try Repository.open(at: store, key: .none)
    #expect(throws: RepositoryError.self) {
      try Collector(
        dying, host: .unseen("host"), clock: fixture.clock, options: Collector.Options(),
        cancellation: CancelToken()
      ).collect()
    }
    #expect(fixture.store.names.contains { $0.hasPrefix("packs/") })
    #expect(try check(fixture).findings == [])
  }
}
