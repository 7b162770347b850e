import Testing

/// Every interleaving of the rules, and of the rules less one.
@Suite struct CollectionModelTests {
  @Test func noInterleavingLosesAChunk() {
    let (states, violation) = CollectionModel.search()
    #expect(violation == nil)
    print("\(states) states")
    #expect(states > 10_000)
  }

  @Test(arguments: CollectionModel.Dropped.allCases)
  func eachRuleIsNeeded(_ dropped: CollectionModel.Dropped) {
    let (states, violation) = CollectionModel.search(without: dropped)
    print("without \(dropped): \(violation ?? "nothing") after \(states) states")
    #expect(violation != nil)
  }
}
