import Testing

@testable import Mover

@Suite struct ReadAheadTests {
  private static let block: Int64 = 128 << 10

  /// What a reader of `count` blocks, one after the other, has asked for ahead.
  private func prepared(_ ahead: inout ReadAhead, blocks: Range<Int64>) -> [Range<Int64>] {
    blocks.compactMap { number in
      let start = number * ReadAheadTests.block
      let range = ahead.next(after: start..<start + ReadAheadTests.block, limit: 8 << 20)
      return range.isEmpty ? nil : range
    }
  }

  @Test func followsWhoReadsFromFrontToBack() {
    var ahead = ReadAhead()
    let ranges = prepared(&ahead, blocks: 0..<400)
    #expect(ranges.first?.lowerBound == 2 * ReadAheadTests.block)
    for (one, next) in zip(ranges, ranges.dropFirst()) {
      #expect(one.upperBound == next.lowerBound, "nothing twice, nothing left out")
    }
    // Always more ahead than was read, never more than the limit.
    let end = ranges.last?.upperBound ?? 0
    #expect(end > 400 * ReadAheadTests.block)
    #expect(end <= 400 * ReadAheadTests.block + 8 << 20)
    #expect(ranges.map(\.count).max() ?? 0 <= 8 << 20)
  }

  @Test func leavesAloneWhoJumps() {
    var ahead = ReadAhead()
    for number in [90, 3, 55, 17, 70, 31] as [Int64] {
      #expect(prepared(&ahead, blocks: number..<number + 1).isEmpty)
    }
  }

  @Test func bearsALittleDisorder() {
    var ahead = ReadAhead()
    var asked = 0
    for number in [0, 2, 1, 3, 5, 4, 6, 8, 7, 9] as [Int64] {
      asked += prepared(&ahead, blocks: number..<number + 1).count
    }
    #expect(asked > 0)
  }
}

@Suite struct RecentlyUsedTests {
  @Test func keepsWhatWasUsedLast() {
    var memory = RecentlyUsed<Int, String>(costLimit: 3)
    for number in 1...3 { memory.insert("\(number)", for: number, cost: 1) }
    #expect(memory[1] == "1")
    memory.insert("4", for: 4, cost: 1)
    #expect(memory[2] == nil)
    #expect(memory[1] == "1")
    #expect(memory[3] == "3")
    memory.insert("5", for: 5, cost: 3)
    #expect(memory.count == 1)
    memory.insert("6", for: 6, cost: 4)
    #expect(memory[6] == nil)
    #expect(memory[5] == "5")
    memory.insert("five", for: 5, cost: 1)
    #expect(memory.cost == 1)
  }

  /// Against a list that is kept in order the plain way.
  @Test func agreesWithAPlainList() {
    var generator = SeededGenerator(seed: 9)
    var memory = RecentlyUsed<Int, Int>(costLimit: 20)
    var plain = [(key: Int, cost: Int)]()
    for step in 0..<20_000 {
      let key = Int.random(in: 0..<30, using: &generator)
      if Bool.random(using: &generator) {
        #expect((memory[key] != nil) == plain.contains { $0.key == key })
        if let index = plain.firstIndex(where: { $0.key == key }) {
          plain.append(plain.remove(at: index))
        }
      } else {
        let cost = Int.random(in: 1...5, using: &generator)
        memory.insert(step, for: key, cost: cost)
        plain.removeAll { $0.key == key }
        plain.append((key, cost))
        while plain.reduce(0, { $0 + $1.cost }) > 20 { plain.removeFirst() }
      }
      #expect(memory.count == plain.count)
    }
  }
}
