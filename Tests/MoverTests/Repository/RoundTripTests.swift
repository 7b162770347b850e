import FrameEngine
import Testing

@testable import Mover

/// Random trees are stored, changed, stored again, and must come back as they were.
@Suite(.serialized) struct RoundTripTests {
  @Test(arguments: 1...14 as ClosedRange<UInt64>) func randomTreesComeBack(_ seed: UInt64) throws {
    let key: RepositoryKey =
      seed % 3 == 0 ? .keyFile([UInt8](repeating: UInt8(seed), count: 40)) : .none
    var fixture = try RepositoryFixture(
      packByteCount: seed % 2 == 0 ? 100_000 : 4 << 20, key: key,
      chunkClass: seed % 4 == 0 ? nil : .k64)
    fixture.threads = Int(seed % 3) + 1
    var tree = try RandomTree(at: fixture.source, on: fixture.disk, seed: seed)
    try tree.grow(60)
    var images = [(Snapshot, TreeImage)]()
    for round in 0..<3 {
      if round > 0 { try tree.mutate(25) }
      let outcome = try fixture.backUp(readsAll: round == 2 && seed % 2 == 0)
      #expect(outcome.failures.isEmpty && outcome.faults.isEmpty)
      images.append((outcome.snapshot, try fixture.sourceImage()))
    }
    for (number, (snapshot, image)) in images.enumerated() {
      let fresh = FileName("fresh\(number)")
      let outcome = try fixture.restore(snapshot, to: fresh)
      #expect(
        outcome.failures.isEmpty && outcome.notes.isEmpty, "\(outcome.failures) \(outcome.notes)")
      let differences = image.differences(from: try fixture.image(at: fresh))
      #expect(differences == [], "seed \(seed), \(number)")
    }
    // Over each other, forth and back.
    for number in [0, 1, 2, 0] {
      let (snapshot, image) = images[number]
      let outcome = try fixture.restore(snapshot, to: "over", deletesExtra: true)
      #expect(outcome.failures.isEmpty, "\(outcome.failures)")
      let differences = image.differences(from: try fixture.image(at: "over"))
      #expect(differences == [], "seed \(seed), \(number)")
    }
  }

  @Test func sizesAroundEveryBorderComeBack() throws {
    let fixture = try RepositoryFixture(packByteCount: 1 << 20)
    var tree = try RandomTree(at: fixture.source, on: fixture.disk, seed: 5)
    let handle = try fixture.disk.open(fixture.source, in: .current, .folder)
    defer { try? fixture.disk.close(handle) }
    for size in RandomTree.borderSizes + [(6 << 20) + 5] {
      for ending in ["usda", "exr"] {
        try fixture.disk.makeFile(FileName("\(size).\(ending)"), in: handle, tree.bytes(size))
      }
    }
    let snapshot = try fixture.backUp().snapshot
    #expect(try fixture.restore(snapshot, to: "target").failures.isEmpty)
    #expect(try fixture.sourceImage().differences(from: fixture.image(at: "target")) == [])
  }

  @Test func anUnchangedTreeStoresNothing() throws {
    let fixture = try RepositoryFixture()
    var tree = try RandomTree(at: fixture.source, on: fixture.disk, seed: 3)
    try tree.grow(80)
    let first = try fixture.backUp()
    let second = try fixture.backUp()
    #expect(second.snapshot.record.pages == first.snapshot.record.pages)
    #expect(second.snapshot.record.statistics.readBytes == 0)
    #expect(second.snapshot.record.statistics.storedBytes == 0)
    let third = try fixture.backUp(readsAll: true)
    #expect(third.snapshot.record.pages == first.snapshot.record.pages)
    #expect(third.snapshot.record.statistics.storedBytes == 0)
  }
}
