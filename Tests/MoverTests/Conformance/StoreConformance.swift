import FrameEngine
import Synchronization
import Testing

@testable import Mover

/// What every `Store` must do, sentence by sentence of its contract.
@Suite(.serialized) struct StoreConformance {
  /// Bytes that repeat, but not in step with parts or pages: the period is a prime.
  private func bytes(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
    var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
    let period = (0..<min(count, 65_521)).map { _ in
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return UInt8(truncatingIfNeeded: state >> 32)
    }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count + period.count)
    while bytes.count < count { bytes += period }
    return Array(bytes.prefix(count))
  }

  @Test(arguments: StorePlace.available)
  func objectsAreReadAsTheyWerePut(_ place: StorePlace) throws {
    let site = try place.make()
    for count in [0, 1, 4096, 70_001] {
      let content = bytes(count)
      try site.store.put("a/b/size-\(count)", content)
      #expect(try site.store.get("a/b/size-\(count)", limit: max(count, 1)) == content)
      #expect(try site.store.size("a/b/size-\(count)") == Int64(count))
      #expect(try site.read("a/b/size-\(count)", at: 0, count: count + 1) == content)
    }
  }

  @Test(arguments: StorePlace.available)
  func puttingReplacesAndIsSeenAtOnce(_ place: StorePlace) throws {
    let site = try place.make()
    let reader = try site.another()
    for round in 1...5 {
      try site.store.put("object", bytes(round * 10, seed: UInt64(round)))
      #expect(try reader.get("object", limit: 100) == bytes(round * 10, seed: UInt64(round)))
      #expect(try reader.size("object") == Int64(round * 10))
      #expect(try reader.list("").map(\.size) == [Int64(round * 10)])
    }
  }

  @Test(arguments: StorePlace.available)
  func aReaderSeesAWholeObjectOrNone(_ place: StorePlace) throws {
    let site = try place.make()
    let reader = try site.another()
    let torn = Atomic<Int>(0)
    runWorkers(count: 3) { index in
      for round in 1...20 {
        if index == 0 {
          // Each version is so many bytes of one value.
          let version = [UInt8](repeating: UInt8(round), count: round * 3_000)
          do { try site.store.put("object", version) } catch { torn.add(1, ordering: .relaxed) }
        } else {
          do {
            guard let seen = try reader.get("object", limit: 1 << 20) else { continue }
            let isWhole = seen.allSatisfy { $0 == seen[0] } && seen.count == Int(seen[0]) * 3_000
            if !isWhole { torn.add(1, ordering: .relaxed) }
          } catch {
            torn.add(1, ordering: .relaxed)
          }
        }
      }
    }
    #expect(torn.load(ordering: .relaxed) == 0)
  }

  @Test(arguments: StorePlace.available)
  func ofManyWritersExactlyOneCreates(_ place: StorePlace) throws {
    let site = try place.make()
    let stores = [site.store, try site.another()]
    let winners = Mutex<[String: [UInt8]]>([:])
    let failures = Atomic<Int>(0)
    runWorkers(count: 8) { index in
      for object in 0..<12 {
        let content = [UInt8](repeating: UInt8(index), count: 1 + index * 100)
        do {
          guard try stores[index % 2].putIfAbsent("refs/\(object)", content) else { continue }
          winners.withLock { winners in
            if winners.updateValue(content, forKey: "refs/\(object)") != nil {
              failures.add(1, ordering: .relaxed)
            }
          }
        } catch {
          failures.add(1, ordering: .relaxed)
        }
      }
    }
    #expect(failures.load(ordering: .relaxed) == 0)
    let won = winners.withLock { $0 }
    #expect(won.count == 12)
    for (name, content) in won { #expect(try site.store.get(name, limit: 1000) == content) }
  }

  @Test(arguments: StorePlace.available)
  func aNameIsTakenByWhateverHasIt(_ place: StorePlace) throws {
    let site = try place.make()
    try site.store.put("refs/1", [1, 2, 3])
    #expect(try !site.store.putIfAbsent("refs/1", [4]))
    #expect(try site.store.get("refs/1", limit: 10) == [1, 2, 3])
  }

  @Test(arguments: StorePlace.available)
  func aTakenNameStaysAsItIs(_ place: StorePlace) throws {
    let site = try place.make()
    #expect(try site.store.putIfAbsent("refs/1", [1, 2, 3]))
    for other: [UInt8] in [[], [9], [1, 2, 4], bytes(5_000)] {
      #expect(try !site.store.putIfAbsent("refs/1", other))
    }
    #expect(try site.store.get("refs/1", limit: 3) == [1, 2, 3])
    try site.store.delete("refs/1")
    #expect(try site.store.putIfAbsent("refs/1", [9]))
  }

  @Test(arguments: StorePlace.available)
  func noMoreThanTheLimitIsRead(_ place: StorePlace) throws {
    let site = try place.make()
    try site.store.put("big", bytes(70_000))
    #expect(try site.store.get("big", limit: 70_000)?.count == 70_000)
    for limit in [0, 1, 69_999] {
      let error = #expect(throws: StoreError.self) { try site.store.get("big", limit: limit) }
      #expect(error?.code == .limit)
      #expect(error?.object.hasSuffix("big") == true)
    }
  }

  @Test(arguments: StorePlace.available)
  func readsEndWhereTheObjectEnds(_ place: StorePlace) throws {
    let site = try place.make()
    let content = bytes(10_000)
    try site.store.put("object", content)
    #expect(try site.read("object", at: 0, count: 1) == [content[0]])
    #expect(try site.read("object", at: 4_000, count: 100) == Array(content[4_000..<4_100]))
    #expect(try site.read("object", at: 9_999, count: 100) == [content[9_999]])
    #expect(try site.read("object", at: 10_000, count: 100) == [])
    #expect(try site.read("object", at: 1 << 40, count: 100) == [])
    #expect(try site.read("object", at: 5, count: 0) == [])
    try site.store.put("empty", [])
    #expect(try site.read("empty", at: 0, count: 10) == [])
  }

  @Test(arguments: StorePlace.available)
  func whatIsMissingIsSaidSo(_ place: StorePlace) throws {
    let site = try place.make()
    #expect(try site.store.get("no/ne", limit: 10) == nil)
    #expect(try site.store.size("no/ne") == nil)
    #expect(try site.store.list("") == [])
    #expect(try site.store.list("no/") == [])
    try site.store.delete("no/ne")
    let error = #expect(throws: StoreError.self) { try site.read("no/ne", at: 0, count: 1) }
    #expect(error?.code == .missing)
    #expect(error?.object.hasSuffix("no/ne") == true)
  }

  @Test(arguments: StorePlace.available)
  func whatIsDeletedIsGone(_ place: StorePlace) throws {
    let site = try place.make()
    for name in ["a/1", "a/2"] { try site.store.put(name, [1]) }
    #expect(try site.read("a/1", at: 0, count: 2) == [1])
    try site.store.delete("a/1")
    try site.store.delete("a/1")
    #expect(try site.store.get("a/1", limit: 1) == nil)
    #expect(try site.store.size("a/1") == nil)
    #expect(throws: StoreError.self) { try site.read("a/1", at: 0, count: 1) }
    #expect(try site.store.list("a/") == [StoredObject(name: "a/2", size: 1)])
  }

  @Test(arguments: StorePlace.available)
  func listingsShowWhatStartsWithThePrefix(_ place: StorePlace) throws {
    let site = try place.make()
    let names = ["a-b/1", "a/1", "a/B_2.x", "a/b/c/d", "a0", "ab/1", "b/a/1"]
    for name in names { try site.store.put(name, [1, 2]) }
    func listed(_ prefix: String) throws -> [String] {
      try site.store.list(prefix).map(\.name).sorted()
    }
    #expect(try listed("") == names)
    #expect(try listed("a/") == ["a/1", "a/B_2.x", "a/b/c/d"])
    #expect(try listed("a/b/") == ["a/b/c/d"])
    #expect(try listed("a/b/c/") == ["a/b/c/d"])
    #expect(try listed("ab/") == ["ab/1"])
    #expect(try listed("c/") == [])
    #expect(try site.store.list("").allSatisfy { $0.size == 2 })
  }

  @Test(arguments: StorePlace.available)
  func longListingsAreWhole(_ place: StorePlace) throws {
    let site = try place.make()
    let failures = Atomic<Int>(0)
    runWorkers(count: 8) { index in
      for object in stride(from: index, to: 2_050, by: 8) {
        do { try site.store.put("many/\(object)", [UInt8(object % 3)]) } catch {
          failures.add(1, ordering: .relaxed)
        }
      }
    }
    #expect(failures.load(ordering: .relaxed) == 0)
    let names = try site.store.list("many/").map(\.name)
    #expect(names.count == 2_050)
    #expect(Set(names) == Set((0..<2_050).map { "many/\($0)" }))
  }

  @Test(arguments: StorePlace.available)
  func largeObjectsAreUploadedWhole(_ place: StorePlace) throws {
    let site = try place.make()
    // Beside the borders of parts, of which some are on the wire at once.
    let part = ObjectStore.Cut().partBytes
    for (count, step) in [(part, 1 << 20), (part + 1, part + 1), (5 * part + 12_345, 777_777)] {
      let content = bytes(count, seed: UInt64(count))
      let upload = try site.upload("large", content, step: step)
      #expect(try site.store.size("large") == nil)
      try upload.finish()
      #expect(try site.store.size("large") == Int64(count))
      #expect(try site.read("large", at: 0, count: count) == content)
      #expect(
        try site.read("large", at: Int64(part - 5), count: 10).count == min(10, count - part + 5))
      #expect(try site.store.list("").map(\.name) == ["large"])
      try site.store.delete("large")
    }
  }

  @Test(arguments: StorePlace.available)
  func anUploadMayBeEmptyAndReplaces(_ place: StorePlace) throws {
    let site = try place.make()
    try site.store.put("object", [1, 2, 3])
    try site.upload("object", [], step: 1).finish()
    #expect(try site.store.get("object", limit: 10) == [])
    #expect(try site.store.list("") == [StoredObject(name: "object", size: 0)])
  }

  @Test(arguments: StorePlace.available)
  func anAbandonedUploadLeavesNothing(_ place: StorePlace) throws {
    let site = try place.make()
    for count in [100, 3 * ObjectStore.Cut().partBytes] {
      _ = try site.upload("abandoned", bytes(count), step: 1 << 20)
      #expect(try site.store.size("abandoned") == nil)
      #expect(try site.store.list("") == [])
    }
    #expect(try site.another().removeAbandoned(writtenBefore: Site.tomorrow) == 0)
  }

  @Test(arguments: StorePlace.available)
  func theSweepSparesTheLivingAndTakesTheOld(_ place: StorePlace) throws {
    let site = try place.make()
    let content = bytes(ObjectStore.Cut().partBytes * 2)
    let spared = try site.upload("spared", content, step: 1 << 20)
    let sweeper = try site.another()
    #expect(try sweeper.removeAbandoned(writtenBefore: Site.longAgo) == 0)
    try spared.finish()
    #expect(try site.read("spared", at: 0, count: content.count) == content)

    guard place.keepsAbandoned else { return }
    let swept = try site.upload("swept", content, step: 1 << 20)
    if place.locksOpenFiles {
      #expect(try sweeper.removeAbandoned(writtenBefore: Site.tomorrow) == 0)
      return try swept.finish()
    }
    #expect(try sweeper.removeAbandoned(writtenBefore: Site.tomorrow) == 1)
    #expect(throws: StoreError.self) { try swept.finish() }
    #expect(try site.store.size("swept") == nil)
    #expect(try site.store.list("").map(\.name) == ["spared"])
  }

  @Test(arguments: StorePlace.available)
  func callsComeFromAnyThread(_ place: StorePlace) throws {
    let site = try place.make()
    let failures = Atomic<Int>(0)
    runWorkers(count: 8) { index in
      let content = bytes(10_000 + index, seed: UInt64(index))
      do {
        for round in 0..<5 {
          let name = "\(index)/\(round)"
          try site.upload(name, content, step: 3_000).finish()
          let isRight = try site.read(name, at: 0, count: 20_000) == content
          if !isRight { failures.add(1, ordering: .relaxed) }
          if round % 2 == 0 { try site.store.delete(name) }
        }
      } catch {
        failures.add(1, ordering: .relaxed)
      }
    }
    #expect(failures.load(ordering: .relaxed) == 0)
    #expect(try site.store.list("").count == 16)
  }
}

extension Site {
  static var tomorrow: Timestamp {
    Timestamp(seconds: SystemClock().now().seconds + 86_400, nanoseconds: 0)
  }
  static let longAgo = Timestamp(seconds: 1, nanoseconds: 0)
}
