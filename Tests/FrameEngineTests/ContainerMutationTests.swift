import Testing

@testable import FrameEngine

/// Bytes changed at random, from fixed seeds: whatever they say, reading them ends, stays inside,
/// and what it returns fits together.
@Suite struct ContainerMutationTests {
  @Test(arguments: SampleFrame.all) func anyBytesAreRead(frame: SampleFrame) {
    let bytes = frame.bytes()
    let tables = Container(reading: bytes.rawBytes).headerByteCount
    var source = TestBytes(seed: 77)
    for round in 0..<400 {
      var broken = bytes
      for _ in 0...source.below(4) {
        // Half of the changes fall on headers and tables, where the meaning is.
        let range = round.isMultiple(of: 2) ? tables + 400 : broken.count
        change(&broken, at: source.below(min(range, broken.count)), &source)
      }
      if round.isMultiple(of: 5) { broken.removeLast(source.below(broken.count)) }
      check(Container(reading: broken.rawBytes), broken)
    }
  }

  @Test func everyBitOfAHeader() {
    let bytes = SampleFrame.several.bytes()
    let count = Container(reading: bytes.rawBytes).headerByteCount
    for index in 0..<count {
      var broken = bytes
      broken[index] ^= 1 << UInt8(index % 8)
      check(Container(reading: broken.rawBytes), broken)
    }
  }

  private func change(_ bytes: inout [UInt8], at place: Int, _ source: inout TestBytes) {
    switch source.below(4) {
    case 0: bytes[place] ^= 1 << UInt8(source.below(8))
    case 1: bytes[place] = [0, 1, 127, 128, 255][source.below(5)]
    case 2:
      let end = min(bytes.count, place + source.below(64))
      bytes.zero(place..<end)
    default:
      let odd: [UInt32] = [0, 1, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF, 0x10000]
      if place + 4 <= bytes.count { bytes.put(odd[source.below(odd.count)], at: place) }
    }
  }

  private func check(_ container: Container, _ bytes: [UInt8]) {
    #expect(container.chunks.count == container.parts.count)
    #expect(container.findings.count <= FindingCode.allCases.count * (FindingList.perCode + 1))
    for (part, records) in container.chunks.enumerated() {
      let grid = container.grids[part]
      #expect(records.isEmpty || records.count == grid.count)
      for (index, record) in records.enumerated() {
        guard let record else { continue }
        #expect(record.region == grid.region(at: index))
        #expect(record.leaderOffset >= container.headerByteCount)
        #expect(record.payload.lowerBound > record.leaderOffset)
        #expect(record.payload.upperBound <= bytes.count)
        let isDeep = container.parts[part].kind.isDeep
        #expect((record.deep != nil) == isDeep)
        if let deep = record.deep {
          #expect(deep.packedTable + deep.packedData == record.payload.count)
        } else {
          #expect(record.payload.count <= grid.unpackedByteCount(of: record.region))
        }
      }
    }
    let isLost = container.chunks.contains { $0.isEmpty || $0.contains(nil) }
    let isFaulty = container.findings.contains { $0.severity == .error }
    #expect(isFaulty || !isLost, "chunks are lost, and nothing says why")
  }
}

extension TestBytes {
  /// A number below `limit`, which is above 0.
  mutating func below(_ limit: Int) -> Int { Int(next() % UInt64(limit)) }
}
