import FrameEngine
import Glibc
import Synchronization
import Testing

@testable import Mover

/// Damage of what is stored: never a wrong byte in a restored file, and a backup mends what it can.
@Suite(.serialized) struct DamageTests {
  private func fixture(
    _ seed: UInt64, key: RepositoryKey = .none
  ) throws -> (RepositoryFixture, Snapshot, TreeImage) {
    let fixture = try RepositoryFixture(packByteCount: 120_000, key: key, chunkClass: .k64)
    var tree = try RandomTree(at: fixture.source, on: fixture.disk, seed: seed)
    try tree.grow(50)
    return (fixture, try fixture.backUp().snapshot, try fixture.sourceImage())
  }

  @Test(arguments: [false, true]) func aFlippedBitIsNeverRestored(_ isEncrypted: Bool) throws {
    let key: RepositoryKey = isEncrypted ? .keyFile([UInt8](repeating: 1, count: 32)) : .none
    let (fixture, snapshot, image) = try fixture(21, key: key)
    var generator = SeededGenerator(seed: 4)
    let packs = fixture.store.names.filter { $0.hasPrefix("packs/") || $0.hasPrefix("index/") }
    var failures = 0
    for round in 0..<60 {
      let pack = packs.randomElement(using: &generator)!
      let byte = UInt64.random(in: 0..<UInt64.max, using: &generator)
      let bit = UInt8(1) << UInt8.random(in: 0..<8, using: &generator)
      let flip: (inout [UInt8]) -> Void = { $0[Int(byte % UInt64($0.count))] ^= bit }
      fixture.store.damage(pack, flip)
      let target = FileName("target\(round)")
      do {
        let outcome = try fixture.restore(snapshot, to: target)
        failures += outcome.failures.count
        let failed = Set(outcome.failures.map(\.path))
        let found = try fixture.image(at: target)
        for (path, file) in image.files where file.kind == .regular {
          let whole = FileName("source").appending(path)
          guard let restored = found.files[path] else {
            let isNamed = failed.contains { whole == $0 || whole.bytes.starts(with: $0.bytes) }
            #expect(isNamed || !failed.isEmpty, "\(whole) is missing, and nothing says so")
            continue
          }
          #expect(restored.content == file.content, "\(pack): \(whole) has wrong bytes")
        }
        if failed.isEmpty { #expect(image.differences(from: found) == []) }
      } catch let error as RepositoryError {
        #expect(error.code == .damaged, "\(error)")
        failures += 1
      }
      fixture.store.damage(pack, flip)
    }
    #expect(failures > 5)
    #expect(try fixture.restore(snapshot, to: "last").failures.isEmpty)
  }

  @Test func aBackupMendsMissingPacks() throws {
    let (fixture, snapshot, image) = try fixture(22)
    for (round, kind) in [PackHeader.Kind.data, .metadata, .data].enumerated() {
      let pack = try fixture.packs(kind)[0]
      try fixture.store.delete(pack)
      let before = try? fixture.restore(snapshot, to: FileName("broken\(round)"))
      #expect(before?.failures.isEmpty != true, "nothing needed the pack")
      // Without reading all: what is taken over from the parent must be there.
      let healing = try fixture.backUp(readsAll: round == 0)
      #expect(healing.failures.isEmpty)
      for (number, snapshot) in [snapshot, healing.snapshot].enumerated() {
        let target = FileName("healed\(round)-\(number)")
        let outcome = try fixture.restore(snapshot, to: target)
        #expect(outcome.failures.isEmpty, "\(outcome.failures)")
        #expect(try image.differences(from: fixture.image(at: target)) == [])
      }
    }
  }

  @Test func aLostIndexCostsNothing() throws {
    let (fixture, snapshot, image) = try fixture(23)
    for name in fixture.store.names where name.hasPrefix("index/") {
      try fixture.store.delete(name)
    }
    #expect(try fixture.backUp().snapshot.record.statistics.storedBytes == 0)
    #expect(try fixture.restore(snapshot, to: "target").failures.isEmpty)
    #expect(try image.differences(from: fixture.image(at: "target")) == [])
  }

  @Test func aRestoreGoesOnWhereItWasStopped() throws {
    let fixture = try RepositoryFixture(packByteCount: 1 << 20, chunkClass: .k64)
    var tree = try RandomTree(at: fixture.source, on: fixture.disk, seed: 9)
    try tree.grow(20)
    let handle = try fixture.disk.open(fixture.source, in: .current, .folder)
    defer { try? fixture.disk.close(handle) }
    try fixture.disk.makeFile("large.mov", in: handle, tree.bytes(9 << 20))
    try fixture.disk.makeFile("other.mov", in: handle, tree.bytes(5 << 20))
    let snapshot = try fixture.backUp().snapshot
    let image = try fixture.sourceImage()
    for failing in [1, 2, 4, 6, 8, 10] {
      let left = Atomic<Int>(failing)
      let store = HookedStore(fixture.store) { (verb, name) throws(StoreError) in
        guard verb == "read", left.subtract(1, ordering: .relaxed).newValue <= 0 else { return }
        throw StoreError(.failed, "read", name, "the wire failed")
      }
      let repository = try Repository.open(at: store, key: .none)
      #expect(throws: RepositoryError.self) {
        try fixture.restore(snapshot, to: "target", from: repository)
      }
    }
    let outcome = try fixture.restore(snapshot, to: "target", deletesExtra: true)
    #expect(outcome.failures.isEmpty)
    #expect(try image.differences(from: fixture.image(at: "target")) == [])
    let parts = try TreeImage(of: fixture.folder.path.appending("target"), on: fixture.disk).files
      .keys.filter { RestoreFile.isPartName($0.lastComponent) }
    #expect(parts == [])
  }

  @Test func aWrongKeyOpensNothing() throws {
    let store = MemoryStore()
    let clock = VirtualClock(seconds: 4_000_000_000)
    let right = RepositoryKey.keyFile([UInt8](repeating: 1, count: 32))
    _ = try Repository.create(at: store, chunkClass: nil, key: right, clock: clock)
    for wrong in [
      RepositoryKey.none, .keyFile([UInt8](repeating: 2, count: 32)),
      .keyFile([UInt8](repeating: 1, count: 33)), .passphrase(Array("one".utf8)),
    ] {
      #expect(throws: RepositoryError.self) { try Repository.open(at: store, key: wrong) }
    }
    _ = try Repository.open(at: store, key: right)
  }

  @Test func aFailedFirstNameIsNotLinkedTo() throws {
    let fixture = try RepositoryFixture(packByteCount: 120_000, chunkClass: .k64)
    try fixture.disk.makeFolders(fixture.source)
    let handle = try fixture.disk.open(fixture.source, in: .current, .folder)
    defer { try? fixture.disk.close(handle) }
    try fixture.disk.makeFile("a", in: handle, [1, 1, 1])
    try fixture.disk.link("a", in: handle, to: "b", in: handle)
    let old = try fixture.backUp().snapshot
    let file = try fixture.disk.open("a", in: handle, .update())
    try fixture.disk.write(file, at: 0, [2, 2, 2, 2])
    try fixture.disk.close(file)
    let before = try Set(fixture.packs(.data))
    let new = try fixture.backUp().snapshot
    _ = try fixture.restore(old, to: "target")
    for pack in try fixture.packs(.data) where !before.contains(pack) {
      try fixture.store.delete(pack)
    }
    let outcome = try fixture.restore(new, to: "target")
    // Both names keep the old bytes, so both have to be named.
    #expect(outcome.failures.map(\.path) == ["source/a", "source/b"])
  }
}
