import Glibc
import Testing

/// Every interleaving of the rules, and of the rules less one.
@Suite struct CollectionModelTests {
  @Test func noInterleavingLosesAChunk() {
    let (states, violation) = CollectionModel.search(writers: 1, readers: 0)
    #expect(violation == nil)
    #expect(states > 100_000)
  }

  /// 1.5 million states: with the long simulations only.
  @Test(.enabled(if: unsafe getenv("FARMIO_SEEDS") != nil))
  func noInterleavingWithAReaderLosesAChunk() {
    let (states, violation) = CollectionModel.search(writers: 1, readers: 1)
    #expect(violation == nil)
    #expect(states > 1_000_000)
  }

  @Test(arguments: CollectionModel.Dropped.allCases)
  func eachRuleIsNeeded(_ dropped: CollectionModel.Dropped) {
    let (_, violation) = CollectionModel.search(writers: 1, readers: 1, without: dropped)
    #expect(violation != nil)
  }
}
